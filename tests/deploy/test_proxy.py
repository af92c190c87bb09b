"""The proxy as it is configured: encrypted, HTTP/2, closed to figures, holding nothing back."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.deploy.compose import ROOT
from tests.serving import free_port, wait_until

CADDY = ROOT / ".venv" / "bin" / "caddy"
pytestmark = pytest.mark.skipif(
    not (CADDY.exists() or shutil.which("caddy")), reason="no Caddy for this system"
)


class Upstream(BaseHTTPRequestHandler):
    """Stands in for the web process: it repeats what it was asked, and streams below /live/."""

    may_go_on = threading.Event()

    def do_GET(self):
        if self.path.startswith("/breaks/"):
            self.close_connection = True
            return
        self.send_response(200)
        if self.path.startswith("/live/"):
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b"data: first\n\n")
            self.may_go_on.wait(10)
            self.wfile.write(b"data: second\n\n")
            return
        body = json.dumps(dict(self.headers)).encode()
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Whoever asked has gone: that is for the tests to notice."""


@pytest.fixture(scope="module")
def upstream():
    server = Server(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    Upstream.may_go_on.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    return tmp_path_factory.mktemp("proxy") / "said"


@pytest.fixture(scope="module")
def proxy(upstream, said):
    ports = {
        name: free_port()
        for name in ("SPITS_HTTP_PORT", "SPITS_HTTPS_PORT", "SPITS_PROXY_HEALTH_PORT")
    }
    with said.open("w") as told:
        process = subprocess.Popen(
            [CADDY if CADDY.exists() else "caddy", "run", "--config", "deploy/Caddyfile"],
            cwd=ROOT,
            env={
                **os.environ,
                **{name: str(port) for name, port in ports.items()},
                "SPITS_DOMAIN": "localhost",
                "SPITS_UPSTREAM": "127.0.0.1",
                "SPITS_UPSTREAM_PORT": str(upstream.server_port),
                "XDG_DATA_HOME": str(said.parent),
                "XDG_CONFIG_HOME": str(said.parent),
            },
            stdout=told,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: answers(ports["SPITS_HTTPS_PORT"]) or process.poll() is not None)
        assert process.poll() is None, said.read_text()
        yield ports
    finally:
        process.terminate()
        process.wait(15)


def answers(port):
    try:
        with tls(port):
            return True
    except OSError:
        return False


def tls(port, *protocols):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if protocols:
        context.set_alpn_protocols(protocols)
    return context.wrap_socket(
        socket.create_connection(("127.0.0.1", port), 10), server_hostname="localhost"
    )


@contextmanager
def asked(proxy, path, method="GET", body=None, **headers):
    port = proxy["SPITS_HTTPS_PORT"]
    unverified = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=unverified)
    with closing(connection):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=named)
        with closing(connection.getresponse()) as answer:
            yield answer


def test_it_speaks_http_2(proxy):
    with tls(proxy["SPITS_HTTPS_PORT"], "h2", "http/1.1") as encrypted:
        assert encrypted.selected_alpn_protocol() == "h2"
        assert encrypted.version() == "TLSv1.3"


def test_what_is_not_encrypted_is_sent_on(proxy):
    connection = http.client.HTTPConnection("localhost", proxy["SPITS_HTTP_PORT"], timeout=10)
    with closing(connection):
        connection.request("GET", "/leads/")
        answer = connection.getresponse()

        assert answer.status == 308
        assert answer.headers["Location"].startswith("https://localhost")


def test_web_process_is_told_who_asks_and_cannot_be_told_otherwise(proxy):
    forged = {"X_Forwarded_For": "10.9.9.9", "X_Forwarded_Proto": "http"}

    with asked(proxy, "/", X_Request_ID="forged-1", **forged) as answer:
        heard = json.load(answer)

    assert heard["X-Forwarded-For"] == "127.0.0.1"
    assert heard["X-Forwarded-Proto"] == "https"
    assert heard["Host"].split(":")[0] == "localhost"
    assert heard["X-Request-Id"] != "forged-1"
    assert "Via" not in answer.headers
    assert "Server" not in answer.headers


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "//metrics", "/metrics?x=1", "/Metrics"])
def test_figures_are_closed_to_the_outside(proxy, path):
    with asked(proxy, path) as answer:
        assert answer.status == 403


def test_events_are_not_held_back(proxy):
    Upstream.may_go_on.clear()
    with asked(proxy, "/live/", Accept_Encoding="gzip") as stream:
        assert stream.readline() == b"data: first\n"  # the second has not been written yet
        Upstream.may_go_on.set()
        assert b"data: second" in stream.read()

    assert "Content-Encoding" not in stream.headers


def test_pages_are_compressed(proxy):
    with asked(proxy, "/", Accept_Encoding="gzip", X_Long="x" * 2000) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"


def test_body_that_is_too_large_is_refused(proxy):
    with asked(proxy, "/", "POST", b"x" * 1000) as answer:
        assert answer.status == 200
    with asked(proxy, "/", "POST", b"x" * 31_000_000) as answer:
        assert answer.status == 413


def test_logs_tell_nothing_of_who_asked_what(proxy, said):
    with asked(proxy, "/breaks/?q=Jansen", "POST", b"x", Cookie="spits_session=geheim") as answer:
        assert answer.status == 502

    wait_until(lambda: "http.log.error" in said.read_text())
    for personal in ("Jansen", "geheim"):
        assert personal not in said.read_text()
