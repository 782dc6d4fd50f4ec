"""The files a browser gets: whole, small, and free of what the policy forbids."""

import gzip
import hashlib
import re
import tomllib

import pytest
from django.conf import settings

from tests.design.test_gallery import GALLERY

STATIC = settings.ROOT / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = settings.ROOT / "templates"
PACKAGES = tomllib.loads((VENDOR / "vendor.toml").read_text())["package"]
FILES = [line for package in PACKAGES for line in package["file"]]
BUDGET = 100 * 1024
# An inline style, handler or script; htmx's on-attributes are evaluated, so they count.
FORBIDDEN = re.compile(
    r"""<[^>]*\s(style|on[a-z]+|hx-on[^\s=]*)\s*=|javascript:|<style\b|<script(?![^>]*(\ssrc=|type="application/json"))""",
    re.IGNORECASE,
)


def templates():
    pages = settings.ROOT.glob("*/templates/**/*.html")
    return sorted([*TEMPLATES.rglob("*.html"), *pages])


def own(kind):
    return sorted((STATIC / kind).glob(f"*.{kind}"))


@pytest.mark.parametrize("line", FILES, ids=lambda line: line["to"])
def test_a_vendored_file_is_the_one_in_the_table(line):
    content = (VENDOR / line["to"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == line["sha256"]


def test_every_vendored_file_is_in_the_table():
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert there == {line["to"] for line in FILES} | {"vendor.toml"}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_a_vendored_package_brings_its_licence(package):
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    assert package["licence"]
    assert [line for line in package["file"] if line["to"].endswith("LICENSE")]


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.[cj]s*")), ids=lambda path: path.name)
def test_no_file_names_a_source_map(path):
    assert b"sourceMappingURL" not in path.read_bytes()


@pytest.mark.parametrize("path", [*own("css"), *own("js")], ids=lambda path: path.name)
def test_our_files_load_nothing_from_elsewhere(path):
    assert not re.search(
        r"https?://|\beval\(|new Function|\.style\b|setAttribute\(.style", path.read_text()
    )


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_no_template_holds_what_the_policy_forbids(path):
    source = path.read_text()
    found = FORBIDDEN.search(source)
    assert not found, f"{path}:{source[: found.start()].count(chr(10)) + 1}: {found[0]}"


@pytest.mark.parametrize(
    "source",
    [
        '<p style="a">',
        "<a onclick='b'>",
        '<b hx-on:click="c">',
        "<script>d</script>",
        "<style>",
        '<a\n  href="x" onfocus="y">',
        "<a href='javascript:void(0)'>",
    ],
)
def test_the_check_of_templates_finds_what_it_looks_for(source):
    assert FORBIDDEN.search(source)


def test_styles_and_scripts_are_within_their_budget():
    shipped = [*own("css"), *own("js"), *(VENDOR / line["to"] for line in FILES)]
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in shipped}
    assert sum(sizes.values()) <= BUDGET, sizes


def test_every_colour_is_named_in_one_file():
    for path in own("css"):
        literal = re.search(r"#[0-9a-f]{3,8}\b|\brgba?\(", path.read_text())
        assert path.name == "tokens.css" or not literal, f"{path.name}: {literal[0]}"


def test_every_icon_that_a_template_names_is_drawn():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = {
        name for path in templates() for name in re.findall(r'{% icon "([^"]+)"', path.read_text())
    }
    assert named
    assert named <= drawn


def test_every_part_is_in_the_gallery_or_in_another_part_of_it():
    parts = {f"parts/{path.name}" for path in (TEMPLATES / "parts").glob("*.html")}
    seen = parts_of(GALLERY.read_text()) | parts_of((TEMPLATES / "base.html").read_text())
    seen |= {"parts/card.html", "parts/table.html", "parts/chip.html", "parts/key.html"}  # by tag
    seen |= {"parts/copy.html", "parts/account_tabs.html"}  # the latter: test_account_pages.py
    while (
        more := {inner for part in seen for inner in parts_of((TEMPLATES / part).read_text())}
        - seen
    ):
        seen |= more
    assert seen == parts


def parts_of(source):
    return set(re.findall(r'include "(parts/[a-z_]+\.html)"', source))
