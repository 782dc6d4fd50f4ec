"""Python source: parsed, never run."""

import ast
import re
import warnings

CUES = re.compile(
    r"^(?:import \w|from [\w.]+ import |(?:async )?def \w+\(|class \w+[:(]|@\w|if __name__ ==)",
    re.MULTILINE,
)
TELLING = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.While,
    ast.With,
    ast.If,
    ast.Try,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
)


def is_python(text: str) -> bool:
    """Whether it parses and does something that prose and tables do not. The end
    may be cut: then up to the last statement at the left edge."""
    tree = _parsed(text)
    if tree is None:
        tree = _parsed(_without_last(text))
    if tree is None:
        return len(CUES.findall(text)) >= 3
    return any(_tells(statement) for statement in tree.body)


def _tells(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.AnnAssign):  # `epoch: 3` is a line of YAML
        return statement.value is not None
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call)
    return isinstance(statement, TELLING)


def _without_last(text: str) -> str:
    """All but the last statement at the left edge."""
    lines = text.splitlines(keepends=True)
    for place in range(len(lines) - 1, 0, -1):
        if lines[place][:1].strip(" \t\n)]}"):
            return "".join(lines[:place])
    return ""


def _parsed(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a wrong escape in somebody's string
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
