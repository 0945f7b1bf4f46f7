"""``python -m attentrace trace.safetensors``: the Explorer on a file, in the browser; or a page of it, written."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from . import page
from .errors import AttentraceError
from .files import load

VIEWS = {"explorer": "Explorer", "group-view": "GroupView", "head-scatter": "HeadScatter", "head-view": "HeadView"} | {
    "heatmap": "Heatmap",
    "model-view": "ModelView",
    "neuron-view": "NeuronView",
    "token-view": "TokenView",
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m attentrace", description="Shows a trace, a safetensors file, in the browser.")
    parser.add_argument("file", type=Path, help="what attentrace.save or writeSafetensors wrote")
    parser.add_argument("--view", choices=VIEWS, default="explorer", help="which view (default: explorer)")
    parser.add_argument("--html", type=Path, metavar="OUT", help="write one page that needs no network, and end")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")
    given = parser.parse_args(arguments)
    try:
        # Read even where the page reads it by itself: what is wrong with a file is said here.
        trace = load(given.file)
        view = VIEWS[given.view]
        if given.html:
            text = page.page(view, trace, {}, vectors=view == "NeuronView", title=given.file.name)
            given.html.write_text(text, encoding="utf-8")
            print(f"Wrote {given.html}.")
            return 0
        serve(given.file, page.served_page(view, "trace.safetensors", {}, given.file.name), given.port, not given.no_browser)
    except AttentraceError as error:
        print(f"attentrace: {error}", file=sys.stderr)
        return 1
    return 0


def serve(file: Path, text: str, port: int, browser: bool) -> None:
    """Serves a page and its file to this machine alone, until Ctrl-C."""
    body = text.encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # A name of another site that leads here would let that site read the file.
            host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
            if host not in ("127.0.0.1", "localhost"):
                self.send_error(403)
            elif self.path == "/":
                self._send("text/html; charset=utf-8", body)
            elif self.path == "/trace.safetensors":
                self._send("application/octet-stream", file.read_bytes())
            else:
                self.send_error(404)

        def _send(self, kind: str, data: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"{file.name} is at {address} – end with Ctrl-C.", flush=True)
        if browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    sys.exit(main())
