"""What was registered of a run: on its page and over the API."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sources.connectors.base import RunRecord
from sources.models import Source
from tests.accounts.making import bearer, token_of
from tests.pages.asking import cost, text
from tests.sprints.made import Lab
from tests.tracking.making import PROJECT, attribute, run, store
from tracking.models import ModelVersion, RegisteredModel, Run


def registered(place: str, model: str, number: int, of: str, **told: Any) -> list[RunRecord]:
    """A model, and a version of it."""
    names = {"sys/name": f"Name of {model}"}
    own = {"sys/model_id": model, "sys/stage": "staging", "run/id": of, **told}
    return [
        record("model", place, model, names),
        record("model_version", place, f"{model}-{number}", own),
    ]


def record(kind: Any, place: str, name: str, told: dict[str, Any]) -> RunRecord:
    attributes = {path: attribute(value) for path, value in told.items()}
    return RunRecord(place, name, attributes, kind=kind)


@pytest.fixture
def held(lab: Lab) -> Run:
    store(lab.tracker, run("DOC-1"), run("DOC-2"), run("DOC-1", project="other/documents"))
    return Run.objects.get(handle="DOC-1", project__name=PROJECT)


def handles(client: Client, held: Run, viewer: User) -> list[str]:
    _, token = token_of(viewer, "read")
    answer = Client().get(f"/api/v1/runs/{held.pk}/", headers=bearer(token))
    assert answer.status_code == 200
    told = [one["handle"] for one in answer.json()["models"]]
    page = text(client, f"/runs/{held.pk}/")
    assert all(handle in page for handle in told)
    assert ("Registered models" in page) == bool(told)
    return told


def test_a_run_shows_what_was_registered_of_it(lab: Lab, reader: Client, held: Run) -> None:
    assert handles(reader, held, lab.viewer) == []
    store(
        lab.tracker,
        *registered(PROJECT, "DOC-CLS", 1, "DOC-1", aliases=["champion"]),
        *registered(PROJECT, "DOC-DET", 1, "DOC-2"),
        *registered("other/documents", "DOC-OTHER", 1, "DOC-1"),
        *registered("registry", "cls", 7, "DOC-1"),
    )
    assert set(handles(reader, held, lab.viewer)) == {"DOC-CLS-1", "cls-7"}
    page = text(reader, f"/runs/{held.pk}/")
    assert "Name of DOC-CLS" in page
    assert "staging, champion" in page


def test_what_is_gone_from_the_registry_is_not_shown(lab: Lab, reader: Client, held: Run) -> None:
    store(lab.tracker, *registered(PROJECT, "A", 1, "DOC-1"), *registered(PROJECT, "B", 1, "DOC-1"))
    ModelVersion.objects.filter(handle="A-1").update(removed_at=held.source.created_at)
    assert handles(reader, held, lab.viewer) == ["B-1"]
    RegisteredModel.objects.filter(handle="B").update(removed_at=held.source.created_at)
    assert handles(reader, held, lab.viewer) == []


def test_another_sources_registry_says_nothing_of_it(lab: Lab, reader: Client, held: Run) -> None:
    other: Source = lab.source("second", "mlflow")
    store(other, *registered("registry", "cls", 7, "DOC-1"))
    assert handles(reader, held, lab.viewer) == []


def test_a_page_costs_the_same_for_one_version_and_for_thirty(
    lab: Lab, reader: Client, held: Run
) -> None:
    address = f"/runs/{held.pk}/"
    store(lab.tracker, *registered(PROJECT, "A", 1, "DOC-1"))
    before = cost(reader, address)
    for number in range(30):
        store(lab.tracker, *registered(PROJECT, f"M{number}", 1, "DOC-1"))
    assert cost(reader, address) == before
