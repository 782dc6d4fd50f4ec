"""The runs' pages, asked as a browser asks: who sees what, what it costs, what it says."""

import csv
import io
import json
import math
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from portal import freshness
from portal.pages.runs import listing
from sources.connectors.base import Gap
from sprints.models import Evidence
from tests.pages.asking import cost, same_cost, seen, text
from tests.sprints.made import Lab
from tests.tracking.making import NOON, PROJECT, file, run, series, store
from tracking import blobs, curves, source_text
from tracking.models import Artifact, Run

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS"
    b"\xde\x00\x00\x00\x0cIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\r\xefF\xb8\x00\x00\x00\x00IEND"
    b"\xaeB`\x82"
)


def key_of(lab: Lab, handle: str = "DOC-1") -> UUID:
    return lab.tracker.key("run", f"{PROJECT}\n{handle}")


def fill(lab: Lab, runs: int = 1, *, start: int = 1) -> None:
    """All in one page: so many commits, and so much time, less."""
    numbers = range(start, start + runs)
    store(lab.tracker, *(record for number in numbers for record in filled(number)))


def filled(number: int) -> list[Any]:
    handle = f"DOC-{number}"
    return [
        run(
            handle,
            name=f"focal {number}",
            tags=["sprint 49", "TASK-1"],
            creation_time=NOON,
            parameters={"lr": number / 10, "same": 1, "size": "(64, 128)"},
            numbers={"test/f1": 0.9},
            gaps=[Gap("commit", "not in the archive")],
        ),
        series(handle, "train/loss", [1.0, 0.5]),
        series(handle, "valid/loss", [1.1, 0.6]),
        series(handle, "logs", ["hello"], text=True),
        file(handle, "source_code/files/train.py", b"import torch\nlr = %d\n" % number),
        file(handle, "source_code/files/same.py", b"same\n"),
        file(handle, "plots/roc", PNG),
        file(handle, "model/weights", None, missing="not in the archive"),
    ]


# ── cost ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "query", ["", "?q=sprint+%3D+49&col=lr&col=valid/loss.min", "?q=order+by+lr"]
)
def test_the_table_costs_the_same_for_one_run_and_for_sixty(
    lab: Lab, reader: Client, query: str
) -> None:
    fill(lab)
    lab.task("TASK-1", sprint=lab.sprint(49))
    assert same_cost(reader, lambda: f"/runs/{query}", lambda: fill(lab, 59, start=2)) <= 19
    assert text(reader, "/runs/").count('name="runs"') == 60


def test_a_runs_page_costs_the_same_however_much_it_holds(lab: Lab, reader: Client) -> None:
    fill(lab, 2)
    lab.task("TASK-1", sprint=lab.sprint(49))

    def more() -> None:
        store(
            lab.tracker,
            *(series("DOC-1", f"more/{n}", [0.1, 0.2]) for n in range(59)),
            *(file("DOC-1", f"plots/more{n}", PNG) for n in range(30)),
            *(file("DOC-1", f"samples/p@{n}", PNG, step=float(n)) for n in range(30)),
        )
        fill(lab, 20, start=3)

    assert same_cost(reader, lambda: f"/runs/{key_of(lab)}/", more) <= 38


def test_comparing_costs_the_same_for_two_runs_and_for_twelve(lab: Lab, reader: Client) -> None:
    fill(lab, 12)
    several = [cost(reader, compared(lab, count)) for count in (3, 12)]
    assert several[0] == several[1] <= 15
    assert cost(reader, compared(lab, 2)) == several[0] + 2, "two are compared by their source too"
    drawn = [cost(reader, compared(lab, count, "compare_curves")) for count in (2, 12)]
    assert drawn[0] == drawn[1]


def compared(lab: Lab, count: int, name: str = "compare") -> str:
    runs = "&".join(f"runs={key_of(lab, f'DOC-{n}')}" for n in range(1, count + 1))
    return f"{reverse(name)}?{runs}"


# ── who sees what ────────────────────────────────────────────────────────────


def addresses(lab: Lab) -> list[str]:
    key, other = key_of(lab), key_of(lab, "DOC-2")
    python = Artifact.objects.get(run=key, path__endswith="train.py").pk
    picture = Artifact.objects.get(run=key, path="plots/roc").pk
    return [
        f"/runs/{key}/", f"/runs/{key}/curves.json", f"/runs/{key}/diff/{other}/",
        f"/runs/{key}/diff/?runs={other}", f"/runs/text/{python}/", f"/files/{python}/",
        f"/files/{picture}/picture.png", f"/files/{picture}/picture.png?small",
    ]  # fmt: skip


def test_a_stranger_gets_404_for_each_thing_and_empty_lists(
    lab: Lab, reader: Client, stranger: Client
) -> None:
    fill(lab, 2)
    for url in addresses(lab):
        assert reader.get(url).status_code in {200, 302}, url
        assert stranger.get(url).status_code == 404, url
    for url in ("/runs/", compared(lab, 2), "/runs/columns/?text=l"):
        page = seen(stranger, url)
        assert "focal" not in page
        assert "lr" not in page.replace("already", "")
    assert json.loads(text(stranger, compared(lab, 2, "compare_curves"))) == {"charts": []}
    lines = b"".join(stranger.get("/runs/export.csv").streaming_content).decode().splitlines()
    assert len(lines) == 1


def test_nobody_without_a_login_sees_anything(lab: Lab, client: Client) -> None:
    fill(lab, 2)
    for url in [*addresses(lab), "/runs/", "/runs/export.csv", "/runs/columns/", compared(lab, 2)]:
        assert client.get(url).url.startswith("/accounts/login/"), url


def test_a_removed_run_and_its_files_are_404(lab: Lab, reader: Client) -> None:
    fill(lab, 2)
    urls = addresses(lab)
    Run.objects.filter(handle="DOC-1").update(removed_at=NOON)
    Artifact.objects.filter(run=key_of(lab)).update(removed_at=NOON)
    for url in urls:
        assert reader.get(url).status_code == 404, url


def test_what_is_not_there_is_a_404(lab: Lab, reader: Client) -> None:
    fill(lab)
    missing = Artifact.objects.get(path="model/weights").pk
    for url in (
        f"/runs/{uuid4()}/", f"/runs/text/{uuid4()}/", f"/files/{uuid4()}/", f"/files/{missing}/",
        f"/runs/{key_of(lab)}/diff/{uuid4()}/", "/runs/not-a-key/", f"/files/{missing}/picture.png",
    ):  # fmt: skip
        text(reader, url, 404)


# ── the four states of the list ──────────────────────────────────────────────


def test_an_empty_table_says_how_runs_come(lab: Lab, reader: Client) -> None:
    assert "Runs appear here by themselves" in seen(reader, "/runs/")


def test_a_filter_that_finds_nothing_can_be_cleared(lab: Lab, reader: Client) -> None:
    fill(lab)
    page = text(reader, "/runs/?q=nothing-like-it")
    assert "No run matches this filter." in page
    assert 'href="/runs/"' in page


def test_a_filter_that_cannot_be_read_says_why_and_is_kept_to_be_mended(
    lab: Lab, reader: Client
) -> None:
    fill(lab)
    page = text(reader, "/runs/?q=lrr+%3E+1")
    assert "No run has “lrr”. Did you mean lr?" in page
    assert 'value="lrr &gt; 1"' in page


def test_the_table_shows_what_tells_its_runs_apart(lab: Lab, reader: Client) -> None:
    fill(lab, 2)
    page = seen(reader, "/runs/")
    assert "2 runs" in page
    for words in ("focal 1", "DOC-1", "TASK-1", "49", "finished", "valid/loss min", "lr", "0.6000"):
        assert words in page
    assert "same" not in page


def test_a_key_that_no_task_has_is_no_link_and_a_run_tied_by_hand_shows_its_task(
    lab: Lab, reader: Client, lead: Client
) -> None:
    fill(lab)
    lab.task("TASK-7")
    named = text(reader, "/runs/")
    assert 'title="No task has this key.">TASK-1<' in named
    assert "/t/TASK-1/" not in named
    lead.post(f"/runs/{key_of(lab)}/tie/", {"task": "TASK-7"})
    assert '<a class="key" href="/t/TASK-7/">TASK-7</a>' in text(reader, "/runs/")


def test_a_key_that_moved_is_shown_as_it_is_now(lab: Lab, reader: Client) -> None:
    fill(lab)
    lab.task("NEW-9", was=["TASK-1"])
    page = text(reader, "/runs/")
    assert '<a class="key" href="/t/NEW-9/">NEW-9</a>' in page
    assert "No task has this key." not in page


def test_a_head_sorts_and_turns_round_and_keeps_filter_and_columns(
    lab: Lab, reader: Client
) -> None:
    fill(lab, 3)
    page = reader.get("/runs/?q=sprint+%3D+49&col=lr&col=valid/loss.min").context["page"]
    assert [head.name for head in page.heads] == ["lr", "valid/loss min"]
    first = reader.get(page.heads[0].url).context["page"]
    assert (first.heads[0].sorted, first.table.query) == ("down", "sprint = 49 order by lr desc")
    assert [row.handle for row in first.table.rows] == ["DOC-3", "DOC-2", "DOC-1"]
    second = reader.get(first.heads[0].url).context["page"]
    assert second.table.query == "sprint = 49 order by lr asc"
    assert [row.handle for row in second.table.rows] == ["DOC-1", "DOC-2", "DOC-3"]
    other = reader.get(second.heads[1].url).context["page"]
    assert other.table.query == "sprint = 49 order by valid/loss.min desc"
    assert other.table.left_out


def test_a_quoted_order_by_is_no_order(lab: Lab, reader: Client) -> None:
    fill(lab)
    page = reader.get("/runs/", {"q": 'name ~ "order by" or lr > 0', "col": "lr"}).context["page"]
    assert "order+by+lr" in page.heads[0].url
    assert reader.get(page.heads[0].url).context["page"].table.problem == ""


def test_pages_go_on_and_back(lab: Lab, reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(lab, 7)
    monkeypatch.setitem(listing.table.read.__kwdefaults__, "size", 3)
    met: list[str] = []
    url = "/runs/?q=order+by+lr+asc"
    while url:
        page = reader.get(url).context["page"]
        met += [row.handle for row in page.table.rows]
        url = page.older_url
    assert met == [f"DOC-{n}" for n in range(1, 8)]
    assert "at=" in page.newer_url
    assert "at=" not in page.first_url


def test_odd_values_are_shown_as_words(lab: Lab, reader: Client) -> None:
    store(lab.tracker, run("A-1", parameters={"on": True, "size": "(1, 2)", "x": math.nan, "n": 3}))
    store(lab.tracker, run("A-2", running_time=75.0, creation_time=NOON, parameters={"n": 4}))
    columns = ["on", "size", "x", "n", "duration", "started", "trashed"]
    page = seen(reader, "/runs/?" + "&".join(f"col={name}" for name in columns))
    for words in (" yes ", "[1, 2]", "NaN", "1 min 15 s", " no "):
        assert words in page


# ── CSV ──────────────────────────────────────────────────────────────────────


def rows_of(client: Client, query: str = "") -> list[list[str]]:
    answer = client.get(f"/runs/export.csv{query}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_csv_has_every_page_and_the_tables_columns(
    lab: Lab, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(lab, 8)
    monkeypatch.setattr(listing, "CSV_PAGE", 3)
    head, *rows = rows_of(reader, "?q=order+by+lr+asc")
    assert head[:3] == ["run", "name", "state"]
    assert "valid/loss min" in head
    assert [row[0] for row in rows] == [f"DOC-{n}" for n in range(1, 9)]
    assert {len(row) for row in rows} == {len(head)}


def test_the_csv_streams(lab: Lab, reader: Client) -> None:
    fill(lab)
    answer = reader.get("/runs/export.csv")
    assert answer.streaming
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("text_of", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_the_csv_starts_no_formula(lab: Lab, reader: Client, text_of: str) -> None:
    store(lab.tracker, run("A-1", name=text_of, owner=text_of, parameters={text_of: text_of}))
    store(lab.tracker, run("A-2", parameters={text_of: "other"}))
    for row in rows_of(reader):
        assert not any(cell[:1] in set("=+-@\t\r") for cell in row)


def test_a_csv_of_a_filter_that_cannot_be_read_is_a_page_that_says_so(
    lab: Lab, reader: Client
) -> None:
    assert "No run has" in text(reader, "/runs/export.csv?q=lrr+%3E+1", 400)


# ── one run ──────────────────────────────────────────────────────────────────


def test_a_run_says_what_it_is_for_and_what_is_missing(lab: Lab, reader: Client) -> None:
    fill(lab)
    lab.task("TASK-1", summary="Try focal loss", sprint=lab.sprint(49))
    page = seen(reader, f"/runs/{key_of(lab)}/")
    for words in (
        "Finished for TASK-1.", "Try focal loss", "by tag", "Sprint 49", "not in the archive",
        "[64, 128]", "train/loss", "0.6000", "hello", "missing:",
    ):  # fmt: skip
        assert words in page, words
    assert "missing: missing" not in page


def test_a_run_and_its_copy_in_another_tracker_name_each_other(lab: Lab, reader: Client) -> None:
    fill(lab)
    same = {"tracker": "neptune", "project": PROJECT, "run": "DOC-1"}
    mlflow = lab.source("mlflow", "mlflow")
    original = Run.objects.get(pk=key_of(lab))
    copied = lab.run("c0ffee", source=mlflow, provenance={"same_as": same})
    for one, another in ((original, copied), (copied, original)):
        page = text(reader, f"/runs/{one.pk}/")
        assert f'<dt>The same run as</dt><dd><a href="/runs/{another.pk}/">' in page
    mlflow.viewers.clear()
    assert "The same run as" not in text(reader, f"/runs/{original.pk}/")


def test_a_series_alone_can_be_drawn(lab: Lab, reader: Client) -> None:
    fill(lab)
    page = reader.get(f"/runs/{key_of(lab)}/?series=valid/loss").context["page"]
    assert page.curves.only == ["valid/loss"]
    drawn = json.loads(text(reader, page.curves.url))
    assert [chart["title"] for chart in drawn["charts"]] == ["loss"]
    assert [one["label"] for one in drawn["charts"][0]["series"]] == ["validation"]
    assert reader.get(f"/runs/{key_of(lab)}/?series=nothing").context["page"].curves.only == []


def test_more_series_than_are_drawn_is_said(
    lab: Lab, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(lab)
    monkeypatch.setattr(curves, "MOST_SERIES", 2)
    store(lab.tracker, series("DOC-1", "zz", [1.0, 2.0]))
    page = seen(reader, f"/runs/{key_of(lab)}/")
    assert "2 of 3 series are drawn" in page
    assert len(json.loads(text(reader, f"/runs/{key_of(lab)}/curves.json"))["charts"]) == 1


def test_curves_answer_304_until_a_point_comes(lab: Lab, reader: Client) -> None:
    fill(lab)
    url = f"/runs/{key_of(lab)}/curves.json"
    etag = reader.get(url)["ETag"]
    assert reader.get(url, headers={"if-none-match": etag}).status_code == 304
    assert reader.get(url, headers={"if-none-match": f"W/{etag}"}).status_code in {200, 304}
    store(lab.tracker, series("DOC-1", "train/loss", [0.4], steps=[2]))
    assert reader.get(url, headers={"if-none-match": etag}).status_code == 200


def test_a_corrected_point_is_another_answer(lab: Lab, reader: Client) -> None:
    fill(lab)
    url = f"/runs/{key_of(lab)}/curves.json"
    etag = reader.get(url)["ETag"]
    store(lab.tracker, series("DOC-1", "train/loss", [0.7], steps=[0]))
    assert reader.get(url, headers={"if-none-match": etag}).status_code == 200


def test_a_part_of_a_curve_is_drawn_and_nonsense_means_all(lab: Lab, reader: Client) -> None:
    store(lab.tracker, run("DOC-1"), series("DOC-1", "loss", [float(n) for n in range(100)]))
    url = f"/runs/{key_of(lab)}/curves.json"
    line = json.loads(text(reader, f"{url}?from=10&to=12"))["charts"][0]["series"][0]
    assert line["x"] == [10, 11, 12]
    for nonsense in ("?from=nan", "?from=inf&to=-inf", "?from=x&to=", "?x=sideways"):
        line = json.loads(text(reader, url + nonsense))["charts"][0]["series"][0]
        assert len(line["x"]) == 100, nonsense
    line = json.loads(text(reader, f"{url}?x=time"))["charts"][0]["series"][0]
    assert line["x"][:2] == [0, 1]


def test_odd_points_are_json_that_every_browser_reads(lab: Lab, reader: Client) -> None:
    store(lab.tracker, run("DOC-1"), series("DOC-1", "loss", [math.nan, math.inf, -math.inf, 1.0]))
    answer = text(reader, f"/runs/{key_of(lab)}/curves.json")
    drawn = json.loads(answer, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert drawn["charts"][0]["series"][0]["y"] == [None, None, None, 1.0]


def test_a_running_run_is_asked_again(lab: Lab, reader: Client) -> None:
    store(lab.tracker, run("DOC-1", state="Active"), series("DOC-1", "loss", [1.0, 2.0]))
    assert json.loads(text(reader, f"/runs/{key_of(lab)}/curves.json"))["live"] is True


def test_a_series_of_pictures_is_shown_small_and_in_order(lab: Lab, reader: Client) -> None:
    fill(lab)
    store(
        lab.tracker,
        *(file("DOC-1", f"samples/p@{n}", PNG, step=float(n)) for n in range(40)),
    )
    page = reader.get(f"/runs/{key_of(lab)}/").context["page"]
    (frames,) = page.files.frames
    steps = [one.artifact.step for one in frames.files]
    assert (frames.path, frames.count, len(steps)) == ("samples/p", 40, 12)
    assert (steps[0], steps[-1], steps) == (0.0, 39.0, sorted(steps))
    assert frames.files[0].picture_url.endswith("?small")


# ── source ───────────────────────────────────────────────────────────────────


def test_source_is_compared_with_a_run_of_the_same_task(lab: Lab, reader: Client) -> None:
    fill(lab, 3)
    lab.task("TASK-1")
    page = reader.get(f"/runs/{key_of(lab)}/").context["page"]
    assert {other.key for other in page.others} == {key_of(lab, "DOC-2"), key_of(lab, "DOC-3")}
    answer = reader.get(f"/runs/{key_of(lab)}/diff/?runs={key_of(lab, 'DOC-2')}")
    assert answer.url == f"/runs/{key_of(lab)}/diff/{key_of(lab, 'DOC-2')}/"
    told = seen(reader, answer.url)
    assert "1 of 2 source files differ." in told
    assert "lr = 1" in told
    assert "lr = 2" in told
    same = seen(reader, f"{answer.url}?path=source_code/files/same.py")
    assert "The same in both." in same


def test_the_baseline_is_offered_first(lab: Lab, reader: Client) -> None:
    fill(lab, 3)
    claim = lab.claim("TASK-1")
    lab.stated(claim, "f1", threshold=0.9, baseline=key_of(lab, "DOC-3"))
    page = reader.get(f"/runs/{key_of(lab)}/").context["page"]
    assert page.others[0].words == "DOC-3 focal 3 (baseline)"


def test_choosing_nothing_leads_back_with_a_word(lab: Lab, reader: Client) -> None:
    fill(lab, 1)
    answer = reader.get(f"/runs/{key_of(lab)}/diff/?runs=", follow=True)
    assert "Choose a run" in answer.content.decode()


def test_a_file_whose_bytes_are_lost_says_so(lab: Lab, reader: Client) -> None:
    fill(lab, 2)
    held = Artifact.objects.get(run=key_of(lab), path__endswith="train.py")
    blobs.path_of(str(held.blob_id)).unlink()
    assert "cannot be shown as text" in seen(reader, f"/runs/text/{held.pk}/")
    told = seen(reader, f"/runs/{key_of(lab)}/diff/{key_of(lab, 'DOC-2')}/")
    assert "no longer here" in told


def test_source_is_coloured_and_never_a_tag(lab: Lab, reader: Client) -> None:
    evil = b"<script>alert(1)</script>\n# <b>no</b>\nimport os\n"
    store(lab.tracker, run("DOC-1"), file("DOC-1", "source_code/files/evil.py", evil))
    held = Artifact.objects.get()
    page = text(reader, f"/runs/text/{held.pk}/")
    assert "<script>alert" not in page
    assert "<b>no" not in page
    assert '<span class="kn">import</span>' in page


def test_a_long_file_is_cut_and_a_picture_is_no_text(lab: Lab, reader: Client) -> None:
    long = b"line\n" * (source_text.LONGEST // 5 + 10)
    store(lab.tracker, run("DOC-1"), file("DOC-1", "a.txt", long), file("DOC-1", "b", PNG))
    held = Artifact.objects.get(path="a.txt")
    assert "Only the beginning is shown" in seen(reader, f"/runs/text/{held.pk}/")
    picture = Artifact.objects.get(path="b")
    assert "cannot be shown as text" in seen(reader, f"/runs/text/{picture.pk}/")


# ── ties ─────────────────────────────────────────────────────────────────────


def test_tying_needs_the_right_and_a_task(lab: Lab, reader: Client, lead: Client) -> None:
    fill(lab)
    lab.task("TASK-7")
    url = f"/runs/{key_of(lab)}/tie/"
    assert reader.post(url, {"task": "TASK-7"}).status_code == 403
    assert "disabled" in text(reader, f"/runs/{key_of(lab)}/")
    assert (
        "belongs to TASK-7 now" in lead.post(url, {"task": "task-7"}, follow=True).content.decode()
    )
    assert "TASK-7" in seen(reader, f"/runs/{key_of(lab)}/")
    lead.post(url, {"task": "TASK-7", "untie": "1"})
    assert "TASK-7" not in seen(reader, f"/runs/{key_of(lab)}/")
    for name in ("NOPE-1", "", "\x00", "x" * 5000):
        answer = lead.post(url, {"task": name}, follow=True)
        assert "No task has the key" in answer.content.decode()


def test_a_key_that_two_sources_have_is_asked_about_and_tied_to_the_one_chosen(
    lab: Lab, lead: Client
) -> None:
    fill(lab)
    lab.task("TASK-7")
    meant = lab.task("TASK-7", source=lab.source("second", "jira"), summary="The other one")
    url = f"/runs/{key_of(lab)}/tie/"
    badge = cache_of(lead)
    asked = lead.post(url, {"task": "TASK-7"})
    page = asked.content.decode()
    assert "Several tasks have this key" in page
    assert "The other one" in page
    assert "Second" in page
    assert not Evidence.objects.exists()
    assert cache_of(lead) == badge
    assert "belongs to TASK-7 now" in text_of(lead.post(url, {"task": str(meant.pk)}, follow=True))
    assert Evidence.objects.get().task_id == meant.pk


def test_untying_from_a_key_that_two_sources_have_unties_the_one_that_is_tied(
    lab: Lab, lead: Client
) -> None:
    fill(lab)
    lab.task("TASK-7")
    tied = lab.task("TASK-7", source=lab.source("second", "jira"))
    url = f"/runs/{key_of(lab)}/tie/"
    lead.post(url, {"task": str(tied.pk)})
    assert f'name="task" value="{tied.pk}"' in text(lead, f"/runs/{key_of(lab)}/")
    assert (
        'name="untie" value="1"'
        in lead.post(url, {"task": "TASK-7", "untie": "1"}).content.decode()
    )
    lead.post(url, {"task": str(tied.pk), "untie": "1"})
    said = Evidence.objects.order_by("-id").first()
    assert said is not None
    assert (said.task_id, said.added) == (tied.pk, False)


def test_a_tied_run_is_out_of_the_inboxs_count_at_once(lab: Lab, lead: Client) -> None:
    fill(lab)
    lab.task("TASK-7")
    before = cache_of(lead)
    lead.post(f"/runs/{key_of(lab)}/tie/", {"task": "TASK-7"})
    assert cache_of(lead) == before - 1


def cache_of(client: Client) -> int:
    """The inbox's count as the next page shows it, whether remembered or counted anew."""
    asked = client.get("/runs/").wsgi_request
    return freshness.inbox_count(asked.user)


def text_of(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def test_a_stranger_ties_nothing(lab: Lab, stranger: Client) -> None:
    fill(lab)
    assert stranger.post(f"/runs/{key_of(lab)}/tie/", {"task": "TASK-7"}).status_code == 404


# ── compare ──────────────────────────────────────────────────────────────────


def test_compare_puts_what_differs_first_and_marks_the_best(lab: Lab, reader: Client) -> None:
    fill(lab, 3)
    store(lab.tracker, series("DOC-2", "valid/loss", [0.1], steps=[1]))
    page = reader.get(compared(lab, 3)).context["page"]
    assert [row.name for row in page.parameters if row.differs] == ["lr"]
    assert page.parameters[0].values == [0.1, 0.2, 0.3]
    loss = next(row for row in page.metrics if row.name == "valid/loss")
    assert (loss.values, loss.best) == ([0.6, 0.1, 0.6], 0.1)
    drawn = json.loads(text(reader, compared(lab, 3, "compare_curves")))["charts"]
    assert [one["label"] for one in drawn[0]["series"]][:2] == ["DOC-1 train", "DOC-2 train"]


def test_compare_takes_what_can_be_read_and_says_what_is_left_out(lab: Lab, reader: Client) -> None:
    fill(lab, 2)
    url = f"/runs/compare/?runs=nonsense&runs={key_of(lab)},{key_of(lab, 'DOC-2')}&runs={uuid4()}"
    assert [one.handle for one in reader.get(url).context["page"].runs] == ["DOC-1", "DOC-2"]
    many = "&".join(f"runs={uuid4()}" for _ in range(20))
    assert reader.get(f"/runs/compare/?{many}").context["page"].left_out == 8
    assert "No runs are ticked." in seen(reader, "/runs/compare/")


def test_a_parameter_that_is_called_like_a_field_can_be_chosen(lab: Lab, reader: Client) -> None:
    store(lab.tracker, run("A-1", owner="mia", parameters={"owner": "of the data"}))
    found = reader.get("/runs/columns/?text=owner").context["found"]
    assert [(one.kind, one.address) for one in found] == [
        ("of every run", "owner"),
        ("parameter", "param:owner"),
    ]
    page = reader.get("/runs/?col=owner&col=param:owner").context["page"]
    assert page.table.rows[0].cells == ["mia", "of the data"]


def test_what_is_sorted_by_is_among_the_default_columns(lab: Lab, reader: Client) -> None:
    fill(lab, 2)
    page = reader.get("/runs/", {"q": "order by train/loss.last"}).context["page"]
    assert (page.heads[0].name, page.heads[0].sorted) == ("train/loss last", "down")
    page = reader.get("/runs/", {"q": "order by size asc"}).context["page"]
    assert page.heads[0].name == "size"


def test_columns_are_found_by_part_of_a_name(lab: Lab, reader: Client) -> None:
    fill(lab)
    page: Any = seen(reader, "/runs/columns/?text=LOSS&col=lr")
    assert "valid/loss" in page
    assert "shown now" in page
    assert "No run has such a name." in seen(reader, "/runs/columns/?text=zzz")
