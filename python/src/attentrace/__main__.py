"""``python -m attentrace trace.safetensors``: the Explorer on a file, in the browser; or a page of it, written."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from pathlib import Path

from . import figure, page
from .errors import AttentraceError
from .files import load
from .serving import SOURCE, server

VIEWS = {"budget-view": "BudgetView", "explorer": "Explorer", "group-view": "GroupView", "head-scatter": "HeadScatter", "head-view": "HeadView"} | {
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
    parser.add_argument("--svg", type=Path, metavar="OUT", help="write a figure, drawn by a browser of this machine, and end")
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
        if given.svg:
            given.svg.write_text(figure.svg(view, given.file.read_bytes, {}, {"whole": True}), encoding="utf-8")
            print(f"Wrote {given.svg}.")
        if not (given.html or given.svg):
            serve(given.file, page.served_page(view, SOURCE, {}, given.file.name), given.port, not given.no_browser)
    except AttentraceError as error:
        print(f"attentrace: {error}", file=sys.stderr)
        return 1
    return 0


def serve(file: Path, text: str, port: int, browser: bool) -> None:
    """Serves a page and its file to this machine alone, until Ctrl-C."""
    with server(text, file.read_bytes, port) as serving:
        address = f"http://127.0.0.1:{serving.server_port}/"
        print(f"{file.name} is at {address} – end with Ctrl-C.", flush=True)
        if browser:
            webbrowser.open(address)
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    sys.exit(main())
