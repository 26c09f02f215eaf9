"""A talk in a few of its own words: an extractive summary without any model, and how summaries are measured."""

from .extract import METHOD, Extract, Quote, lexrank, summarise
from .rouge import rouge
from .units import Spoken

__all__ = ["METHOD", "Extract", "Quote", "Spoken", "lexrank", "rouge", "summarise"]
