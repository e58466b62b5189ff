"""`make serve`: a change of a source is seen, built, and told the browser."""

import asyncio
import json
import os
import socket
import subprocess
import time
import urllib.request
from functools import partial

import pytest
from tornado.websocket import websocket_connect


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def page(port):
    address = f"http://127.0.0.1:{port}/book/one.html"
    with urllib.request.urlopen(address) as answer:
        return answer.read().decode()


@pytest.fixture
def served(package_book):
    """A book that is being served, and the port."""
    book = package_book
    book.built()
    port = free_port()
    server = subprocess.Popen(
        [book.folder / ".venv/bin/python", "book/serve.py", str(port)],
        cwd=book.folder,
        env={**os.environ, **book.variables},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield book, port
    server.terminate()
    server.wait()


async def reloaded(port, change, wanted):
    """Change something; wait until the page is told to load what is new."""
    socket = await websocket_connect(f"ws://127.0.0.1:{port}/livereload")
    protocols = ["http://livereload.com/protocols/official-7"]
    hello = {"command": "hello", "protocols": protocols}
    await socket.write_message(json.dumps(hello))
    await socket.write_message(json.dumps({"command": "info", "url": "x"}))
    await asyncio.sleep(3)  # until the watcher knows all files
    change()
    while message := await socket.read_message():
        told = json.loads(message)["command"] == "reload"
        if told and wanted in page(port):
            socket.close()
            return


def of_a_chapter(book):
    book.replace("book/one.md", "SGD.__name__", "SGD.__name__.lower()")


def of_the_package(book):
    with (book.folder / "src/companion/optim/sgd.py").open("a") as file:
        file.write("\n\nSGD.__name__ = 'sgd'\n")


@pytest.mark.parametrize("change", [of_a_chapter, of_the_package])
def test_a_change_reaches_the_open_page(served, change):
    book, port = served
    shown = "'{}'\n".format
    assert shown("SGD") in page(port)
    assert "livereload.js" in page(port)
    change = partial(change, book)
    asyncio.run(asyncio.wait_for(reloaded(port, change, shown("sgd")), 120))
    assert "livereload.js" not in book.html("book/one")
