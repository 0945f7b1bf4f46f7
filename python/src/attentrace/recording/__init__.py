"""Attention out of a transformers model, with queries, keys and values."""

from .capture import capture

__all__ = ["capture"]
