"""Atlassian's documents: what people see, what search reads, what links hide."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.connectors.jira import adf
from sources.connectors.jira.markup import TAGS


def doc(*content):
    return {"type": "doc", "version": 1, "content": list(content)}


def para(*content):
    return {"type": "paragraph", "content": list(content)}


def text(words, *marks):
    return {"type": "text", "text": words, "marks": list(marks)}


def node(kind, *content, **attrs):
    return {"type": kind, "attrs": attrs, "content": list(content)}


STRONG = {"type": "strong"}
LINK = {"type": "link", "attrs": {"href": "https://mlflow.example/#/run/1?a=1&b=2"}}


@pytest.mark.parametrize(
    ("document", "html"),
    [
        (doc(para(text("a"))), "<p>a</p>"),
        (doc(node("heading", text("Why"), level=1)), "<h3>Why</h3>"),
        (doc(node("heading", text("Deep"), level=6)), "<h6>Deep</h6>"),
        (doc(para(text("b", STRONG, {"type": "em"}))), "<p><em><strong>b</strong></em></p>"),
        (doc(para(text("x", {"type": "subsup", "attrs": {"type": "sub"}}))), "<p><sub>x</sub></p>"),
        (doc(node("bulletList", node("listItem", para(text("1"))))), "<ul><li><p>1</p></li></ul>"),
        (doc(node("orderedList", node("listItem"), order=4)), '<ol start="4"><li></li></ol>'),
        (doc(node("taskList", node("taskItem", text("t"), state="DONE"))), "<ul><li>☑ t</li></ul>"),
        (doc(node("codeBlock", text("a < b"), language="c")), "<pre><code>a &lt; b</code></pre>"),
        (doc(node("rule"), node("panel", text("n"))), "<hr><blockquote>n</blockquote>"),
        (doc(node("mention", id="5", text="@Mia")), '<span class="mention">@Mia</span>'),
        (doc(para(node("date", timestamp="1700000000000"))), "<p>2023-11-14</p>"),
        (doc(para(node("status", text="DONE"))), '<p><span class="status">DONE</span></p>'),
        (doc(para(node("emoji", shortName=":ok:", text="👌"))), "<p>👌</p>"),
        (doc(para(text("a"), {"type": "hardBreak"}, text("b"))), "<p>a<br>b</p>"),
        (doc(node("expand", para(text("in")), title="Log")),
         "<details><summary>Log</summary><p>in</p></details>"),
        (doc(node("table", node("tableRow", node("tableHeader", para(text("h")), colspan=2)))),
         '<table><tbody><tr><th colspan="2"><p>h</p></th></tr></tbody></table>'),
        (doc(node("fromTheFuture", para(text("kept")))), "<p>kept</p>"),
        (doc(node("layoutSection", node("layoutColumn", para(text("l"))))), "<p>l</p>"),
    ],
)  # fmt: skip
def test_each_kind_of_node_has_its_html(document, html):
    assert adf.html(document) == html


def test_links_open_without_telling_where_from():
    assert adf.html(doc(para(text("run", LINK)))) == (
        '<p><a href="https://mlflow.example/#/run/1?a=1&amp;b=2" '
        'rel="noopener noreferrer nofollow">run</a></p>'
    )


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "//evil", "vbscript:x", ""]
)
def test_an_address_that_could_run_is_only_words(url):
    mark = {"type": "link", "attrs": {"href": url}}
    document = doc(para(text("click", mark), node("inlineCard", url=url)))
    assert "href" not in adf.html(document)
    assert "click" in adf.html(document)
    assert adf.links(document) == []


def test_markup_in_words_stays_words():
    shown = adf.html(doc(para(text("<script>alert(1)</script><b onclick=x>"))))
    assert "&lt;script&gt;" in shown
    assert "<b" not in shown


def test_markup_in_an_address_stays_in_it():
    mark = {"type": "link", "attrs": {"href": 'https://x/"><script>alert(1)</script>'}}
    assert "<script" not in adf.html(doc(para(text("a", mark))))


def test_links_are_found_wherever_they_hide():
    document = doc(
        para(text("run", LINK), text("and https://plain.example/x.")),
        node("blockCard", url="https://card.example"),
        node("mediaSingle", node("media", type="external", url="https://img.example/a.png")),
        node("bulletList", node("listItem", para(node("inlineCard", url="https://card.example")))),
    )
    assert adf.links(document) == [
        "https://mlflow.example/#/run/1?a=1&b=2",
        "https://plain.example/x",
        "https://card.example",
        "https://img.example/a.png",
    ]


def test_plain_text_has_a_line_a_block_and_a_tab_a_cell():
    row = node("tableRow", node("tableCell", para(text("a"))), node("tableCell", para(text("b"))))
    document = doc(
        node("heading", text("Title"), level=2),
        para(text("one "), text("two"), {"type": "hardBreak"}, text("three")),
        node("table", row, row),
        node("bulletList", node("listItem", para(text("point")))),
    )
    assert adf.text(document).replace(" \t", "\t") == "Title\none two\nthree\na\tb\na\tb\npoint"


@pytest.mark.parametrize(
    "broken",
    [None, "", 3, [], {}, {"type": "doc"}, {"content": None}, {"type": ["x"], "content": {}},
     doc(None, 4, "loose", [], [para(text("x"))]), doc({"type": "text", "text": 5, "marks": "no"}),
     doc(node("heading", level="two")), doc(node("orderedList", order=[])), doc({"attrs": []}),
     doc({"type": "text", "text": "x", "marks": [None, {"type": {}}, {"type": "link"}]})],
)  # fmt: skip
def test_a_document_of_any_shape_is_rendered(broken):
    adf.html(broken)
    adf.text(broken)
    assert adf.links(broken) == []


def test_loose_words_are_kept():
    assert adf.text(doc("loose", [para(text("listed"))])) == "looselisted"


def test_a_bomb_of_depth_keeps_its_words():
    bomb = text("core")
    for _ in range(100_000):
        bomb = {"type": "blockquote", "content": [bomb]}
    assert "core" in adf.html(doc(bomb))
    assert adf.text(doc(bomb)) == "core"
    assert adf.html(doc(bomb)).count("<blockquote>") <= 41


def test_a_megabyte_is_rendered_within_seconds():
    big = doc(*[para(text("word " * 20, {"type": "strong"})) for _ in range(10_000)])
    began = time.monotonic()
    assert len(adf.html(big)) > 1_000_000
    assert time.monotonic() - began < 10


def test_characters_that_no_database_holds_are_replaced():
    document = doc(para(text("a\x00b\ud800c\x1b")))
    assert adf.text(document) == "a\ufffdb\ufffdc\ufffd"
    assert adf.html(document) == "<p>a\ufffdb\ufffdc\ufffd</p>"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
KINDS = sorted({*adf.LEAVES, *adf.BLOCKS, *adf.FRAMES, "doc", "layoutColumn", "nope"})
NODES = st.recursive(
    st.builds(lambda t: {"type": "text", "text": t}, st.text()),
    lambda inner: st.builds(
        lambda kind, content, attrs: {"type": kind, "content": content, "attrs": attrs},
        st.sampled_from(KINDS),
        st.lists(inner, max_size=4) | JSON,
        st.dictionaries(
            st.sampled_from(["level", "order", "url", "text", "title", "colspan", "timestamp"]),
            JSON,
        )
        | JSON,
    ),
    max_leaves=25,
)
TAG = re.compile(r"<\s*/?\s*([a-zA-Z0-9]+)([^>]*)>")


@given(NODES | JSON)
def test_html_holds_only_our_tags_and_no_scripts(document):
    for tag, attributes in TAG.findall(adf.html(document)):
        assert tag in TAGS
        assert not re.search(r"\son\w+\s*=|style=", attributes)


@given(NODES | JSON)
def test_text_can_be_stored_and_links_can_be_followed(document):
    adf.text(document).encode()
    assert "\x00" not in adf.text(document)
    assert all(
        link.split(":")[0].lower() in {"http", "https", "mailto"} for link in adf.links(document)
    )


@given(st.lists(st.text(alphabet="abc ", min_size=1), min_size=1, max_size=8))
def test_no_word_of_a_paragraph_is_lost(words):
    document = doc(*[para(text(word)) for word in words])
    assert adf.text(document).split() == " ".join(words).split()
