"""Notebooks, saved several times, with the outputs of really running them.

A notebook is one `.cells` file here. `# %% 2` starts a code cell that is there
from the second saved state on, `# %% 1-2 markdown` a text that is in the first
two only. Each state runs from the top in one fresh namespace.
"""

import ast
import base64
import contextlib
import hashlib
import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot

from demo.work import training
from demo.work.logged import Atom
from demo.work.training.plots import png

HEADER = re.compile(r"^# %% (\d+)(?:-(\d+))?( markdown)?$", re.MULTILINE)

type Cell = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One cell and the states it is in."""

    first: int
    last: int
    markdown: bool
    source: str
    id: str


def saved(name: str, state: int) -> tuple[bytes, dict[str, Atom]]:
    """The .ipynb of one state (nbformat 4.5), and what it says of its size."""
    mpl.use("Agg")
    # In the lab the package lies at the top, beside the notebooks.
    sys.modules["training"] = training
    names: dict[str, Any] = {"__name__": "__main__"}
    cells, count = [], 0
    for part in parts(name):
        if not part.first <= state <= part.last:
            continue
        count += not part.markdown
        cells.append(text(part) if part.markdown else code(part, count, names))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    content = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return content.encode(), {"cells": len(cells), "state": state}


def parts(name: str) -> Iterator[Part]:
    whole = Path(__file__).with_name(f"{name}.cells").read_text()
    found = list(HEADER.finditer(whole))
    for at, header in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(whole)
        source = whole[header.end() : end].strip()
        is_text = bool(header[3])
        if is_text:
            source = re.sub(r"^# ?", "", source, flags=re.MULTILINE)
        identity = hashlib.blake2b(f"{name}/{at}".encode(), digest_size=4).hexdigest()
        yield Part(int(header[1]), int(header[2] or 99), is_text, source, identity)


def text(part: Part) -> Cell:
    return {"cell_type": "markdown", "id": part.id, "metadata": {}, "source": lines(part.source)}


def code(part: Part, count: int, names: dict[str, Any]) -> Cell:
    return {
        "cell_type": "code",
        "execution_count": count,
        "id": part.id,
        "metadata": {},
        "outputs": list(outputs(part.source, count, names)),
        "source": lines(part.source),
    }


def outputs(source: str, count: int, names: dict[str, Any]) -> Iterator[Cell]:
    """Runs a cell: what it printed, the value of its last line, its figures."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        value = value_of(source, names)
    if printed.getvalue():
        yield {"output_type": "stream", "name": "stdout", "text": lines(printed.getvalue())}
    for number in pyplot.get_fignums():
        picture = base64.b64encode(png(pyplot.figure(number), colours=16)).decode()
        yield {
            "output_type": "display_data",
            "data": {"image/png": picture, "text/plain": ["<Figure>"]},
            "metadata": {},
        }
    pyplot.close("all")
    if value is not None:
        yield {
            "output_type": "execute_result",
            "execution_count": count,
            "data": {"text/plain": lines(repr(value))},
            "metadata": {},
        }


def value_of(source: str, names: dict[str, Any]) -> Any:
    """Executes the cell; the value of its last line when that is an expression
    that no semicolon silences."""
    tree = ast.parse(source)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr) or source.endswith(";"):
        exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102 - our own cells
        return None
    exec(compile(ast.Module(tree.body[:-1], []), "<cell>", "exec"), names)  # noqa: S102
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)  # noqa: S307


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
