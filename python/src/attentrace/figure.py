"""Figures: the view drawn by a browser that nobody sees."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory

from . import page
from .errors import AttentraceError, TraceError
from .serving import server

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
LIMIT_SECONDS = 300


def find_browser() -> str | None:
    """A Chromium of this machine: that of ``CHROMIUM_PATH``, or one in its usual place."""
    given = os.environ.get("CHROMIUM_PATH")
    if given:
        return given
    return next(filter(None, map(shutil.which, COMMANDS)), None) or next((place for place in PLACES if Path(place).exists()), None)


def no_browser() -> AttentraceError:
    fix = "Install Chromium or Chrome, or name it in CHROMIUM_PATH; or show the view in a notebook first."
    return TraceError("no-page", "to_svg", "no browser on this machine, and no page that shows the view", "one of them, to draw the figure", fix)


def svg(view: str, traces: dict[str, Callable[[], bytes]], props: dict, options: dict) -> str:
    """The figure of a view as SVG, drawn by a browser of this machine.

    ``traces`` give the bytes of safetensors files, by prop. Raises ``TraceError`` ``no-page`` where there is no browser, and what the view refuses.
    """
    browser = find_browser()
    if browser is None:
        raise no_browser()
    answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    # A page of another site does not know where to post.
    path = f"/{token_urlsafe()}"
    text = page.served_page(view, traces, props, "attentrace", figure={"options": options, "to": path})
    with server(text, traces, answers={path: answers.put}) as serving, TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        try:
            return figure_from(json.loads(_asked(browser, f"http://127.0.0.1:{serving.server_port}/", profile, answers)))
        finally:
            serving.shutdown()


def _asked(browser: str, address: str, profile: str, answers: queue.SimpleQueue) -> bytes:
    flags = ["--headless=new", f"--user-data-dir={profile}", "--no-first-run", "--disable-background-networking", "--enable-unsafe-swiftshader"]
    if sys.platform == "linux" and os.geteuid() == 0:
        flags.append("--no-sandbox")
    try:
        running = subprocess.Popen([browser, *flags, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError as cause:
        raise TraceError("no-page", "to_svg", f"{browser}: {cause.strerror}", "a browser that starts", "Name one in CHROMIUM_PATH.") from cause
    try:
        for _ in range(LIMIT_SECONDS):
            try:
                return answers.get(timeout=1)
            except queue.Empty:
                if running.poll() is not None:
                    break
        ended = "has not drawn it" if running.poll() is None else f"ended with {running.returncode}"
        raise TraceError("no-page", "to_svg", f"{browser} {ended}", "a figure", "Try it by hand, or name another browser in CHROMIUM_PATH.")
    finally:
        running.terminate()
        running.wait()


def figure_from(answer: dict) -> str:
    """What a page answered. Raises what the view refused."""
    if "svg" in answer:
        return answer["svg"]
    refused = answer["error"]
    if isinstance(refused, dict):
        raise TraceError(**refused)
    raise AttentraceError("unreadable", "to_svg", refused, "a figure", "Views that make figures are named in docs/figures.md.")
