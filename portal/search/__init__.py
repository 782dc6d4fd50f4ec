"""Search over all floors: exact keys, words, names by their beginning, typing errors."""

from portal.search.asking import Hit, Result, jump, search

__all__ = ["Hit", "Result", "jump", "search"]
