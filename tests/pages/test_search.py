"""Search and the palette: what jumps, what is listed, who sees it, and by which plan."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from portal.accounts.saved import SavedView
from portal.pages.search.views import marked
from portal.search import asking, jump, search
from sources import documents
from sources.models import Document, Source
from tests.pages.asking import same_cost, seen, text
from tests.sprints.made import MONDAY, Lab


def found(
    name: str,
    title: str = "",
    body: str = "",
    *,
    kind: str = "task",
    key: UUID | None = None,
    minutes: int = 0,
) -> documents.Found:
    at = MONDAY + timedelta(minutes=minutes)
    return documents.Found(key or uuid4(), kind, name, title or name, body, f"/x/{name}/", at)


def write(source: Source, *several: documents.Found) -> None:
    with transaction.atomic():
        documents.write(source, several)


def names(lab: Lab, words: str, **more: Any) -> list[str]:
    return [hit.name for hit in search(lab.viewer, words, **more).hits]


# ── keys ─────────────────────────────────────────────────────────────────────


def test_a_key_goes_straight_to_its_page(lab: Lab, reader: Client) -> None:
    write(lab.jira, found("DOC-2698"), found("DOC-26", "about DOC-2698"))
    for typed in ("DOC-2698", "doc-2698", "  Doc-2698 "):
        answer = reader.get("/search/", {"q": typed})
        assert (answer.status_code, answer.url) == (302, "/x/DOC-2698/")


def test_a_key_that_a_task_once_had_goes_to_the_task(lab: Lab, reader: Client) -> None:
    task = lab.task("NEW-2", was=("OLD-4",))
    write(lab.jira, found("NEW-2", key=task.pk))
    assert reader.get("/search/?q=old-4").url == "/x/NEW-2/"
    assert names(lab, "OLD-4") == ["NEW-2"]


def test_two_things_of_one_name_are_a_list(lab: Lab, reader: Client) -> None:
    write(lab.jira, found("DOC-1", "the task", minutes=1))
    write(lab.tracker, found("DOC-1", "the run", kind="run"))
    page = seen(reader, "/search/?q=DOC-1")
    assert "the task" in page
    assert "the run" in page
    assert jump(lab.viewer, "DOC-1") is None
    moved = lab.task("NEW-9", was=("DOC-7",))
    write(lab.jira, found("NEW-9", key=moved.pk), found("DOC-7", kind="run"))
    assert jump(lab.viewer, "DOC-7") is None
    assert set(names(lab, "DOC-7")) == {"NEW-9", "DOC-7"}


def test_a_files_name_is_never_a_jump(lab: Lab) -> None:
    write(lab.tracker, found("train.py", kind="file"))
    assert jump(lab.viewer, "train.py") is None
    assert names(lab, "train.py") == ["train.py"]


def test_the_beginning_of_a_key_finds_the_shortest_first(lab: Lab) -> None:
    write(lab.jira, found("DOC-2698"), found("DOC-26"), found("DOC-3"))
    assert names(lab, "doc-26") == ["DOC-26", "DOC-2698"]
    assert asking._by_name([lab.jira.pk], "D_C-26", "", 9) == [], "an underscore is no wildcard"


# ── words ────────────────────────────────────────────────────────────────────


def test_words_are_found_in_name_title_and_body_and_the_name_weighs_most(lab: Lab) -> None:
    write(
        lab.jira,
        found("A-1", "other", "a focal loss"),
        found("A-2", "focal loss"),
        found("focal", "other"),
        found("A-4", "nothing"),
    )
    assert names(lab, "focal") == ["focal", "A-2", "A-1"]
    assert names(lab, "focal losses") == ["A-2", "A-1"]


def test_words_within_paths_and_joined_names_are_found(lab: Lab) -> None:
    write(lab.tracker, found("A-1", body="model/dense_dropout 0.3"))
    write(lab.tracker, found("train.py", "source_code/files/train.py", kind="file"))
    assert names(lab, "dropout") == ["A-1"]
    assert names(lab, "train files") == ["train.py"]


def test_a_kind_narrows_and_tabs_lead_to_the_others(lab: Lab, reader: Client) -> None:
    write(lab.jira, found("A-1", "focal"), found("A-2", "focal", kind="run"))
    page = seen(reader, "/search/?q=focal&kind=run")
    assert "A-2" in page
    assert "A-1" not in page
    assert names(lab, "focal", kind="task") == ["A-1"]
    assert "A-1" in seen(reader, "/search/?q=focal&kind=nonsense")


def test_a_typing_error_is_put_right_and_said(lab: Lab, reader: Client) -> None:
    write(lab.jira, found("A-1", "augmentation of crops"))
    page = seen(reader, "/search/?q=agumentation")
    assert "these have “augmentation”" in page
    assert "A-1" in page
    nothing = seen(reader, "/search/?q=qqqqzzzz")
    assert "Nothing has these words." in nothing
    assert "“”" not in nothing


def test_the_newest_of_equals_comes_first(lab: Lab) -> None:
    write(lab.jira, *(found(f"A-{n}", "same words", minutes=n) for n in range(5)))
    assert names(lab, "same words") == ["A-4", "A-3", "A-2", "A-1", "A-0"]


def test_an_extract_marks_the_word_and_escapes_the_rest(lab: Lab, reader: Client) -> None:
    body = "<script>alert(1)</script> & the focal loss <b>"
    write(lab.jira, found("A-1", "x", body))
    page = text(reader, "/search/?q=focal&kind=task")
    assert "<mark>focal</mark>" in page
    assert "<script>alert" not in page
    assert marked("a \x02b\x03 <c> \x02d") == "a <mark>b</mark> &lt;c&gt; <mark>d</mark>"


@pytest.mark.parametrize(
    "words",
    ["'", '"', "a & b", "!", "((", "a | b", ":*", "\\", "%", "_", "\x00", "a\x00b", "-", "or or",
     "😀", "x" * 5000, "a" * 199 + " b", "'; DROP TABLE sources_document; --", "\u2028", "<->"],
)  # fmt: skip
def test_no_words_break_it(lab: Lab, reader: Client, words: str) -> None:
    write(lab.jira, found("A-1", "a b"))
    for url in ("/search/", "/search/palette/"):
        assert reader.get(url, {"q": words}).status_code in {200, 302}
    assert Document.objects.count() == 1


def test_nothing_typed_says_what_can_be(lab: Lab, reader: Client) -> None:
    assert "A key goes straight to its page." in seen(reader, "/search/")
    assert "A key goes straight to its page." in seen(reader, "/search/?q=+++")


# ── who ──────────────────────────────────────────────────────────────────────


def test_a_stranger_finds_nothing(lab: Lab, reader: Client, stranger: Client) -> None:
    task = lab.task("NEW-2", was=("OLD-4",))
    write(lab.jira, found("NEW-2", "focal", key=task.pk))
    for words in ("NEW-2", "OLD-4", "focal", "foca"):
        assert "Nothing has these words." in seen(stranger, f"/search/?q={words}")
        assert "NEW-2" not in text(stranger, f"/search/palette/?q={words}")
    assert "NEW-2" in text(reader, "/search/palette/?q=focal")


# ── typing errors tell nothing of what is hidden ─────────────────────────────


def hidden(lab: Lab) -> Source:
    source = lab.source("hidden", "jira")
    source.viewers.clear()
    return source


def test_a_word_of_hidden_documents_is_never_suggested(lab: Lab) -> None:
    write(hidden(lab), found("HID-1", "acquisition of Zenithbank"))
    write(lab.jira, found("DOC-1", "the model learns"))
    for typed in ("zenithbnk", "modle or zenithbnk", "modle -zenithbnk"):
        told = search(lab.viewer, typed)
        assert "zenithbank" not in told.corrected, typed
    assert search(lab.viewer, "zenithbnk").hits == []


def test_a_hidden_word_does_not_stand_before_a_seen_one(lab: Lab) -> None:
    """Of the alike the likest that this person sees, however many others are liker."""
    source = hidden(lab)
    write(source, *(found(f"HID-{n}", f"zenithban{letter}") for n, letter in enumerate("abcdefg")))
    write(lab.jira, found("DOC-1", "zenithbanks are many"))
    assert search(lab.viewer, "zenithbanx").corrected == "zenithbanks"


def test_a_word_that_only_hidden_documents_have_is_as_unknown_as_one_that_none_has(
    lab: Lab,
) -> None:
    """Else its not being corrected would tell that it is there."""
    write(lab.jira, found("DOC-1", "zenithbanks are many"))
    before = search(lab.viewer, "zenithbanka")
    write(hidden(lab), found("HID-1", "zenithbanka"))
    assert search(lab.viewer, "zenithbanka") == before
    assert before.corrected == "zenithbanks"


def test_a_word_that_is_seen_and_words_that_no_index_holds_stay(lab: Lab) -> None:
    write(lab.jira, found("DOC-1", "about focal loss"), found("DOC-2", "aboard a fecal lass"))
    assert search(lab.viewer, "about focal losss").corrected == "about focal loss"


def test_nobody_without_a_login_searches(lab: Lab, client: Client) -> None:
    for url in ("/search/?q=a", "/search/palette/?q=a"):
        assert client.get(url).url.startswith("/accounts/login/")


def test_the_palette_names_places_then_things(lab: Lab, reader: Client) -> None:
    write(lab.jira, found("RUN-1", "running"))
    page = text(reader, "/search/palette/?q=run")
    assert page.index("/runs/") < page.index("/x/RUN-1/")


def test_the_palette_goes_to_views_and_to_what_may_be_done(
    lab: Lab, reader: Client, lead: Client
) -> None:
    own = SavedView.objects.create(owner=lab.viewer, name="Best sync", query="lr = 1")
    SavedView.objects.create(owner=lab.lead, name="Sync of lea", query="lr = 2")
    page = text(reader, "/search/palette/?q=sync")
    assert f'data-url="{own.url}"' in page
    assert "Sync of lea" not in page
    assert "Start a sync" not in page, "a viewer may not"
    assert "Start a sync" in text(lead, "/search/palette/?q=sync")
    assert 'data-url="/settings/tokens/#make"' in text(reader, "/search/palette/?q=make+tok")
    assert "Best sync" not in text(reader, "/search/palette/")
    own.pinned_by.add(lab.viewer)
    assert "Best sync" in text(reader, "/search/palette/")


def test_a_search_costs_the_same_for_one_hit_and_for_sixty(lab: Lab, reader: Client) -> None:
    def more() -> None:
        write(lab.jira, *(found(f"A-{n}", "focal loss", "focal " * n) for n in range(60)))

    write(lab.jira, found("B-1", "focal loss"))
    assert same_cost(reader, lambda: "/search/?q=focal+loss&kind=task", more) <= 16
    assert same_cost(reader, lambda: "/search/?q=focal", more) <= 20


# ── the plan ─────────────────────────────────────────────────────────────────


@pytest.fixture
def crowd(lab: Lab) -> Lab:
    """8,000 documents: one word in all of them, one in five."""
    at = timezone.now()
    Document.objects.bulk_create(
        Document(
            key=uuid4(),
            source=lab.jira,
            kind="task",
            name=f"C-{n}",
            title=f"common thing {n}",
            body="rare" if n % 1600 == 0 else "",
            url="/",
            at=at - timedelta(minutes=n),
        )
        for n in range(8_000)
    )
    with connection.cursor() as cursor:
        # As the autovacuum does: the index's own waiting list makes it look costly.
        cursor.execute("SELECT gin_clean_pending_list('documents_words')")
        cursor.execute("ANALYZE sources_document")
    return lab


def nodes(plan: dict[str, Any]) -> list[str]:
    inner = [node for child in plan.get("Plans", []) for node in nodes(child)]
    return [f"{plan['Node Type']} {plan.get('Index Name', '')}".strip(), *inner]


def planned(lab: Lab, words: str) -> list[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        asking._pin(words)
        values = [words, [lab.jira.pk], "", "", words, 50, words]
        cursor.execute(f"EXPLAIN (FORMAT JSON) {asking.RANKED}", values)
        (told,) = cursor.fetchone()
    plan = json.loads(told) if isinstance(told, str) else told
    return nodes(plan[0]["Plan"])


def test_a_common_word_walks_time_and_a_rare_one_reads_the_index(
    crowd: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "COMMON", 2_000)
    for _ in range(2):  # the one pin must not outlive the other
        assert "Index Scan documents_newest" in planned(crowd, "common")
        assert "Bitmap Index Scan documents_words" in planned(crowd, "rare")
    assert names(crowd, "rare common") == [f"C-{n}" for n in range(0, 8_000, 1600)]
    assert len(names(crowd, "common")) == 50


def test_ranking_reads_no_more_than_the_newest(crowd: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "LIMIT 2000" in asking.RANKED
    assert set(names(crowd, "common")) <= {f"C-{n}" for n in range(asking.CAPPED)}


# ── files ────────────────────────────────────────────────────────────────────


def test_a_path_that_every_run_has_is_one_hit_behind_all_else(lab: Lab, reader: Client) -> None:
    copies = (found("train.py", "source/train.py", kind="file", minutes=n) for n in range(70))
    write(lab.tracker, *copies, found("A-1", "how to train it", "train"))
    assert names(lab, "train") == ["A-1", "train.py"]
    assert names(lab, "train", kind="file") == ["train.py"]
    assert "also of other runs" in seen(reader, "/search/?q=train&kind=file")


def test_what_has_no_time_comes_last_and_shows_none(lab: Lab, reader: Client) -> None:
    undated = documents.Found(uuid4(), "run", "R-1", "same words", "", "/", documents.UNDATED)
    write(lab.tracker, undated, found("R-2", "same words", kind="run"))
    assert names(lab, "same words") == ["R-2", "R-1"]
    assert "1970" not in seen(reader, "/search/?q=same+words")


# ── keys as people type them ─────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["DOC-7", "doc-7", "doc 7", "Doc7", "doc_7", "doc–7", "7", "007"])
def test_a_key_is_understood_however_it_is_typed(lab: Lab, reader: Client, typed: str) -> None:
    task = lab.task("DOC-7")
    write(lab.jira, documents.Found(task.pk, "task", "DOC-7", "a task", "", "/t/DOC-7/", MONDAY))
    answer = reader.get("/search/", {"q": typed})
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/t/DOC-7/")


def test_a_number_that_two_projects_have_is_a_choice(lab: Lab, reader: Client) -> None:
    other = lab.project("NEW")
    for name, project in (("DOC-7", lab.doc), ("NEW-7", other)):
        task = lab.task(name, project=project)
        write(lab.jira, documents.Found(task.pk, "task", name, "a task", "", f"/t/{name}/", MONDAY))
    assert reader.get("/search/?q=7").status_code == 200
    assert set(names(lab, "7")) == {"DOC-7", "NEW-7"}


def test_a_number_means_no_task_that_one_does_not_see(lab: Lab, stranger: Client) -> None:
    task = lab.task("DOC-7")
    write(lab.jira, documents.Found(task.pk, "task", "DOC-7", "a task", "", "/t/DOC-7/", MONDAY))
    assert "DOC-7" not in stranger.get("/search/?q=7").text
