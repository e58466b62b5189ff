"""The built site: Lighthouse's marks, and how long live cells take to start.

Needs `make book` and `npm ci --prefix tests/site`. Lighthouse runs with its
settings for a phone on a slow network; pages are served with gzip.
"""

import gzip
import http.server
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from built_site import SITE  # noqa: E402
from visit import FLAGS, chromium  # noqa: E402

LIGHTHOUSE = ROOT / "tests/site/node_modules/lighthouse/cli/index.js"
RUNS = 5
KINDS = {
    "landing": "index.html",
    "chapter": "book/learning/by_hand.html",
    "API": "book/api/optim.html",
    "appendix": "book/appendices/glossary.html",
    "search": "search.html",
}
DONE = ".live-status:text-is('Done')"


class Packed(http.server.SimpleHTTPRequestHandler):
    """As servers of pages are set up: gzip, and an hour in the cache."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return self.send_error(404)
        packed = path.suffix not in (".woff2", ".png")
        content = contents(path, packed)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", len(content))
        self.send_header("Cache-Control", "max-age=3600")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@cache
def contents(path, packed):
    content = path.read_bytes()
    return gzip.compress(content) if packed else content


@contextmanager
def served():
    handler = partial(Packed, directory=SITE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def marks(address):
    """Lighthouse's, from 0 to 100."""
    command = [
        "node",
        LIGHTHOUSE,
        address,
        "--quiet",
        "--output=json",
        f"--chrome-flags={' '.join(FLAGS)}",
    ]
    environment = {**os.environ, "CHROME_PATH": chromium()}
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, check=True
    )
    categories = json.loads(done.stdout)["categories"]
    return {name: 100 * c["score"] for name, c in categories.items()}


def median_marks(address):
    runs = [marks(address) for _ in range(RUNS)]
    return {
        name: statistics.median(run[name] for run in runs) for name in runs[0]
    }


def first_result(browser, address):
    """Seconds from the click to the result: nothing cached, then all."""
    context = browser.new_context()
    seconds = [click(context, address) for _ in range(2)]
    context.close()
    return seconds


def click(context, address):
    page = context.new_page()
    page.goto(address + KINDS["chapter"], wait_until="networkidle")
    start = time.perf_counter()
    page.locator(".live-bar button").first.click()
    page.locator(DONE).first.wait_for(timeout=60_000)
    seconds = time.perf_counter() - start
    page.close()
    return seconds


def measure():
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=FLAGS
        )
        pairs = [first_result(browser, address) for _ in range(RUNS)]
        browser.close()
        cold, warm = map(statistics.median, zip(*pairs, strict=True))
        return {
            "live cells: seconds to the first result": {
                "nothing cached": cold,
                "all cached": warm,
            },
            "lighthouse: medians of five": {
                kind: median_marks(address + page)
                for kind, page in KINDS.items()
            },
        }
