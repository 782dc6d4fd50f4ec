"""Which experiments there are, and the runs in them as a search tells them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sources.connectors.base import Gap
from sources.connectors.mlflow.runs import Experiment
from sources.connectors.mlflow.site import NotGiven, Site
from sources.http import Reply

EXPERIMENTS = 1_000  # of a page
RUNS = 200  # of a page: with two hundred values each it has a few MB
TOGETHER = 100  # experiments in one search
CLOSED = frozenset({403, 404})
OLDEST_FIRST = "attributes.start_time ASC"

type Found = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Experiments:
    """Those that are read, by id; and a gap for each that was asked for and is
    not there."""

    by_id: Mapping[str, Experiment]
    gaps: Sequence[Gap] = ()


def experiments(site: Site, wanted: Sequence[str]) -> Experiments:
    """`wanted` are names or ids; none means all that the account sees. A deleted
    one is there too: its runs are hidden, not forgotten."""
    found = {
        one["experiment_id"]: Experiment(
            one["experiment_id"], one.get("name") or "", one.get("lifecycle_stage") == "deleted"
        )
        for page in site.pages(
            "experiments/search", {"max_results": EXPERIMENTS, "view_type": "ALL"}
        )
        for one in page.get("experiments") or ()
    }
    if not wanted:
        return Experiments(found)
    chosen = {one.id: one for one in found.values() if {one.id, one.name} & set(wanted)}
    there = {*chosen, *(one.name for one in chosen.values())}
    why = "is not there, or this account may not see it"
    return Experiments(
        chosen, [Gap(f"experiment {one}", why) for one in wanted if one not in there]
    )


def is_gone(reply: Reply) -> bool:
    return reply.status == 404 and b"RESOURCE_DOES_NOT_EXIST" in reply.body


@dataclass(slots=True)
class RunSearch:
    """Searches runs, deleted ones too, oldest first. An experiment that is closed
    to us is a gap, and the others are read."""

    site: Site
    names: Mapping[str, Experiment]
    gaps: list[Gap] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def pages(self, ids: Sequence[str], where: str = "") -> Iterator[Sequence[Found]]:
        open_ones = [one for one in ids if one not in self.refused]
        for start in range(0, len(open_ones), TOGETHER):
            yield from self._pages(open_ones[start : start + TOGETHER], where)

    def _pages(self, ids: Sequence[str], where: str) -> Iterator[Sequence[Found]]:
        body: dict[str, Any] = {
            "experiment_ids": list(ids),
            "run_view_type": "ALL",
            "max_results": RUNS,
            "order_by": [OLDEST_FIRST],
        }
        body |= {"filter": where} if where else {}
        try:
            for page in self.site.pages("runs/search", body, answers=CLOSED):
                yield page.get("runs") or ()
        except NotGiven as refusal:
            if len(ids) == 1:
                self.refused.add(ids[0])
                self.gaps.append(Gap(f"experiment {self.names[ids[0]].name}", str(refusal)))
                return
            for one in ids:
                yield from self._pages([one], where)

    def experiment_is_gone(self, experiment: str) -> bool:
        """For good; one that is not read any more, or closed to us, is not."""
        asked = {"experiment_id": experiment}
        return is_gone(self.site.get("experiments/get", asked, answers=CLOSED))

    def run(self, run: str) -> Found | None:
        """One run; None when it is gone for good. A 404 that is not MLflow's own
        (a proxy's) must not pass for one."""
        reply = self.site.run(run, answers=CLOSED)
        if reply.status in CLOSED:
            return None if is_gone(reply) else {}
        found: Found = reply.value
        return found
