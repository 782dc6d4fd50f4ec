"""Who gets a record's bytes over the API: on every address, the same rule."""

import pytest

from handoff.draft import start
from handoff.seal import seal
from portal.accounts.models import ApiToken
from tests.handoff import making

FILE = "model/best.safetensors"
ADDRESSES = (
    "/api/v1/records/{id}/",
    "/api/v1/records/{id}/record.json",
    "/api/v1/records/{id}/artifacts/",
    "/api/v1/records/{id}/artifacts/checkpoint",
    f"/api/v1/records/{{id}}/artifacts/{FILE}",
    "/api/v1/records/{id}/bundle.zip",
)
LISTS = ("/api/v1/records/", "/api/v1/tasks/DOC-42/records/")


@pytest.fixture
def lab(db):
    return making.source()


@pytest.fixture
def anna(lab):
    return making.person("anna", source=lab)


@pytest.fixture
def record(lab, anna):
    run = making.whole_run(lab)
    making.task(lab, "DOC-42")
    making.tag(run, "DOC-42")
    return seal(start(run, by=anna), by=anna)


@pytest.fixture
def ask(client, record):
    """`ask(user, address, scopes)`: a GET with a new token of that user."""

    def asked(user, address, scopes=("records",), **headers):
        _, text = ApiToken.make(user, name="test", scopes=list(scopes))
        address = address.format(id=record.pk)
        return client.get(address, headers={"authorization": f"Bearer {text}"} | headers)

    return asked


@pytest.mark.parametrize("address", [*ADDRESSES, *LISTS])
def test_a_token_with_the_scope_is_answered(ask, anna, address):
    assert ask(anna, address).status_code == 200


@pytest.mark.parametrize("address", [*ADDRESSES, *LISTS])
def test_a_token_without_the_scope_is_forbidden(ask, anna, address):
    answer = ask(anna, address, scopes=("read", "files", "plan:write", "sync"))
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert ask(anna, address, scopes=()).status_code == 403


@pytest.mark.parametrize("address", [*ADDRESSES, *LISTS])
def test_without_a_token_nobody_is_answered(client, record, address):
    assert client.get(address.format(id=record.pk)).status_code == 401


@pytest.mark.parametrize("address", [*ADDRESSES, "/api/v1/tasks/DOC-42/records/"])
def test_a_stranger_finds_nothing(ask, lab, address):
    stranger = making.person("zed", "add_record", "seal_record", "view_record")
    assert ask(stranger, address).status_code == 404


def test_a_stranger_s_list_is_empty(ask):
    stranger = making.person("zed")
    assert b"digit-reader" not in ask(stranger, "/api/v1/records/").content


@pytest.mark.parametrize("address", ADDRESSES[1:])
def test_a_draft_hands_nothing_out(client, lab, anna, address):
    draft = start(making.whole_run(lab, "DOC-9"), by=anna)
    _, text = ApiToken.make(anna, name="test", scopes=["records"])
    answer = client.get(address.format(id=draft.pk), headers={"authorization": f"Bearer {text}"})
    assert answer.status_code == 404


@pytest.mark.parametrize("address", ADDRESSES[1:2] + ADDRESSES[3:])
def test_bytes_have_a_tag_and_come_in_ranges(ask, anna, address):
    whole = ask(anna, address)
    content = b"".join(whole.streaming_content)
    part = ask(anna, address, range="bytes=3-9")
    assert (part.status_code, b"".join(part.streaming_content)) == (206, content[3:10])
    assert ask(anna, address, **{"if-none-match": whole["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "address", ["/api/v1/records/{id}/artifacts/a%00b", "/api/v1/tasks/a%00b/records/"]
)
def test_no_address_makes_an_error_of_ours(ask, anna, address):
    assert ask(anna, address).status_code == 404
