"""The door at which an app waits for the browser: a tiny server on this computer, on whatever port is free."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread


class Door(HTTPServer):
    """Keeps the addresses with which browsers came."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.seen: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/callback"

    @property
    def answer(self) -> str:
        return next(path for path in self.seen if path.startswith("/callback"))


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append(self.path)
        body = b"<!doctype html><title>Done</title><link rel='icon' href='data:,'><h1>You are signed in</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def door() -> Iterator[Door]:
    server = Door()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
