"""NQL, the query language of Neptune's tables, as a predicate over containers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from demo.neptune.fields import Container, Field
from demo.neptune.properties import float_series
from demo.neptune.times import heard

type Test = Callable[[Container], bool]
type Operator = Callable[[Any, Any], bool]

TOKEN = re.compile(
    r"\s*(?:(?P<name>`[^`]*`)"
    r'|(?P<text>"(?:[^"\\]|\\.)*")'
    r"|(?P<operator>!=|>=|<=|==|=|>|<)"
    r"|(?P<mark>[():])"
    r"|(?P<word>[^\s()`\":=<>!]+))"
)
OPERATORS: dict[str, Operator] = {
    "=": eq, "==": eq, "!=": ne, ">": gt, ">=": ge, "<": lt, "<=": le,
}  # fmt: skip
AGGREGATES = ("last", "min", "max", "average", "variance")
TYPES = {"integer": "int", "boolean": "bool"}


class SyntaxProblem(Exception):
    """The query is no NQL."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str

    @property
    def keyword(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


END = Token("end", "")


def compiled(query: str) -> Test:
    """The query as a test; an empty one lets everything pass."""
    tokens = tokens_of(query)
    if not tokens:
        return lambda _: True
    reader = Reader(tokens)
    test = reader.either()
    if reader.next is not END:
        raise SyntaxProblem(f"unexpected {reader.next.text!r}")
    return test


def tokens_of(query: str) -> list[Token]:
    tokens, at, query = [], 0, query.rstrip()
    while at < len(query):
        match = TOKEN.match(query, at)
        if match is None or match.lastgroup is None:
            raise SyntaxProblem(f"cannot read {query[at:]!r}")
        tokens.append(Token(match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


class Reader:
    """Recursive descent: OR of ANDs of NOTs of parentheses and conditions."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else END

    def take(self) -> Token:
        token = self.next
        self._at += 1
        return token

    def skip(self, text: str) -> bool:
        found = self.next.text == text and self.next.kind == "mark"
        self._at += found
        return found

    def skip_word(self, keyword: str) -> bool:
        found = self.next.keyword == keyword
        self._at += found
        return found

    def expect(self, text: str) -> None:
        if not self.skip(text):
            raise SyntaxProblem(f"expected {text!r}, found {self.next.text!r}")

    def either(self) -> Test:
        tests = [self.both()]
        while self.skip_word("OR"):
            tests.append(self.both())
        if len(tests) == 1:
            return tests[0]
        return lambda container: any(test(container) for test in tests)

    def both(self) -> Test:
        tests = [self.one()]
        while self.skip_word("AND"):
            tests.append(self.one())
        if len(tests) == 1:
            return tests[0]
        return lambda container: all(test(container) for test in tests)

    def one(self) -> Test:
        if self.skip_word("NOT"):
            test = self.one()
            return lambda container: not test(container)
        if self.skip("("):
            test = self.either()
            self.expect(")")
            return test
        return self.condition()

    def condition(self) -> Test:
        aggregate, path, kind = self.operand()
        operator, negated = self.operator()
        value = self.value()
        kind = TYPES.get(kind, kind)
        return condition(aggregate, path, kind, operator, value, negated=negated)

    def operand(self) -> tuple[str, str, str]:
        first = self.take()
        if first.text in AGGREGATES and self.skip("("):
            path, kind = self.typed(self.take())
            self.expect(")")
            return first.text, path, kind
        return "", *self.typed(first)

    def typed(self, token: Token) -> tuple[str, str]:
        if token.kind not in ("name", "word"):
            raise SyntaxProblem(f"expected a field, found {token.text!r}")
        return token.text.strip("`"), self.take().text if self.skip(":") else ""

    def operator(self) -> tuple[str, bool]:
        negated = self.skip_word("NOT")
        token = self.take()
        if token.kind == "operator" or token.keyword in ("CONTAINS", "MATCHES"):
            return token.keyword or token.text, negated
        raise SyntaxProblem(f"expected an operator, found {token.text!r}")

    def value(self) -> str:
        token = self.take()
        if token.kind == "text":
            return re.sub(r"\\(.)", r"\1", token.text[1:-1])
        if token.kind == "word":
            return token.text
        raise SyntaxProblem(f"expected a value, found {token.text!r}")


def condition(
    aggregate: str, path: str, kind: str, operator: str, value: str, *, negated: bool
) -> Test:
    """A field that is missing or of another type meets no condition."""

    meant = cache(lambda kind: typed(kind, value))  # ten thousand rows ask the same

    def test(container: Container) -> bool:
        field = container.fields.get(path)
        if field is None or (kind and field.type != kind):
            return False
        held = side_of(field, aggregate)
        if held is None:
            return negated
        return COMPARE[operator](held, meant(field.type)) is not negated

    return test


def contains(held: Any, wanted: str) -> bool:
    return wanted in held


def matches(held: Any, pattern: Any) -> bool:
    return re.search(str(pattern), str(held)) is not None


COMPARE: dict[str, Operator] = {**OPERATORS, "CONTAINS": contains, "MATCHES": matches}


def side_of(field: Field, aggregate: str) -> Any:
    if field.type == "floatSeries":
        return float_series(field).get(aggregate or "last")
    return field.value


def typed(kind: str, value: str) -> Any:
    try:
        if kind in ("int", "float", "floatSeries"):
            return float(value)
        if kind == "datetime":
            return heard(value)
    except ValueError as error:
        raise SyntaxProblem(str(error)) from error
    return value.lower() == "true" if kind == "bool" else value
