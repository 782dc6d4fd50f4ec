"""The grammar: text into a tree of clauses, and the order."""

import re
from dataclasses import dataclass

from demo.jira.verbs.refusals import Refused

TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<quoted>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<sign>>=|<=|!=|!~|&&|\|\||[()=<>~!,])"
    r"|(?P<word>[^\s()=<>~!,\"'&|]+)"
    r")"
)
COMPARISONS = ("=", "!=", ">=", "<=", ">", "<", "~", "!~")


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is quoted, sign or word; words are keywords only when bare."""

    kind: str
    text: str

    def says(self, *words: str) -> bool:
        """Whether it is one of these keywords or signs."""
        return self.kind != "quoted" and self.text.lower() in words


@dataclass(frozen=True, slots=True)
class Operand:
    """A value, or a call of a function without arguments."""

    text: str
    call: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """`field operator operands`; the operator `is` has EMPTY for its operand."""

    field: str
    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """`and` and `or` over many, `not` over one."""

    kind: str
    parts: tuple["Junction | Clause", ...]


@dataclass(frozen=True, slots=True)
class Order:
    """One field of ORDER BY."""

    field: str
    descending: bool


END = Token("sign", "")


def parsed(text: str) -> tuple[Junction | Clause | None, tuple[Order, ...]]:
    """The restriction (None: unbounded) and the order."""
    reader = Reader(_tokens(text))
    where = None if reader.peek.says("order", "") else reader.either()
    order = reader.order()
    if reader.peek is not END:
        raise _unexpected(reader.peek)
    return where, order


def _tokens(text: str) -> list[Token]:
    tokens, at = [], 0
    end = len(text.rstrip())
    while at < end:
        found = TOKEN.match(text, at)
        if found is None:
            raise Refused(400, f"Error in the JQL Query: The character at {at} is not expected.")
        tokens.append(_token(found))
        at = found.end()
    return tokens


def _token(found: re.Match[str]) -> Token:
    if found["quoted"]:
        return Token("quoted", re.sub(r"\\(.)", r"\1", found["quoted"][1:-1]))
    return Token("sign", found["sign"]) if found["sign"] else Token("word", found["word"])


def _unexpected(token: Token) -> Refused:
    what = f"near '{token.text}'" if token is not END else "at the end"
    return Refused(400, f"Error in the JQL Query: Unexpected text {what}.")


class Reader:
    """Reads tokens from left to right, one rule of the grammar a method."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    @property
    def peek(self) -> Token:
        """The next token, END behind the last."""
        return self.tokens[self.at] if self.at < len(self.tokens) else END

    def take(self) -> Token:
        """The next token, and go past it."""
        token = self.peek
        self.at += 1
        return token

    def skip(self, *words: str) -> bool:
        """Go past one of these, if it is next."""
        if self.peek is END or not self.peek.says(*words):
            return False
        self.at += 1
        return True

    def demand(self, *words: str) -> None:
        """Go past one of these, which must be next."""
        if not self.skip(*words):
            raise _unexpected(self.peek)

    def either(self) -> Junction | Clause:
        """One or more restrictions joined by OR."""
        parts = [self.both()]
        while self.skip("or", "||"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Junction("or", tuple(parts))

    def both(self) -> Junction | Clause:
        """One or more restrictions joined by AND."""
        parts = [self.single()]
        while self.skip("and", "&&"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else Junction("and", tuple(parts))

    def single(self) -> Junction | Clause:
        """A clause, a NOT or parentheses."""
        if self.skip("not", "!"):
            return Junction("not", (self.single(),))
        if self.skip("("):
            inner = self.either()
            self.demand(")")
            return inner
        return self.clause()

    def clause(self) -> Clause:
        """`field operator value`."""
        field = self.name()
        if self.skip("is"):
            negated = self.skip("not")
            self.demand("empty", "null")
            return Clause(field, "is not" if negated else "is", ())
        if self.peek.says("not", "in"):
            negated = self.skip("not")
            self.demand("in")
            return Clause(field, "not in" if negated else "in", self.operands())
        operator = self.take()
        if not operator.says(*COMPARISONS):
            raise _unexpected(operator)
        return Clause(field, operator.text, (self.operand(),))

    def operands(self) -> tuple[Operand, ...]:
        """A list in parentheses, or a function that is a list."""
        if not self.skip("("):
            return (self.operand(),)
        found = [self.operand()]
        while self.skip(","):
            found.append(self.operand())
        self.demand(")")
        return tuple(found)

    def operand(self) -> Operand:
        """A word, a quoted text or a call."""
        token = self.take()
        if token.kind == "sign":
            raise _unexpected(token)
        if token.kind == "word" and self.skip("("):
            self.demand(")")
            return Operand(token.text, call=True)
        return Operand(token.text)

    def name(self) -> str:
        """The name of a field."""
        token = self.take()
        if token.kind == "sign":
            raise _unexpected(token)
        return token.text

    def order(self) -> tuple[Order, ...]:
        """ORDER BY and its fields, or nothing."""
        if not self.skip("order"):
            return ()
        self.demand("by")
        found = [self.ordering()]
        while self.skip(","):
            found.append(self.ordering())
        return tuple(found)

    def ordering(self) -> Order:
        """A field and its direction, ascending when there is none."""
        field = self.name()
        descending = self.skip("desc")
        if not descending:
            self.skip("asc")
        return Order(field, descending)
