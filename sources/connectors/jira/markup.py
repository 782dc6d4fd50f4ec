"""What rich text becomes: HTML from a short list of tags, and plain characters."""

import re
from html import escape

import nh3

TAGS = {
    *("a", "blockquote", "br", "code", "details", "em", "h3", "h4", "h5", "h6", "hr", "li"),
    *("ol", "p", "pre", "s", "span", "strong", "sub", "summary", "sup", "table", "tbody"),
    *("td", "th", "tr", "u", "ul"),
}
ATTRIBUTES = {
    "a": {"href"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
CLASSES = {"span": {"mention", "status", "media"}}
SCHEMES = {"http", "https", "mailto"}
URL = re.compile(r"https?://[^\s<>\"\[\]{}|\\^`]+", re.IGNORECASE)
# Postgres stores no NUL, UTF-8 no half of a surrogate pair, and a page no control characters.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """The text without characters that a database or a page cannot hold."""
    return UNPRINTABLE.sub("\ufffd", text)


def sanitised(html: str) -> str:
    """Only our tags, only web and mail addresses, nothing that can run."""
    return nh3.clean(
        plain(html),
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def anchor(url: str, html: str) -> str:
    return f'<a href="{escape(url)}">{html}</a>'


def is_address(url: object) -> bool:
    return isinstance(url, str) and url.split(":", 1)[0].lower() in SCHEMES and ":" in url


def addresses(text: str) -> list[str]:
    """Bare web addresses in running text, without the sentence's punctuation."""
    return [trimmed(found.group()) for found in URL.finditer(text)]


def trimmed(url: str) -> str:
    """Without what ends a sentence; a closing bracket stays if it was opened."""
    while url and (url[-1] in ".,;:!?'*_" or (url[-1] == ")" and url.count("(") < url.count(")"))):
        url = url[:-1]
    return url
