"""What lies beside the book does not get into it."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_environment_wheel_and_tests_in_the_folder_are_no_pages(book):
    uv = Path(sys.executable).with_name("uv")
    subprocess.run(
        [uv, "build", "-q", "--wheel", "-o", book.folder / "dist", ROOT],
        check=True,
    )
    (wheel,) = book.folder.glob("dist/*.whl")
    shutil.unpack_archive(wheel, book.folder / "dist", "zip")
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, book.folder)
    for name in ("tests", "benchmarks", "src"):
        (book.folder / name).mkdir()
        (book.folder / name / "notes.md").write_text("[no page](nowhere.md)\n")
    status, output = book.make()
    assert status == 0, output
    built = book.folder / "_build/html"
    pages = {str(p.relative_to(built)) for p in built.rglob("*.html")}
    pages = {name for name in pages if not name.startswith("_static/")}
    assert pages == {
        "404.html",
        "index.html",
        "book/one.html",
        "book/two.html",
        "genindex.html",
        "search.html",
    }
