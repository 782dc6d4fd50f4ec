"""From the sprint to the record: where it came from, in five steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from handoff.facts import Fact
from handoff.models import Record


@dataclass(frozen=True, slots=True)
class Step:
    """`verdict` only of a hypothesis; `missing` says why there is no such step."""

    kind: str
    name: str
    note: str = ""
    url: str = ""
    verdict: str = ""
    missing: str = ""


def lineage(record: Record, facts: Sequence[Fact]) -> list[Step]:
    held = {one.name: one for one in facts}
    return [*_work(held), _run(record, held), _record(record)]


def _work(held: Mapping[str, Fact]) -> Iterator[Step]:
    sprint = held.get("sprint")
    if value := _value(sprint):
        number = value.get("number")
        yield Step("sprint", value["name"], url=f"/sprints/{number}/" if number else "")
    else:
        yield _gone("sprint", sprint)
    verdict = _value(held.get("verdict")).get("outcome", "open")
    for kind in ("task", "hypothesis"):
        if value := _value(held.get(kind)):
            judged = verdict if kind == "hypothesis" else ""
            key = value["key"]
            yield Step(kind, key, value["summary"], f"/t/{key}/", judged)
        else:
            yield _gone(kind, held.get(kind))


def _run(record: Record, held: Mapping[str, Fact]) -> Step:
    value = _value(held.get("run"))
    handle = value.get("id", "")
    return Step("run", handle, value.get("source", ""), reverse("run", args=[record.run]))


def _record(record: Record) -> Step:
    name = f"version {record.version}" if record.version else "draft"
    return Step("record", name, record.model.name)


def _gone(kind: str, fact: Fact | None) -> Step:
    return Step(kind, "", missing=fact.note if fact else "not in this record")


def _value(fact: Fact | None) -> dict[str, Any]:
    return fact.value if fact and isinstance(fact.value, dict) else {}
