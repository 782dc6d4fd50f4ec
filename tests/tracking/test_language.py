"""The filter language by itself: what it reads, and that it never breaks."""

import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracking.runs.language import (
    COMPARISONS,
    DEEPEST,
    LONGEST,
    MOST_CONDITIONS,
    Asked,
    Both,
    Compare,
    Misread,
    Missing,
    Node,
    Not,
    Value,
    Words,
    parse,
    written,
)

PIECES = st.sampled_from(
    [
        *COMPARISONS, "(", ")", ",", "and", "or", "not", "in", "is", "missing", "order", "by",
        "asc", "desc", "lr", "valid/f1.max", "`a b`.min", "`", '"', "'", "\\", '"x"', "-7d", "3e-4",
        "\x00", "\u2028", "ß", "İ", ";", "--", "/*", "%", "{}", "$.a",
    ]
)  # fmt: skip


@given(st.text(max_size=60) | st.lists(PIECES, max_size=25).map(" ".join))
@settings(max_examples=600)
@example("`" * 50)
@example("order by order by by")
@example("not " * 40 + "x")
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(Misread):
        assert isinstance(parse(text), Asked)


def text_of(node: Node) -> str:
    """The tree in words again."""
    match node:
        case Words(text=text):
            return quoted(text)
        case Not(of=inner):
            return f"not ({text_of(inner)})"
        case Both(kind=kind, of=several):
            return f" {kind} ".join(f"({text_of(one)})" for one in several)
        case Missing(field=field, missing=missing):
            return f"{written(field)} is {'' if missing else 'not '}missing"
        case Compare(field=field, sign="=", values=values) if len(values) > 1:
            return f"{written(field)} in ({', '.join(map(value_text, values))})"
        case Compare(field=field, sign=sign, values=(value,)):
            return f"{written(field)} {sign} {value_text(value)}"
    raise AssertionError(node)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def value_text(value: Value) -> str:
    return quoted(value.text) if value.quoted else value.text


# A dot with a figure behind the backticks belongs to the name, so no name ends so here.
TEXTS = st.text(st.characters(exclude_characters="\x00\n", exclude_categories=["Cs"]), max_size=12)
NAMES = TEXTS.filter(bool)
WORDS = st.text("abcxyz0189/_.-+:", min_size=1, max_size=10)
VALUES = st.builds(Value, TEXTS, st.just(True)) | st.builds(Value, WORDS, st.just(False))
LEAVES = (
    st.builds(Words, TEXTS)
    | st.builds(Missing, NAMES, st.booleans())
    | st.builds(Compare, NAMES, st.sampled_from(COMPARISONS), VALUES.map(lambda value: (value,)))
    | st.builds(Compare, NAMES, st.just("="), st.lists(VALUES, min_size=2, max_size=4).map(tuple))
)


def both(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(Not, inner) | st.builds(Both, st.sampled_from(["and", "or"]), several)


TREES = st.recursive(LEAVES, both, max_leaves=8)


@given(TREES, st.none() | NAMES, st.booleans())
@settings(max_examples=300)
def test_what_is_written_is_read_back(tree: Node, order: str | None, descending: bool) -> None:
    text = text_of(tree)
    if len(text) > LONGEST - 60:
        return
    if order is None:
        assert parse(text) == Asked(tree, filter=text.strip())
        return
    asked = parse(f"{text} order by {written(order)} {'desc' if descending else 'asc'}")
    assert asked == Asked(tree, order, descending, filter=text.strip())


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("sprint = 49", Compare("sprint", "=", (Value("49"),))),
        ("valid/f1.max>=0.85", Compare("valid/f1.max", ">=", (Value("0.85"),))),
        ("task IN (DOC-1,DOC-2)", Compare("task", "=", (Value("DOC-1"), Value("DOC-2")))),
        ("a is not missing", Missing("a", missing=False)),
        ("focal", Words("focal")),
        ("'order by x'", Words("order by x")),
        ("`a b`.max < 1", Compare("a b.max", "<", (Value("1"),))),
        ("`and` = 1", Compare("and", "=", (Value("1"),))),
        ("a = and", Compare("a", "=", (Value("and"),))),
        ("name ~ 'a\\'b'", Compare("name", "~", (Value("a'b", quoted=True),))),
    ],
)
def test_a_condition_means(text: str, tree: Node) -> None:
    assert parse(text).where == tree


def test_and_binds_closer_than_or_and_not_closest() -> None:
    tree = parse("a or not b and c").where
    assert tree == Both("or", (Words("a"), Both("and", (Not(Words("b")), Words("c")))))


def test_newest_first_is_the_order_when_none_is_asked() -> None:
    assert parse("") == Asked(None)
    assert parse("order by lr") == Asked(None, "lr")
    assert parse("a order by lr asc") == Asked(Words("a"), "lr", descending=False, filter="a")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lr >", "ends too early"),
        ("lr = =", "Expected a value"),
        ("lr in 3", "in brackets"),
        ("lr in (3", "ends too early"),
        ("(lr = 3", "ends too early"),
        ("lr = 3)", "Expected “and”"),
        ("lr is 3", "missing"),
        ("= 3", "Expected a field"),
        ("a order by", "ends too early"),
        ("a order by b desc c", "Nothing can follow"),
        ("name = 'open", "Cannot read"),
        ("a\x00b", "NUL"),
        ("x" * (LONGEST + 1), "longer than"),
        ("(" * (DEEPEST + 1), "too deeply"),
        ("not " * (DEEPEST + 1) + "x", "too deeply"),
        (" or ".join(["x"] * (MOST_CONDITIONS + 1)), "conditions"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, words: str) -> None:
    with pytest.raises(Misread, match=words.replace("(", "\\(")):
        parse(text)


def test_the_limits_themselves_are_read() -> None:
    parse("x" * LONGEST)
    parse("(" * (DEEPEST - 1) + "x" + ")" * (DEEPEST - 1))
    parse(" or ".join(["x"] * MOST_CONDITIONS))
