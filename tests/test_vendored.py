"""Vendored files are the ones that their records name."""

import hashlib
from pathlib import Path

VENDORED = Path(__file__).parents[1] / "third_party"
RECORDS = {"README.md", "SHA256SUMS"}


def test_every_vendored_file_has_its_recorded_hash():
    lines = (VENDORED / "SHA256SUMS").read_text().splitlines()
    recorded = {name: digest for digest, name in map(str.split, lines)}
    found = {
        f"./{path.relative_to(VENDORED)}": hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in VENDORED.rglob("*")
        if path.is_file() and path.name not in RECORDS
    }
    assert found
    assert found == recorded
