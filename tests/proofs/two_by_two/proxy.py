"""A proxy before several web processes: each request goes to the next one, as it comes.

It stands for any load balancer, and is as simple as they get: it remembers nobody, and asks the
next process when one refuses the connection.
"""

import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from tests.serving import free_port

HEAD_ENDS = b"\r\n\r\n"
MOST = 65_536  # bytes at once


class RoundRobin:
    """Whose turn it is; `asked` counts the requests by port."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.asked: Counter[int] = Counter()
        self._ports = list(ports)
        self._lock = threading.Lock()

    def next_one(self) -> socket.socket:
        """Connect to the process whose turn it is, or to the one after it when it is away."""
        for _ in self._ports:
            with self._lock:
                port = self._ports.pop(0)
                self._ports.append(port)
            with suppress(ConnectionRefusedError):
                line = socket.create_connection(("127.0.0.1", port))
                with self._lock:
                    self.asked[port] += 1
                return line
        raise ConnectionRefusedError


class PassOn(socketserver.StreamRequestHandler):
    """Passes one request on, and its answer back."""

    server: "Proxy"

    def handle(self) -> None:
        with suppress(OSError):  # who asked has gone
            self._pass_on()

    def _pass_on(self) -> None:
        head = b""
        while not head.endswith(HEAD_ENDS):
            line = self.rfile.readline(MOST)
            if not line:
                return
            head += line
        body = self.rfile.read(_length_of_body(head))
        with self.server.turns.next_one() as line:
            line.sendall(_without_keeping(head) + body)
            while some := line.recv(MOST):
                self.wfile.write(some)


class Proxy(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False  # a stream may stay open for as long as its browser does
    request_queue_size = 200

    def __init__(self, port: int, turns: RoundRobin) -> None:
        super().__init__(("127.0.0.1", port), PassOn)
        self.turns = turns


def _length_of_body(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _without_keeping(head: bytes) -> bytes:
    """Each connection is for one request, so that the next goes to another process."""
    lines = head.removesuffix(HEAD_ENDS).split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close"]) + HEAD_ENDS


@contextmanager
def proxy(ports: Sequence[int], *, port: int | None = None) -> Iterator[tuple[RoundRobin, str]]:
    """Stand before the web processes at `ports`; tell whose turns it was, and the address."""
    port = port or free_port()
    turns = RoundRobin(ports)
    with Proxy(port, turns) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield turns, f"http://127.0.0.1:{port}"
        finally:
            server.shutdown()
            thread.join()
