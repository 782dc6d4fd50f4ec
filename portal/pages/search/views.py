from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from portal.pages.asking import word
from portal.pages.search import palette as named
from portal.search import Hit, Result, jump, search
from portal.search.asking import KINDS

NAMED = {"": "All"} | {kind: f"{kind.capitalize()}s" for kind in KINDS}
NAMED["hypothesis"] = "Hypotheses"


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    url: str
    current: bool
    count: int | None = None


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """An exact key goes straight to its page."""
    text, kind = word(request.GET, "q"), word(request.GET, "kind")
    if text and not kind and (only := jump(request.user, text)):
        return redirect(only.url)
    result = search(request.user, text, kind=kind if kind in KINDS else "")
    page = {"result": result, "hits": [shown(hit) for hit in result.hits], "tabs": tabs(result)}
    return render(request, "search/index.html", page)


def shown(hit: Hit) -> dict[str, Any]:
    return {"hit": hit, "extract": marked(hit.extract)}


def marked(extract: str) -> SafeString:
    """Postgres puts control signs round the found words; here they become marks."""
    parts = [part.partition("\x03") for part in extract.split("\x02")]
    first = parts[0][0]
    return format_html(
        "{}{}",
        first,
        format_html_join("", "<mark>{}</mark>{}", ((word, rest) for word, _, rest in parts[1:])),
    )


def tabs(result: Result) -> list[Tab]:
    def to(kind: str) -> str:
        words = {"q": result.text} | ({"kind": kind} if kind else {})
        return f"{reverse('search')}?{urlencode(words)}"

    return [Tab(name, to(kind), kind == result.kind) for kind, name in NAMED.items()]


@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """Rows for the command palette."""
    rows = named.read(request, word(request.GET, "q"))
    return render(request, "parts/palette_rows.html", {"rows": rows})
