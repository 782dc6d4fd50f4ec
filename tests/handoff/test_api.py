"""What the API says of records: found by a Jira key, told in words, fetched by role."""

import hashlib
import json
from urllib.parse import urlparse

import pytest
from django.test import Client

from handoff import bundle
from handoff.draft import start, state
from handoff.models import Model, Record
from handoff.seal import seal
from portal.accounts.models import ApiToken
from sprints.models import TaskKey
from tests.handoff import making
from tracking.models import Run

COMMAND = "python code/inference/infer.py {checkpoint} {input} {output}"
MORE = "code/inference/more.py"


@pytest.fixture
def lab(db):
    return making.source()


@pytest.fixture
def anna(lab):
    return making.person("anna", "add_record", "seal_record", source=lab)


@pytest.fixture
def run(lab):
    story = making.task(lab, "DOC-10", sprint=making.sprint(lab))
    claim = making.task(lab, "DOC-12", parent=story, hypothesis=True)
    TaskKey.objects.create(source=lab, task=claim, name="OLD-3", until=making.AT)
    made = making.whole_run(lab)
    making.tag(made, "DOC-12")
    return made


@pytest.fixture
def record(run, anna):
    return seal(state(start(run, by=anna), {"inference_command": COMMAND}, by=anna), by=anna)


@pytest.fixture
def ask(anna):
    """GET with a token, as a deployment's script does."""
    _, text = ApiToken.make(anna, name="deploy", scopes=["records"])
    client = Client(headers={"authorization": f"Bearer {text}"})

    def asked(address, **headers):
        return client.get(address, headers=headers)

    return asked


@pytest.mark.parametrize("key", ["DOC-12", "doc-12", "OLD-3", "DOC-10"])
def test_a_record_is_found_by_its_hypothesis_an_old_key_and_the_story(key, ask, record):
    for address in (f"/api/v1/records/?task={key}", f"/api/v1/tasks/{key}/records/"):
        (row,) = ask(address).json()["rows"]
        assert (row["id"], row["digest"]) == (str(record.pk), f"sha256:{record.digest}")
        assert (row["task"], row["run"], row["sealed_by"]) == ("DOC-12", "DOC-117", "anna")
        assert row["size"] == sum(one.blob.size for one in record.files.select_related("blob"))


def test_a_record_is_found_when_its_task_is_gone(ask, record):
    TaskKey.objects.all().delete()
    assert len(ask("/api/v1/tasks/DOC-12/records/").json()["rows"]) == 1


def test_a_key_that_nothing_has_is_404_and_a_task_without_records_is_an_empty_list(ask, lab):
    assert ask("/api/v1/tasks/DOC-99/records/").status_code == 404
    making.task(lab, "DOC-98")
    assert ask("/api/v1/tasks/DOC-98/records/").json() == {"rows": [], "next": ""}


def test_drafts_are_listed_only_when_asked_for(ask, lab, anna, record):
    begun = start(making.whole_run(lab, "DOC-118"), by=anna)
    assert [row["state"] for row in ask("/api/v1/records/").json()["rows"]] == ["sealed"]
    (row,) = ask("/api/v1/records/?state=draft").json()["rows"]
    assert (row["id"], row["version"], row["digest"]) == (str(begun.pk), None, None)
    assert len(ask("/api/v1/records/?state=all").json()["rows"]) == 2
    assert ask("/api/v1/records/?model=digit-reader&state=all").json()["rows"]
    assert ask("/api/v1/records/?model=other&state=all").json()["rows"] == []


def test_the_record_tells_what_to_fetch_and_that_it_is_whole(ask, record):
    told = ask(f"/api/v1/records/{record.pk}/").json()
    checkpoint = told["checkpoint"]
    assert (checkpoint["format"], checkpoint["runs_code_when_loaded"]) == ("safetensors", False)
    got = ask(urlparse(checkpoint["url"]).path).getvalue()
    assert hashlib.sha256(got).hexdigest() == checkpoint["sha256"]
    assert len(got) == checkpoint["size"]
    body = ask(urlparse(told["record_url"]).path).getvalue()
    assert f"sha256:{hashlib.sha256(body).hexdigest()}" == told["digest"]
    assert told["inference_command"] == COMMAND.split()
    whole = ask(urlparse(told["bundle"]["url"]).path)
    assert len(whole.getvalue()) == told["bundle"]["size"] == bundle.of(record).size
    assert whole["ETag"] == f'"{told["bundle"]["etag"]}"'
    facts = {one["name"]: one for one in told["facts"]}
    assert facts["checkpoint"]["grade"] == "verified"
    assert (facts["licence"]["grade"], facts["licence"]["note"]) == ("missing", "not stated")
    assert told["previous"] is None


def test_the_second_version_names_the_first(ask, lab, anna, record):
    second = seal(start(making.whole_run(lab, "DOC-118", salt=1.0), by=anna), by=anna)
    told = ask(f"/api/v1/records/{second.pk}/").json()
    assert told["previous"] == {"version": 1, "digest": f"sha256:{record.digest}"}


def test_every_artifact_is_what_it_says(ask, record):
    rows = ask(f"/api/v1/records/{record.pk}/artifacts/").json()
    assert {row["path"] for row in rows} == set(record.files.values_list("path", flat=True))
    for row in rows:
        got = ask(urlparse(row["url"]).path)
        assert hashlib.sha256(got.getvalue()).hexdigest() == row["sha256"]
        assert got["ETag"] == f'"sha256-{row["sha256"]}"'


def test_a_role_that_several_files_have_names_them(ask, lab, anna):
    run = making.whole_run(lab, "DOC-119")
    making.file(run, "inference/more", b"x = 1\n", "inference-code", name="more.py")
    record = seal(start(run, by=anna), by=anna)
    answer = ask(f"/api/v1/records/{record.pk}/artifacts/inference-code")
    assert answer.status_code == 409
    told = answer.json()
    assert f"code/inference/infer.py, {MORE}" in told["detail"]
    one = ask(f"/api/v1/records/{record.pk}/artifacts/{MORE}")
    assert one.getvalue() == b"x = 1\n"
    assert ask(f"/api/v1/records/{record.pk}/artifacts/no-such-role").status_code == 404


def test_of_several_files_with_a_role_the_one_that_the_command_runs_is_meant(ask, lab, anna):
    run = making.whole_run(lab, "DOC-119")
    making.file(run, "inference/more", b"x = 1\n", "inference-code", name="more.py")
    making.file(run, "inference/read_me", b"# How\n", "documentation", name="README.md")
    begun = state(start(run, by=anna), {"inference_command": f"python ./{MORE} {{input}}"}, by=anna)
    record = seal(begun, by=anna)
    assert ask(f"/api/v1/records/{record.pk}/artifacts/inference-code").getvalue() == b"x = 1\n"
    beside = ask(f"/api/v1/records/{record.pk}/artifacts/code/inference/README.md")
    assert beside.getvalue() == b"# How\n"


def test_files_of_one_role_with_the_same_bytes_are_one(ask, lab, anna):
    run = making.whole_run(lab, "DOC-120")
    making.file(run, "inference/files/infer.py", making.CODE, "inference-code", name="infer.py")
    record = seal(start(run, by=anna), by=anna)
    answer = ask(f"/api/v1/records/{record.pk}/artifacts/inference-code")
    assert answer.getvalue() == making.CODE


def test_a_draft_tells_its_facts_and_nothing_to_fetch(ask, run, anna):
    begun = start(run, by=anna)
    told = ask(f"/api/v1/records/{begun.pk}/").json()
    assert (told["state"], told["bundle"], told["checkpoint"]) == ("draft", None, None)
    assert {one["grade"] for one in told["facts"]} >= {"verified", "imported", "missing"}
    Run.objects.all().delete()
    assert ask(f"/api/v1/records/{begun.pk}/").json()["facts"] == []


def test_pages_follow_each_other_by_their_token(ask, run, anna):
    for number in range(7):
        model = Model.objects.create(slug=f"m{number}", name=f"M {number}")
        Record.objects.create(model=model, run=run.pk, sources=[run.source_id], created_by=anna)
    seen, token = [], ""
    for _ in range(4):
        page = ask(f"/api/v1/records/?state=draft&limit=2&at={token}").json()
        seen += [row["model"] for row in page["rows"]]
        token = page["next"]
    assert (seen, token) == ([f"m{number}" for number in reversed(range(7))], "")


def test_what_did_not_change_costs_a_304(ask, record):
    for address in ("/api/v1/records/", f"/api/v1/records/{record.pk}/"):
        etag = ask(address)["ETag"]
        assert ask(address, **{"if-none-match": etag}).status_code == 304


def test_head_tells_the_length_of_the_bundle(anna, record):
    _, text = ApiToken.make(anna, name="deploy", scopes=["records"])
    address = f"/api/v1/records/{record.pk}/bundle.zip"
    answer = Client().head(address, headers={"authorization": f"Bearer {text}"})
    assert int(answer["Content-Length"]) == bundle.of(record).size
    assert answer.getvalue() == b""


@pytest.mark.parametrize("count", [1, 60])
def test_lists_cost_the_same_queries(count, ask, run, anna, django_assert_num_queries):
    for number in range(count):
        model = Model.objects.create(slug=f"m{number}", name=f"M {number}")
        Record.objects.create(model=model, run=run.pk, sources=[run.source_id], created_by=anna)
    ask("/api/v1/records/")
    with django_assert_num_queries(3):  # token, sources, records
        assert len(ask("/api/v1/records/?state=all").json()["rows"]) == count


@pytest.mark.parametrize("more", [1, 60])
def test_one_record_costs_the_same_queries(more, ask, run, anna, django_assert_num_queries):
    for number in range(more):
        making.file(run, f"source_code/files/m{number}.py", b"%d" % number, "training-code")
    record = seal(start(run, by=anna), by=anna)
    ask("/api/v1/records/")
    with django_assert_num_queries(4):  # token, sources, the record, its files
        assert ask(f"/api/v1/records/{record.pk}/").status_code == 200


def test_the_schema_tells_of_every_call(ask, anna):
    client = Client()
    client.force_login(anna)
    schema = json.loads(client.get("/api/v1/openapi.json").content)
    told = {path for path in schema["paths"] if "record" in path}
    assert {path.removeprefix("/api/v1/records/{key}/") for path in told} >= {
        "", "record.json", "artifacts/", "artifacts/{name}", "bundle.zip"
    }  # fmt: skip
    answer = schema["paths"]["/api/v1/records/{key}/"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/RecordOf")
