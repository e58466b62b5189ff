"""A page of the built site, opened in a browser; and a server for it."""

import functools
import http.server
import os
import shutil
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NOBODY_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


def chromium():
    """The path of the browser: CHROMIUM's, or the first that is there."""
    chosen = os.environ.get("CHROMIUM")
    found = map(shutil.which, [chosen] if chosen else BROWSERS)
    path = next(filter(None, found), None)
    assert path, "no Chromium found: install it, or name it in CHROMIUM"
    return path


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def serving(folder):
    """Serve a folder for a while; gives its address."""
    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Visit:
    """A page opened once, and everything that went wrong with it."""

    def __init__(self, browser, url, **settings):
        self.troubles, self.strangers, self.requests = [], [], []
        self.page = browser.new_page(**settings)
        self.page.on("console", self.console)
        self.page.on("pageerror", lambda e: self.troubles.append(str(e)))
        self.page.on("request", self.request)
        self.page.on("response", self.response)
        self.page.on("requestfailed", lambda r: self.troubles.append(r.url))
        self.host = urlsplit(url).netloc
        self.page.goto(url, wait_until="networkidle")

    def console(self, message):
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)

    def request(self, request):
        parts = urlsplit(request.url)
        self.requests.append(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.strangers.append(request.url)

    def response(self, response):
        if response.status >= 400:
            self.troubles.append(f"{response.status} {response.url}")
