"""The filter language: text into a small tree. Knows no database.

    sprint = 49 and valid/f1.max > 0.85 order by valid/f1.max desc
    task in (DOC-2698, DOC-2701) and not state = failed
    lr <= 3e-4 and `parameters with spaces` = "a b" and started > -7d

A bare word or a quoted text alone is looked for in names. Within backticks a
doubled one stands for itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

LONGEST = 2_000
DEEPEST = 30
MOST_CONDITIONS = 60  # each is a sub-query at worst

TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | `(?P<name>(?:[^`]|``)+)`(?P<suffix>\.(?:last|min|max))?
    | (?P<sign><=|>=|!=|!~|=|<|>|~|\(|\)|,)
    | (?P<word>[^\s"'`<>=!~(),]+)
    )""",
    re.VERBOSE,
)

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=", "~", "!~")
PLAIN_NAME = re.compile(r"[^\s\"'`<>=!~(),]+")
KEYWORDS = {"and", "or", "not", "in", "is", "missing", "order", "by", "asc", "desc"}


class Misread(ValueError):
    """The text cannot be read. The message is for people."""


def written(name: str) -> str:
    """A field's name as the language reads it back, in backticks where it must be."""
    if PLAIN_NAME.fullmatch(name) and name.lower() not in KEYWORDS:
        return name
    return f"`{name.replace('`', '``')}`"


@dataclass(frozen=True, slots=True)
class Value:
    """3 may be a number or a text; "3" is a text."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """`field sign one of values`; only = and != take more than one value."""

    field: str
    sign: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """`field is missing`, `field is not missing`."""

    field: str
    missing: bool


@dataclass(frozen=True, slots=True)
class Words:
    """Text alone: looked for in names."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    of: "Node"


@dataclass(frozen=True, slots=True)
class Both:
    kind: Literal["and", "or"]
    of: tuple["Node", ...]


type Node = Compare | Missing | Words | Not | Both


@dataclass(frozen=True, slots=True)
class Asked:
    """A whole query. `order` is a field, or empty for newest first; `filter` is
    the text before the order."""

    where: Node | None
    order: str = ""
    descending: bool = True
    filter: str = ""

    def fields(self) -> set[str]:
        named = set(_fields(self.where)) if self.where else set()
        return named | ({self.order} if self.order else set())


def _fields(node: Node) -> Iterator[str]:
    match node:
        case Compare(field=field) | Missing(field=field):
            yield field
        case Not(of=inner):
            yield from _fields(inner)
        case Both(of=several):
            for inner in several:
                yield from _fields(inner)


@dataclass(frozen=True, slots=True)
class Token:
    kind: Literal["quoted", "name", "sign", "word"]
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words

    def is_sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.text in signs


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise Misread(f"Cannot read “{text[at : at + 20].strip()}” (character {at + 1}).")
        at = found.end()
        yield _token(found)


def _token(found: re.Match[str]) -> Token:
    at = found.start()
    if found["quoted"] is not None:
        return Token("quoted", re.sub(r"\\(.)", r"\1", found["quoted"][1:-1]), at)
    if found["name"] is not None:
        name = found["name"].replace("``", "`")
        return Token("name", name + (found["suffix"] or ""), at)
    if found["sign"] is not None:
        return Token("sign", found["sign"], at)
    return Token("word", found["word"], at)


def parse(text: str) -> Asked:
    """Raises Misread."""
    if len(text) > LONGEST:
        raise Misread(f"The filter is longer than {LONGEST} characters.")
    if "\x00" in text:
        raise Misread("The filter holds a NUL character.")
    return _Reader(text, list(_tokens(text))).query()


class _Reader:
    """Recursive descent over the tokens: or, and, not, then one condition."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.conditions = 0

    def query(self) -> Asked:
        where = None if self._at_order() or self._end() else self._any()
        if self._end():
            return Asked(where, filter=self.text.strip())
        if not self._at_order():
            raise Misread(f"Expected “and”, “or” or “order by” before “{self._peek().text}”.")
        before = self.text[: self._peek().at].strip()
        self.at += 2
        field = self._field()
        descending = not self._takes_word("asc")
        if descending:
            self._takes_word("desc")
        if not self._end():
            raise Misread(f"Nothing can follow the order; found “{self._peek().text}”.")
        return Asked(where, field, descending, before)

    def _end(self) -> bool:
        return self.at >= len(self.tokens)

    def _peek(self) -> Token:
        if self._end():
            raise Misread("The filter ends too early.")
        return self.tokens[self.at]

    def _next(self) -> Token:
        token = self._peek()
        self.at += 1
        return token

    def _takes_word(self, *words: str) -> bool:
        if not self._end() and self.tokens[self.at].is_word(*words):
            self.at += 1
            return True
        return False

    def _at_order(self) -> bool:
        following = self.tokens[self.at : self.at + 2]
        return len(following) == 2 and following[0].is_word("order") and following[1].is_word("by")

    def _any(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Misread("The filter is nested too deeply.")
        several = [self._all()]
        while self._takes_word("or"):
            several.append(self._all())
        self.depth -= 1
        return several[0] if len(several) == 1 else Both("or", tuple(several))

    def _all(self) -> Node:
        several = [self._one()]
        while self._takes_word("and"):
            several.append(self._one())
        return several[0] if len(several) == 1 else Both("and", tuple(several))

    def _one(self) -> Node:
        if self._takes_word("not"):
            self.depth += 1
            if self.depth > DEEPEST:
                raise Misread("The filter is nested too deeply.")
            inner = Not(self._one())
            self.depth -= 1
            return inner
        if self._peek().is_sign("("):
            self.at += 1
            within = self._any()
            if not self._next().is_sign(")"):
                raise Misread("A bracket is not closed.")
            return within
        return self._condition()

    def _condition(self) -> Node:
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise Misread(f"The filter has more than {MOST_CONDITIONS} conditions.")
        if self._peek().kind == "quoted":
            return Words(self._next().text)
        field = self._field()
        if self._end() or not self._compares():
            return Words(field)
        if self._takes_word("is"):
            missing = not self._takes_word("not")
            if not self._takes_word("missing"):
                raise Misread("After “is” comes “missing” or “not missing”.")
            return Missing(field, missing)
        if self._takes_word("in"):
            return Compare(field, "=", self._list())
        sign = self._next().text
        return Compare(field, sign, (self._value(),))

    def _compares(self) -> bool:
        token = self.tokens[self.at]
        return token.is_sign(*COMPARISONS) or token.is_word("is", "in")

    def _field(self) -> str:
        token = self._next()
        if token.kind not in {"word", "name"}:
            raise Misread(f"Expected a field's name, found “{token.text}”.")
        return token.text

    def _value(self) -> Value:
        token = self._next()
        if token.kind == "sign":
            raise Misread(f"Expected a value, found “{token.text}”.")
        return Value(token.text, token.kind == "quoted")

    def _list(self) -> tuple[Value, ...]:
        if not self._next().is_sign("("):
            raise Misread("After “in” comes a list in brackets: (DOC-1, DOC-2).")
        values = [self._value()]
        while self._peek().is_sign(","):
            self.at += 1
            values.append(self._value())
        if not self._next().is_sign(")"):
            raise Misread("A list is not closed.")
        return tuple(values)
