"""What a page uses and checks, noted inside the kernel that runs it.

Every kernel of the book loads this file before its first cell. An audit hook
notes each file that the page opens: data, and the modules it imports, since
importing opens them. So it does in processes that are forked, as a loader's
workers are. What another Python that the page starts opens is not seen, but
that it was started is. The checks against PyTorch that pass are counted by
``book_checks.py``.
"""

import json
import os
import sys
from contextlib import suppress
from importlib.util import source_from_cache
from tempfile import TemporaryFile

import book_checks

LISTED = ("os.scandir", "os.listdir")
used, written = set(), set()
page = os.getpid()
# The paths that forked processes have used, told by them.
told = TemporaryFile()  # noqa: SIM115 - for as long as the page runs
others = []  # commands that have started another Python


def note(event, arguments):
    """The audit hook: called for many events, so the common way is short."""
    if event == "open":
        path, _, flags = arguments
        if not isinstance(path, int):
            note_opened(place(path), flags)
    elif event == "os.rename":
        written.add(place(arguments[1]))
    elif event == "subprocess.Popen" and sys.executable in arguments[1]:
        others.append(arguments[1])
    elif event in LISTED and not isinstance(arguments[0], int):
        note_listed(place(arguments[0]), sys._getframe(1).f_code.co_filename)


def note_listed(path, caller):
    """Not a folder in which Python looks for a module."""
    if "importlib" not in caller:
        note_used(path)


def place(path):
    return os.path.abspath(os.fsdecode(path or "."))


def note_opened(path, flags):
    """What the page itself wrote before it read it is not what it used."""
    if flags & (os.O_WRONLY | os.O_RDWR):
        written.add(path)
    elif path not in written:
        note_used(path)


def note_used(path):
    if path not in used:
        used.add(path)
        if os.getpid() != page:
            os.write(told.fileno(), os.fsencode(path) + b"\0")


def source(path):
    """The source of a compiled module; any other file is itself."""
    with suppress(ValueError):
        return source_from_cache(path)
    return path


def report():
    """As JSON: the files used, the packages loaded, the checks passed."""
    told.seek(0)
    used.update(map(os.fsdecode, told.read().split(b"\0")[:-1]))
    return json.dumps(
        {
            "files": sorted(map(source, used)),
            "packages": sorted(
                {name.partition(".")[0] for name in sys.modules}
            ),
            "started_others": bool(others),
            "checks": book_checks.passed,
        }
    )


def load_ipython_extension(shell):
    shell.ast_transformers.append(book_checks.CountChecks())


sys.addaudithook(note)
