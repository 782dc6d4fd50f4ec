"""Every address of the portal, as the resolver knows them, with made-up keys."""

import re
from collections.abc import Iterator

from django.urls import URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

KEY = "00000000-0000-0000-0000-00000000000a"
SAMPLES = {
    "uuid": KEY,
    "int": "7",
    "slug": "none",
    "str": "NONE-1",
    "path": "1",
}
CONVERTER = re.compile(r"<(?:(\w+):)?\w+>")
GROUP = re.compile(r"\(\?P<\w+>[^)]*\)")


def every() -> list[str]:
    return sorted(set(walk("/", get_resolver())))


def walk(prefix: str, resolver: URLResolver) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        here = prefix + sample(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(here, pattern)
        else:
            yield here


def sample(pattern: object) -> str:
    text = str(pattern)
    if isinstance(pattern, RegexPattern):
        return GROUP.sub("x", text).strip("^$").replace(r"\Z", "").replace(".*", "nowhere")
    return CONVERTER.sub(lambda found: SAMPLES[found[1] or "str"], text)
