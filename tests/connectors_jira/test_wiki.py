"""Wiki markup, as Data Center still speaks it."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.connectors.jira import richtext, wiki
from sources.connectors.jira.markup import TAGS

TABLE = (
    "<table><tbody><tr><th><p>h</p></th><th><p>i</p></th></tr>"
    "<tr><td><p>a</p></td><td><p>b</p></td></tr></tbody></table>"
)
CELLS = (
    "<table><tbody><tr><td><p><code>x|y</code></p></td><td><p>"
    '<a href="http://u.v" rel="noopener noreferrer nofollow">t</a></p></td></tr></tbody></table>'
)


@pytest.mark.parametrize(
    ("markup", "html"),
    [
        ("h1. Why", "<h3>Why</h3>"),
        ("h5.Deep", "<h6>Deep</h6>"),
        ("*bold* _it_", "<p><strong>bold</strong> <em>it</em></p>"),
        ("-gone- +new+", "<p><s>gone</s> <u>new</u></p>"),
        ("_it *both*_", "<p><em>it </em><strong><em>both</em></strong></p>"),
        ("x^2^ H ~2~ O ^3^", "<p>x^2^ H <sub>2</sub> O <sup>3</sup></p>"),
        ("{{a_b_c}}", "<p><code>a_b_c</code></p>"),
        ("??cited??", "<p><em>cited</em></p>"),
        ("a*b*c snake_case_name 2020-01-02", "<p>a*b*c snake_case_name 2020-01-02</p>"),
        (r"\*plain\* \[x]", "<p>*plain* [x]</p>"),
        ("one\ntwo\\\\three", "<p>one<br>two<br>three</p>"),
        ("one\n\ntwo", "<p>one</p><p>two</p>"),
        ("----", "<hr>"),
        ("bq. said", "<blockquote><p>said</p></blockquote>"),
        ("{quote}\na\n{quote}b", "<blockquote><p>a</p></blockquote><p>b</p>"),
        ("{panel:title=L|x=y}{panel}", "<blockquote><p><strong>L</strong></p></blockquote>"),
        ("{code:python|title=a.py}\nx = [1|2]*y*\n{code}", "<pre><code>x = [1|2]*y*</code></pre>"),
        ("{noformat}*a*{noformat}", "<pre><code>*a*</code></pre>"),
        ("{code}left open", "<pre><code>left open</code></pre>"),
        ("{color:red}hot{color}", "<p>hot</p>"),
        ("[~jdoe] [~accountid:5b10]",
         '<p><span class="mention">@jdoe</span> <span class="mention">@5b10</span></p>'),
        ("!shot.png|width=300!", '<p><span class="media">shot.png</span></p>'),
        ("wow! really! [INFO] [^log.txt]",
         '<p>wow! really! [INFO] <span class="media">log.txt</span></p>'),
        ("* a\n** b\n* c", "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li><li><p>c</p></li></ul>"),
        ("# a\n#* b", "<ol><li><p>a</p><ul><li><p>b</p></li></ul></li></ol>"),
        ("- a\nmore", "<ul><li><p>a<br>more</p></li></ul>"),
        ("||h||i||\n|a|b|", TABLE),
        ("|a|", "<table><tbody><tr><td><p>a</p></td></tr></tbody></table>"),
        ("|{{x|y}}|[t|http://u.v]", CELLS),
    ],
)  # fmt: skip
def test_each_sign_has_its_html(markup, html):
    assert wiki.html(markup) == html


def test_links_are_found_wherever_they_hide():
    markup = (
        "[Run 2|https://mlflow.example/run|tip], (see https://plain.example/a_(b)).\n"
        "!https://img.example/roc.png|thumbnail!\n|[https://cell.example]|\n* [m|mailto:a@b.c]\n"
        "[x|javascript:alert(1)] {code}https://code.example{code}"
    )
    assert wiki.links(markup) == [
        "https://mlflow.example/run",
        "https://plain.example/a_(b)",
        "https://img.example/roc.png",
        "https://cell.example",
        "mailto:a@b.c",
        "https://code.example",
    ]
    assert "javascript" not in re.sub(r">[^<]*<", "><", wiki.html(markup))


def test_an_outside_picture_is_a_link_and_never_loaded():
    shown = wiki.html("!https://img.example/roc.png?x=1!")
    assert shown == (
        '<p><a href="https://img.example/roc.png?x=1" rel="noopener noreferrer nofollow">'
        "roc.png</a></p>"
    )


def test_plain_text_has_no_signs():
    assert wiki.text("h2. T\n*b* [t|http://u.v]\n* p\n||a||b||").replace(" \t", "\t") == (
        "T\nb t\np\na\tb"
    )


def test_raw_html_stays_words():
    assert "<script" not in wiki.html("<script>alert(1)</script> *<img src=x onerror=y>*")
    assert "&lt;script&gt;" in wiki.html("<script>alert(1)</script>")


@pytest.mark.parametrize(
    "bomb",
    ["*" * 75_000, "{{" * 40_000, "[" * 75_000, "{quote}" * 10_000, "{code}" * 12_000,
     "{panel}{quote}" * 5_000, "!a" * 40_000, "*_" * 40_000, " " * 75_000 + "x", "|" * 15_000,
     "* x\n" * 12_000, "http://" * 10_000, "\\" * 50_000, "{noformat:x}" * 6_000,
     "_a *b " * 12_000,
     "".join("*" * (n % 40 + 1) + " x\n" for n in range(5_000)), "para\n" * 15_000],
    ids=lambda bomb: bomb[:6].strip() or "spaces",
)  # fmt: skip
def test_no_text_takes_long(bomb):
    """Twice as long as Jira lets one be; the seconds are this process's own."""
    began = time.process_time()
    wiki.html(bomb)
    wiki.links(bomb)
    assert time.process_time() - began < 2


SIGNS = st.lists(
    st.sampled_from(
        ["*", "_", "-", "+", "^", "~", "{{", "}}", "[", "]", "|", "||", "!", "\n", "\n\n", "h1. ",
         "* ", "# ", "bq. ", "{code}", "{noformat}", "{quote}", "{panel:title=x}", "\\\\", "\\",
         " ",
         "word", "http://u.v/", "----", "{color:red}", "<b>", "&amp;", "\x00", "\ud800", "~x", "é"]
    ),
    max_size=40,
).map("".join)  # fmt: skip
TAG = re.compile(r"<\s*/?\s*([a-zA-Z0-9]+)([^>]*)>")


@given(SIGNS | st.text())
def test_html_holds_only_our_tags(markup):
    for tag, attributes in TAG.findall(wiki.html(markup)):
        assert tag in TAGS
        assert not re.search(r"\son\w+\s*=|style=", attributes)


@given(SIGNS | st.text())
def test_text_can_be_stored(markup):
    wiki.text(markup).encode()
    wiki.links(markup)


@given(st.lists(st.text(alphabet="abcxyz", min_size=1), min_size=1))
def test_no_plain_word_is_lost(words):
    assert wiki.text(" ".join(words)).split() == words


def test_a_body_is_read_in_its_own_way():
    document = {"type": "doc", "content": [{"type": "text", "text": "a http://u.v"}]}
    assert richtext.html("*a*") == "<p><strong>a</strong></p>"
    assert richtext.text(document) == "a http://u.v"
    assert richtext.links(document) == richtext.links("a http://u.v") == ["http://u.v"]
    assert (richtext.html(None), richtext.text(7), richtext.links([])) == ("", "", [])
