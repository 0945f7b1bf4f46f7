"""attentrace: trace attention through transformer models, live in the notebook.

>>> import attentrace as at                                          # doctest: +SKIP
>>> trace = at.capture(model, tokenizer, "The cat sat on the mat.")  # doctest: +SKIP
>>> at.head_view(trace, layer=3)                                     # doctest: +SKIP
"""

from importlib.metadata import version

from .recording import capture
from .errors import AttentraceError, InferenceError, TraceError
from .files import load, save
from .sources import query_key_attention
from .trace import Trace
from .views import (
    budget_view,
    compare_view,
    evidence_view,
    explorer,
    group_view,
    head_scatter,
    head_view,
    heatmap,
    model_view,
    neuron_view,
    token_view,
)

__version__ = version("attentrace")

__all__ = [
    "AttentraceError",
    "InferenceError",
    "Trace",
    "TraceError",
    "budget_view",
    "capture",
    "compare_view",
    "evidence_view",
    "explorer",
    "group_view",
    "head_scatter",
    "head_view",
    "heatmap",
    "load",
    "model_view",
    "neuron_view",
    "query_key_attention",
    "save",
    "token_view",
]
