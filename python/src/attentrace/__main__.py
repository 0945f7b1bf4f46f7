"""``python -m attentrace trace.safetensors``: the Explorer on a file, in the browser; of two files what changed; or a page of it, written."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

from . import figure, page
from .errors import AttentraceError
from .files import load
from .serving import server
from .views import KINDS

VIEWS = {name.replace("_", "-"): kind for name, kind in KINDS.items()}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m attentrace", description="Shows a trace, or what changed between two, in the browser.")
    parser.add_argument("files", type=Path, nargs="+", metavar="file", help="what attentrace.save or writeSafetensors wrote; two are compared")
    parser.add_argument("--view", choices=VIEWS, help="which view (default: explorer; of two files compare-view)")
    parser.add_argument("--html", type=Path, metavar="OUT", help="write one page that needs no network, and end")
    parser.add_argument("--svg", type=Path, metavar="OUT", help="write a figure, drawn by a browser of this machine, and end")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--no-browser", action="store_true", help="do not open the browser")
    given = parser.parse_args(arguments)
    name = given.view or ("explorer" if len(given.files) == 1 else "compare-view")
    kind = VIEWS[name]
    if len(given.files) != len(kind.traces):
        parser.error(f"{name} is of {len(kind.traces)} {'file' if len(kind.traces) == 1 else 'files'}, not {len(given.files)}.")
    try:
        # Read even where the page reads them by itself: what is wrong with a file is said here.
        traces = {prop: load(file) for prop, file in zip(kind.traces, given.files)}
        data = {prop: file.read_bytes for prop, file in zip(kind.traces, given.files)}
        props = {f"name{prop.upper()}": file.stem for prop, file in zip(kind.traces, given.files)} if len(traces) > 1 else {}
        title = ", ".join(file.name for file in given.files)
        if given.html:
            text = page.page(kind.component, traces, props, vectors=kind.vectors, title=title)
            given.html.write_text(text, encoding="utf-8")
            print(f"Wrote {given.html}.")
        if given.svg:
            given.svg.write_text(figure.svg(kind.component, data, props, {"whole": True}), encoding="utf-8")
            print(f"Wrote {given.svg}.")
        if not (given.html or given.svg):
            serve(title, data, page.served_page(kind.component, data, props, title), given.port, not given.no_browser)
    except AttentraceError as error:
        print(f"attentrace: {error}", file=sys.stderr)
        return 1
    return 0


def serve(title: str, data: dict[str, Callable[[], bytes]], text: str, port: int, browser: bool) -> None:
    """Serves a page and its files to this machine alone, until Ctrl-C."""
    with server(text, data, port) as serving:
        address = f"http://127.0.0.1:{serving.server_port}/"
        print(f"{title}: {address} – end with Ctrl-C.", flush=True)
        if browser:
            webbrowser.open(address)
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    sys.exit(main())
