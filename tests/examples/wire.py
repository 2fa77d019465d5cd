"""The network between a product and the portal, which a test can cut, stall or spoil."""

import socket
import threading
from contextlib import suppress

SPOILED = {
    "busy": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "broken": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\nConnection: close\r\n\r\n<p>Hotel.",
    "hotel": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "too_many": b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 900\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
}


class Wire:
    """A port that passes everything on; `wire.mode` says what it does with the next connection.

    "through"; "cut" closes without a word; "lost" passes the request on and keeps the answer to itself; or SPOILED.
    """

    def __init__(self, port: int):
        self.target = ("127.0.0.1", port)
        self.mode = "through"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.threads = [threading.Thread(target=self.listen)]
        self.threads[0].start()

    def listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self.listener.accept()
                self.threads.append(threading.Thread(target=self.serve, args=[near]))
                self.threads[-1].start()

    def serve(self, near: socket.socket) -> None:
        with near, suppress(OSError):
            near.settimeout(60)
            request = read_request(near)
            mode = self.mode
            if mode in SPOILED:
                near.sendall(SPOILED[mode])
            elif mode in ("through", "lost"):
                answer = self.ask(request)
                near.sendall(answer if mode == "through" else b"")

    def ask(self, request: bytes) -> bytes:
        with socket.create_connection(self.target, 60) as far:
            far.sendall(request)
            answer = b"".join(iter(lambda: far.recv(65536), b""))
        # Else the product sends its next request into a connection that we are about to close.
        return answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(60)


def read_request(near: socket.socket) -> bytes:
    """Return one request, asking for the connection to end after it."""
    head, body = b"", b""
    while b"\r\n\r\n" not in head:
        head += near.recv(65536)
    head, _blank, body = head.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += near.recv(65536)
    return b"\r\n".join([*lines, b"Connection: close", b"", body])
