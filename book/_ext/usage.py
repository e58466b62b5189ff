"""What a page used, as a dictionary that can be compared with today's.

Files of the book and of the package count with their contents, installed
packages and Python with their versions: ``{"files": {path: digest},
"versions": {package: version}}``. Where they are today what they were when a
page ran, running it again would give the same outputs.
"""

import hashlib
import os
import platform
import sys
from functools import cache, cached_property
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from kernel import SETTINGS


class Usage:
    """Reads what pages of the book in `root` used; built into `build`."""

    def __init__(self, root, build):
        self.root = Path(root).resolve()
        self.build = Path(build).resolve()
        self.package = Path(find_spec("companion").origin).resolve().parent
        self.known = {}  # path -> digest

    def of(self, report, started):
        """From a kernel's report on a page that `started` then, in seconds.

        A file that was changed since then has no digest: nobody knows which
        of its states the page saw, so the page will be run again.
        """
        paths = {Path(p).resolve() for p in report["files"]}
        paths = {p for p in paths if self.counts(p)} | set(SETTINGS)
        if report["started_others"]:  # which may have used any part
            paths |= set(self.package.rglob("*.py"))
        homes = [self.homes.get(p, ()) for p in report["packages"]]
        return {
            "files": {
                self.relative(p): None if changed(p, started) else digest(p)
                for p in sorted(paths)
            },
            "versions": {
                name: version(name)
                for name in sorted({"Python"}.union(*homes))
            },
        }

    @cached_property
    def homes(self):
        """Which distributions each package belongs to."""
        return metadata.packages_distributions()

    def counts(self, path):
        """The package's files and the book's, not the environment's."""
        if path.is_relative_to(self.package):
            return True
        elsewhere = (Path(sys.prefix).resolve(), self.build)
        return path.is_relative_to(self.root) and not any(
            map(path.is_relative_to, elsewhere)
        )

    def relative(self, path):
        return os.path.relpath(path, self.root)

    def changes(self, used):
        """Why a page with this usage must be run again; empty: it need not."""
        for path, before in used["files"].items():
            if before is None or self.digest(path) != before:
                yield f"{path} changed"
        for name, before in used["versions"].items():
            if version(name) != before:
                yield f"{name} {before} is now {version(name)}"

    def digest(self, path):
        if path not in self.known:
            self.known[path] = digest(self.root / path)
        return self.known[path]


def digest(path):
    """Of a file's contents, or of the names in a folder."""
    if path.is_dir():
        contents = "\n".join(sorted(p.name for p in path.iterdir())).encode()
    elif path.is_file():
        contents = path.read_bytes()
    else:
        return "missing"
    return hashlib.sha256(contents).hexdigest()


def changed(path, since):
    """Also by moving an older file there: that is a change of the place."""
    return path.exists() and path.stat().st_ctime >= since


@cache
def version(name):
    if name == "Python":
        return platform.python_version()
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"
