"""A notebook as people compare it: what was typed, cell by cell."""

import json
from collections.abc import Iterator
from typing import Any

KIND = "application/x-ipynb+json"
LONGEST = 20_000_000  # bytes: what its cells put out is in the same file


def cells(text: str) -> str | None:
    """Code as it is, words as comments, each cell behind a `# %%`. Outputs, counters and
    ids are left out: they differ whenever a notebook is run. None for what is no notebook."""
    try:
        held = json.loads(text)["cells"]
        return "\n".join(line for cell in held for line in _lines(cell))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _lines(cell: dict[str, Any]) -> Iterator[str]:
    kind, source = cell["cell_type"], cell["source"]
    typed = (source if isinstance(source, str) else "".join(source)).splitlines()
    if kind == "code":
        yield "# %%"
        yield from typed
    else:
        yield f"# %% [{kind}]"
        yield from (f"# {line}".rstrip() for line in typed)
    yield ""
