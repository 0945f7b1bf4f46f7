"""A page and its traces, served to this machine alone."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def server(
    page: str, traces: dict[str, Callable[[], bytes]], port: int = 0, answers: dict[str, Callable[[bytes], None]] | None = None
) -> ThreadingHTTPServer:
    """A server of a page at ``/`` and of its traces, on 127.0.0.1. ``answers``: who is told what the page posts, by path."""
    body = page.encode()
    files = {f"/{name}.safetensors": read for name, read in traces.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self._from_elsewhere():
                self.send_error(403)
            elif self.path == "/":
                self._send("text/html; charset=utf-8", body)
            elif self.path in files:
                self._send("application/octet-stream", files[self.path]())
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            told = (answers or {}).get(self.path)
            if told is None or self._from_elsewhere():
                self.send_error(403)
                return
            told(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self._send("text/plain", b"")

        def _from_elsewhere(self) -> bool:
            """A name of another site that leads here would let that site read the file."""
            return (self.headers.get("Host") or "").rsplit(":", 1)[0] not in ("127.0.0.1", "localhost")

        def _send(self, kind: str, data: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
