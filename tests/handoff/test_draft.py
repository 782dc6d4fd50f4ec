"""Starting a record, and what people add to it."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection

from handoff import draft
from handoff.draft import Refused, start, state
from handoff.models import Record
from handoff.seal import seal
from tests.handoff import making


@pytest.fixture
def lab(db):
    return making.source()


@pytest.fixture
def anna(lab):
    return making.person("anna", source=lab)


@pytest.fixture
def record(lab, anna):
    return start(making.whole_run(lab), by=anna)


def test_starting_twice_gives_the_same_draft(lab, anna, record):
    again = start(record_run(record), by=anna)
    assert again.pk == record.pk
    assert Record.objects.count() == 1


def record_run(record):
    return making.Run.objects.get(pk=record.run)


def test_after_a_seal_a_new_draft_can_be_started(anna, record):
    sealed = seal(record, by=anna)
    again = start(record_run(record), by=anna)
    assert again.pk != sealed.pk
    assert again.model_id == sealed.model_id


def test_a_record_belongs_to_the_hypothesis_its_run_tests(lab, anna):
    run = making.whole_run(lab)
    making.task(lab, "DOC-42")
    claim = making.task(lab, "DOC-2698", hypothesis=True)
    making.tag(run, "DOC-42")
    making.tag(run, "DOC-2698")
    record = start(run, by=anna)
    assert (record.task, record.task_name) == (claim.pk, "DOC-2698")
    assert record.model_id == "digit-reader"


def test_a_record_counts_to_every_source_it_draws_from(lab, anna):
    jira = making.source("jira", "jira")
    bob = making.person("bob", source=lab)
    for user in (anna,):
        user.groups.add(group := making.Group.objects.create(name="jira's"))
        jira.viewers.add(group)
    run = making.whole_run(lab)
    making.task(jira, "DOC-42")
    making.tag(run, "DOC-42")
    record = start(run, by=User.objects.get(pk=anna.pk))
    assert set(record.sources) == {lab.pk, jira.pk}
    assert Record.objects.visible_to(User.objects.get(pk=anna.pk)).count() == 1
    assert Record.objects.visible_to(bob).count() == 0


def test_a_record_without_sources_is_shown_to_nobody(anna, record):
    Record.objects.filter(pk=record.pk).update(sources=[])
    assert not Record.objects.visible_to(anna).exists()


def test_who_said_what_and_when_is_kept(anna, record):
    state(record, {"licence": " Apache-2.0 ", "commit": "ABCDEF0"}, by=anna)
    record.refresh_from_db()
    assert record.stated["licence"]["value"] == "Apache-2.0"
    assert record.stated["licence"]["by"] == "anna"
    assert record.stated["commit"]["value"] == "abcdef0"


def test_saying_the_same_again_keeps_who_said_it_first(lab, anna, record):
    state(record, {"licence": "MIT"}, by=anna)
    before = Record.objects.get(pk=record.pk).stated
    state(record, {"licence": "MIT"}, by=making.person("bob", source=lab))
    assert Record.objects.get(pk=record.pk).stated == before


def test_an_empty_word_takes_a_statement_back(anna, record):
    state(record, {"licence": "MIT", "limitations": "digits only"}, by=anna)
    held = state(record, {"licence": ""}, by=anna)
    assert set(held.stated) == {"limitations"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"commit": "not hex"}, "hexadecimal"),
        ({"inference_command": "python 'a"}, "quotation mark"),
        ({"inference_command": "python 'a\nb'"}, "one line"),
        ({"decision_metric": {"name": "nothing"}}, "no metric nothing"),
        ({"decision_metric": {"name": "test/f1", "direction": "up"}}, "max or min"),
        ({"decision_metric": {"name": "test/f1", "threshold": "high"}}, "a number"),
        ({"decision_metric": {"name": "test/f1", "threshold": "nan"}}, "a number"),
        ({"checkpoint": "labels.json"}, "no checkpoint"),
        ({"files": ["labels.json", "/etc/passwd"]}, "no file /etc/passwd"),
        ({"files": ["a\x00b"]}, "no file a\ufffdb"),
        ({"decision_metric": {"name": "a\x00b"}}, "no metric"),
        ({"task": "5f3a\x00"}, "not tied"),
        ({"approved": "yes"}, "Nothing is called approved"),
        ({"licence": "x" * 10_001}, "longer"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_kept(anna, record, words, why):
    with pytest.raises(Refused, match=why):
        state(record, {"limitations": "kept?"} | words, by=anna)
    assert Record.objects.get(pk=record.pk).stated == {}


def test_text_that_postgres_cannot_hold_is_made_plain(anna, record):
    held = state(record, {"limitations": "nul\x00 and \ud800"}, by=anna)
    assert held.stated["limitations"]["value"] == "nul\ufffd and \ufffd"


def test_the_model_is_a_choice_until_the_seal(anna, record):
    held = state(record, {"model": "Digit Reader (EU)"}, by=anna)
    assert held.model_id == "digit-reader-eu"
    assert held.model.name == "Digit Reader (EU)"
    assert state(record, {"model": "!!"}, by=anna).model_id == draft.UNNAMED


def test_a_record_can_move_to_another_task_of_its_run(lab, anna):
    run = making.whole_run(lab)
    making.tag(run, "DOC-1")
    making.tag(run, "DOC-2")
    making.task(lab, "DOC-1", hypothesis=True)
    second = making.task(lab, "DOC-2")
    record = start(run, by=anna)
    assert record.task_name == "DOC-1"
    assert state(record, {"task": str(second.pk)}, by=anna).task_name == "DOC-2"
    assert state(record, {"task": ""}, by=anna).task is None


def test_a_sealed_record_takes_no_more_words(anna, record):
    seal(record, by=anna)
    with pytest.raises(Refused, match="sealed: nothing in it can change"):
        state(record, {"licence": "MIT"}, by=anna)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_draft():
    lab = making.source()
    anna = making.person("anna", source=lab)
    run = making.whole_run(lab)
    found = []

    def click():
        found.append(start(run, by=User.objects.get(pk=anna.pk)).pk)
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join(20)
    assert len(found) == 4
    assert len(set(found)) == Record.objects.count() == 1
