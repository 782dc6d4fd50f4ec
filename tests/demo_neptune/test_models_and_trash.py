"""The model registry, the trash, and what a name may see."""

import contextlib
import warnings
from importlib import import_module

import pytest

from tests.demo_neptune import writing
from tests.demo_neptune.writing import PROJECT, client


@pytest.fixture(scope="module")
def token(practice):
    return practice.token("ann")


@pytest.fixture
def run(practice, tmp_path):
    with writing.run(practice, tmp_path) as opened:
        return opened["sys/id"].fetch()


@pytest.fixture(scope="module")
def management():
    client()
    return import_module("neptune.management")


@pytest.fixture(scope="module")
def version(token, tmp_path_factory):
    """A model with one version in staging. (The client warns that the registry is old.)"""
    options = {"project": PROJECT, "api_token": token, "mode": "sync"}
    with contextlib.chdir(tmp_path_factory.mktemp("models")), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with client().init_model(key="CLS", **options) as model:
            model["task"] = "classification"
        with client().init_model_version(model="DOC-CLS", **options) as made:
            made["run/id"] = "DOC-1"
            made.change_stage("staging")
            return made["sys/id"].fetch()


def test_a_version_is_numbered_under_its_model(version, practice):
    assert version == "DOC-CLS-1"
    held = practice.store.require(f"{PROJECT}/{version}")
    assert held.atom("sys/model_id") == "DOC-CLS"
    assert held.atom("sys/stage") == "staging"


def test_a_models_key_is_taken_once(version, token, tmp_path):
    refused = import_module("neptune.exceptions").NeptuneModelKeyAlreadyExistsError
    with contextlib.chdir(tmp_path), pytest.raises(refused):
        client().init_model(key="CLS", project=PROJECT, api_token=token)


def rows(token, **options):
    with client().init_project(PROJECT, api_token=token, mode="read-only") as project:
        table = project.fetch_runs_table(columns=[], progress_bar=False, **options)
        return [row.get_attribute_value("sys/id") for row in table]


def test_the_trash_hides_a_run_until_it_is_restored(run, token, management, practice):
    management.trash_objects(PROJECT, run, api_token=token)
    assert run not in rows(token)
    assert run in rows(token, trashed=True)
    practice.store.restore(f"{PROJECT}/{run}")
    assert run in rows(token)


def test_a_run_is_deleted_out_of_the_trash_only(run, token, management, practice):
    management.delete_objects_from_trash(PROJECT, run, api_token=token)
    assert practice.store.find(f"{PROJECT}/{run}")
    management.trash_objects(PROJECT, run, api_token=token)
    management.delete_objects_from_trash(PROJECT, run, api_token=token)
    gone = import_module("neptune.exceptions").RunNotFound
    with pytest.raises(gone):
        client().init_run(with_id=run, project=PROJECT, api_token=token, mode="read-only")


def test_clearing_the_trash_takes_a_models_versions_along(token, management, version, practice):
    management.trash_objects(PROJECT, "DOC-CLS", api_token=token)
    management.clear_trash(PROJECT, api_token=token)
    assert practice.store.find(f"{PROJECT}/{version}") is None


def test_a_project_is_seen_by_its_members_only(practice, management):
    practice.store.add_project("acme/secret", key="SEC", members=["boss"])
    seen = management.get_project_list(api_token=practice.token("boss"))
    assert "acme/secret" in seen
    assert "acme/secret" not in management.get_project_list(api_token=practice.token("ann"))


def test_a_forged_token_is_refused(practice, management):
    forged = practice.token("ann")[:-8] + "AAAAAAA="
    invalid = import_module("neptune.common.exceptions").NeptuneInvalidApiTokenException
    with pytest.raises(invalid):
        management.get_project_list(api_token=forged)
