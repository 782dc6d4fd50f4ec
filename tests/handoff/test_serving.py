"""Every byte of the product goes through one function: what it may and may not answer."""

import hashlib
import io

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from tracking.blobs import ingest, path_of
from tracking.serving import serve, serve_blob, serve_bytes, stream_pieces

CONTENT = bytes(range(256)) * 9 + b"the end"
ASK = RequestFactory()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("served") / "some.bin"
    path.write_bytes(CONTENT)
    return path


def pieces_of(path):
    def pieces(start, stop):
        with path.open("rb") as stream:
            yield from stream_pieces(stream, start, stop)

    return pieces


def answer(file, *, method="get", inline=False, media_type="image/png", name="a.png", **headers):
    request = getattr(ASK, method)("/bytes", headers=headers)
    return serve(
        request,
        size=len(CONTENT),
        etag="tag-1",
        media_type=media_type,
        name=name,
        pieces=pieces_of(file),
        inline=inline,
    )


def body(response):
    return b"".join(response.streaming_content)


EDGES = st.one_of(st.integers(0, len(CONTENT) + 3), st.sampled_from([0, 1, len(CONTENT) - 1]))


@given(first=st.none() | EDGES, last=st.none() | EDGES)
def test_any_range_is_the_slice_of_the_file(file, first, last):
    asked = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    response = answer(file, range=asked)
    if first is None and last is None:
        assert response.status_code == 200
        return
    if first is not None and last is not None and last < first:
        assert (response.status_code, body(response)) == (200, CONTENT)
        return
    start = len(CONTENT) - min(last, len(CONTENT)) if first is None else first
    stop = len(CONTENT) if first is None or last is None else min(last + 1, len(CONTENT))
    if start >= stop:
        assert response.status_code == 416
        assert response["Content-Range"] == f"bytes */{len(CONTENT)}"
        return
    assert response.status_code == 206
    assert body(response) == CONTENT[start:stop]
    assert response["Content-Length"] == str(stop - start)
    assert response["Content-Range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=0-1", "bytes=-", "bytes=a-b", "0-1", ""])
def test_a_range_that_cannot_be_read_gets_the_whole(file, asked):
    response = answer(file, range=asked)
    assert (response.status_code, body(response)) == (200, CONTENT)


@given(cut=st.integers(1, len(CONTENT) - 1))
def test_a_download_that_was_cut_off_is_resumed_byte_for_byte(file, cut):
    had = CONTENT[:cut]
    rest = answer(file, **{"range": f"bytes={cut}-", "if-range": '"tag-1"'})
    assert rest.status_code == 206
    assert had + body(rest) == CONTENT


@pytest.mark.parametrize("tag", ['"tag-2"', 'W/"tag-1"', "Tue, 24 Nov 2026 08:00:00 GMT"])
def test_a_part_of_other_bytes_is_never_sent(file, tag):
    response = answer(file, **{"range": "bytes=5-9", "if-range": tag})
    assert (response.status_code, body(response)) == (200, CONTENT)


@pytest.mark.parametrize("tags", ['"tag-1"', 'W/"tag-1"', '"x", "tag-1"', "*"])
def test_who_has_the_bytes_is_told_so(file, tags):
    response = answer(file, **{"if-none-match": tags, "range": "bytes=0-3"})
    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == '"tag-1"'


def test_other_tags_get_the_bytes(file):
    assert answer(file, **{"if-none-match": '"tag-2", W/"t"'}).status_code == 200
    assert answer(file, **{"if-match": '"tag-2"'}).status_code == 412
    assert answer(file, **{"if-match": '"tag-2", "tag-1"'}).status_code == 200


def test_head_tells_the_length_and_sends_nothing(file):
    response = answer(file, method="head", range="bytes=0-3")
    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Length"] == str(len(CONTENT))
    assert response["Accept-Ranges"] == "bytes"


def test_other_methods_are_refused(file):
    assert answer(file, method="post").status_code == 405


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        ("image/png", "image/png"),
        ("text/csv", "text/csv"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/pdf", "application/octet-stream"),
        ("text/javascript", "application/octet-stream"),
    ],
)
def test_nothing_is_sent_as_something_a_browser_would_run(file, told, sent):
    response = answer(file, media_type=told, inline=True)
    assert response["Content-Type"] == sent
    shown = response["Content-Disposition"].startswith("inline")
    assert shown == told.startswith("image/png")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("plots/roc.png", 'attachment; filename="roc.png"'),
        ('a"b\r\nSet-Cookie: x=1.png', None),
        ("Grüße 100%.png", None),
        ("..", None),
        ("", 'attachment; filename="file"'),
    ],
)
def test_a_name_never_adds_a_header(file, name, sent):
    response = answer(file, name=name)
    assert sent in (None, response["Content-Disposition"])
    assert "\n" not in response["Content-Disposition"]
    assert "Set-Cookie" not in response.headers


def test_a_name_in_any_script_arrives_whole(file):
    header = answer(file, name="Grüße 100%.png")["Content-Disposition"]
    assert header.endswith("filename*=UTF-8''Gr%C3%BC%C3%9Fe%20100%25.png")
    assert header.startswith('attachment; filename="Gr__e 100_.png"')


def test_a_file_that_ends_early_breaks_the_answer_instead_of_looking_whole(tmp_path):
    short = tmp_path / "short"
    short.write_bytes(b"abc")
    with pytest.raises(EOFError, match="2 bytes"):
        list(pieces_of(short)(0, 5))


@pytest.mark.django_db
def test_a_blob_carries_its_digest():
    blob = ingest(io.BytesIO(CONTENT), name="w.bin").blob
    response = serve_blob(ASK.get("/"), blob, name="w.bin")
    digest = hashlib.sha256(CONTENT)
    assert body(response) == CONTENT
    assert response["ETag"] == f'"sha256-{digest.hexdigest()}"'
    assert response["Repr-Digest"].startswith("sha-256=:")
    part = serve_blob(ASK.get("/", headers={"range": "bytes=-7"}), blob, name="w.bin")
    assert body(part) == b"the end"
    assert part["Repr-Digest"] == response["Repr-Digest"]


@pytest.mark.django_db
def test_lost_and_changed_bytes_are_gone_in_words():
    blob = ingest(io.BytesIO(b"soon lost"), name="w.bin").blob
    path_of(blob.sha256).unlink()
    response = serve_blob(ASK.get("/"), blob, name="w.bin")
    assert response.status_code == 410
    assert b"no longer in the store" in response.content
    blob.corrupt = True
    assert b"sha256 differs" in serve_blob(ASK.get("/"), blob, name="w.bin").content


def test_a_small_document_is_served_the_same_way():
    response = serve_bytes(
        ASK.get("/", headers={"range": "bytes=1-2"}),
        b"[12]",
        media_type="application/json",
        name="a.json",
    )
    assert (response.status_code, body(response)) == (206, b"12")
