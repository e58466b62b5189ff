"""A run on disk: killed at any moment, it goes on as if nothing had been.

A checkpoint is two files. ``epoch-002-step-00500.safetensors`` holds the
whole state; ``epoch-002-step-00500.json``, written after it, says what it is
and holds its checksum: so a checkpoint is there once it is whole. Each file
is written beside its place and renamed, and an older checkpoint is removed
only when newer ones are on disk.
"""

import hashlib
import io
import json
import re
from contextlib import contextmanager
from pathlib import Path

from companion.serialization import load, save, write_beside

FORMAT = "companion.train 1"
NAME = re.compile(r"epoch-(\d+)-step-(\d+)\.json")


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be read, written, or gone on from."""


class Checkpoint:
    """Where a run is saved: every `every` steps and after each epoch.

    With `resume`, `fit` goes on from the newest checkpoint in `folder`, if
    there is one; without, a folder that holds one is refused. `about` is what
    must be the same when the run goes on: a dict of settings. The newest
    `keep` are kept. Of several processes that train together, one writes;
    the others say ``write=False``.
    """

    def __init__(
        self, folder, every=None, resume=False, *, about=(), keep=2, write=True
    ):
        if every is not None and every < 1:
            raise ValueError(f"every must be at least 1 step, got {every}")
        if keep < 1:
            raise ValueError(f"keep must be at least 1, got {keep}")
        self.folder = Path(folder)
        self.about = dict(about)
        self.every, self.resume = every, resume
        self.keep, self.write = keep, write

    def begin(self, run):
        """Bring `run` to where the newest checkpoint is."""
        found = self.manifests()
        if found and not self.resume:
            raise CheckpointError(
                f"{self.folder} holds {found[-1].stem} of an earlier run: "
                "resume it, or choose another folder"
            )
        if self.write:
            with self.explained():
                self.folder.mkdir(parents=True, exist_ok=True)
                self.tidy(found)
        if found:
            self.restore(run, found[-1])

    def manifests(self):
        """The JSON files of all checkpoints, the newest last."""
        found = {}
        for path in self.folder.glob("epoch-*.json"):
            if match := NAME.fullmatch(path.name):
                found[tuple(map(int, match.groups()))] = path
        return [found[place] for place in sorted(found)]

    def tidy(self, manifests):
        """Remove what processes that were killed have left half done."""
        whole = {path.with_suffix(".safetensors") for path in manifests}
        for path in self.folder.glob("epoch-*"):
            orphan = path.suffix == ".safetensors" and path not in whole
            if path.suffix == ".part" or orphan:
                path.unlink(missing_ok=True)

    # Writing ------------------------------------------------------------

    def after_step(self, run):
        if self.every is not None and run.step % self.every == 0:
            self.save(run)

    def save(self, run):
        if not self.write:
            return
        name = f"epoch-{run.epoch:03}-step-{run.step:05}.json"
        with self.explained():
            self.put(self.folder / name, run)
            for old in self.manifests()[: -self.keep]:
                old.unlink()
                old.with_suffix(".safetensors").unlink(missing_ok=True)

    @contextmanager
    def explained(self):
        """What the system refuses, with what is left."""
        try:
            yield
        except OSError as error:
            found = self.manifests()
            kept = f"{found[-1].stem} is kept" if found else "there is none"
            raise CheckpointError(
                f"cannot write a checkpoint to {self.folder}: "
                f"{error.strerror or error}; of the earlier ones, {kept}"
            ) from error

    def put(self, manifest, run):
        content = io.BytesIO()
        save(run.state_dict(), content)
        content = content.getvalue()
        facts = {
            "format": FORMAT,
            "about": self.about | run.about(),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        manifest.unlink(missing_ok=True)  # while its other half is written
        write_beside(manifest.with_suffix(".safetensors"), [content])
        text = json.dumps(facts, indent=2) + "\n"
        write_beside(manifest, [text.encode()])

    # Reading ------------------------------------------------------------

    def restore(self, run, manifest):
        facts, content = self.whole(manifest)
        about = json.loads(json.dumps(self.about | run.about()))
        for name in facts["about"].keys() | about.keys():
            saved, now = facts["about"].get(name), about.get(name)
            if saved != now:
                raise CheckpointError(
                    f"{manifest} is of another run: its {name} was {saved}, "
                    f"not {now}"
                )
        try:
            run.load_state_dict(load(io.BytesIO(content)))
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise CheckpointError(
                f"{manifest} does not fit this run: {reason}"
            ) from error

    def whole(self, manifest):
        """What the two files hold, if they are as they were written."""
        try:
            facts = json.loads(manifest.read_bytes())
            content = manifest.with_suffix(".safetensors").read_bytes()
            problem = difference(facts, content)
        except (OSError, ValueError) as error:
            problem = str(error)
        if not problem:
            return facts, content
        others = [path for path in self.manifests() if path != manifest]
        advice = (
            f"; remove it to go on from {others[-1].stem}" if others else ""
        )
        raise CheckpointError(f"{manifest} is damaged: {problem}{advice}")


def difference(facts, content):
    """How the content differs from what its manifest says, if it does."""
    keys = {"format", "about", "bytes", "sha256"}
    if not isinstance(facts, dict) or not keys <= facts.keys():
        return f"it says no {', '.join(sorted(keys))}"
    if facts["format"] != FORMAT:
        return f"its format is {facts['format']!r}, not {FORMAT!r}"
    if len(content) != facts["bytes"]:
        return f"{len(content)} bytes instead of {facts['bytes']}"
    if hashlib.sha256(content).hexdigest() != facts["sha256"]:
        return "its checksum is wrong"
    return ""
