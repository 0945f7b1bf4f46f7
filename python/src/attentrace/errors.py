"""What attentrace refuses, and how it says so: the same words and codes as the JavaScript package (docs/errors.md)."""

from __future__ import annotations

LONGEST = 240
"""Longest part of a message: names and shapes in it may come from a file, and be of any length."""


class AttentraceError(ValueError):
    """What all errors of attentrace have in common: ``place: found …, expected …. What to do.``

    The parts are properties too: ``code`` (one of docs/errors.md), ``place``, ``found``, ``expected``, ``fix``.
    """

    def __init__(self, code: str, place: str, found: str, expected: str, fix: str):
        self.code = code
        self.place, self.found, self.expected, self.fix = map(_shortened, (place, found, expected, fix))
        super().__init__(f"{self.place}: found {self.found}, expected {self.expected}. {self.fix}")

    def parts(self) -> dict[str, str]:
        """The parts as plain data, which a page shows as it shows its own errors."""
        return {name: getattr(self, name) for name in ("code", "place", "found", "expected", "fix")}


class TraceError(AttentraceError):
    """Input that cannot be drawn truthfully."""


class InferenceError(AttentraceError):
    """A model whose attention cannot be had, or not truthfully."""


def _shortened(part: str) -> str:
    part = str(part)
    if not part.strip():
        return "nothing"
    return part if len(part) <= LONGEST else part[: LONGEST - 1] + "…"


def describe(value: object) -> str:
    """What a value is, in a few words: ``a list of 3``, ``the string 'a'``, ``nothing``."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the string {value[:24] + '…' if len(value) > 24 else value!r}"
    if isinstance(value, (bool, int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    shape = getattr(value, "shape", None)
    of = f" of shape {list(shape)}" if isinstance(shape, tuple) else ""
    name = type(value).__name__
    return f"{'an' if name.startswith(('A', 'E', 'I', 'O')) else 'a'} {name}{of}"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """``1 token``, ``5 tokens``; ``2 axes`` where the plural has no s."""
    return f"{n} {noun if n == 1 else plural or noun + 's'}"
