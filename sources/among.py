"""`column = ANY(keys)`: a condition for the rows of a page."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, TextField, Value


def among(column: str, keys: Iterable[UUID]) -> Func:
    """What `column__in=keys` says, with one parameter where that has one a key:
    to bind a hundred takes a millisecond a query, and a page asks a dozen."""
    return _any_of(column, Value(f"{{{','.join(key.hex for key in keys)}}}"), "uuid")


def among_words(column: str, words: Iterable[str]) -> Func:
    """The same of texts."""
    return _any_of(column, Value(list(words), output_field=ArrayField(TextField())), "text")


def _any_of(column: str, several: Value, kind: str) -> Func:
    return Func(
        F(column),
        several,
        template=f"%(expressions)s::{kind}[])",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )
