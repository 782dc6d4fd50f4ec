"""The answer to each operation, by its name."""

from collections.abc import Callable
from typing import Any

from demo.neptune.answers import (
    artifacts,
    backend,
    downloads,
    experiments,
    tables,
    uploads,
    values,
)
from demo.neptune.asking import Ask

ANSWERS: dict[str, Callable[[Ask], Any]] = {
    **backend.ANSWERS,
    **experiments.ANSWERS,
    **tables.ANSWERS,
    **values.ANSWERS,
    **uploads.ANSWERS,
    **downloads.ANSWERS,
    **artifacts.ANSWERS,
}
OPEN = frozenset({"getClientConfig", "exchangeApiToken"})  # by API token only
