"""Sample work that is true: a team that reads hand-filled digits, over six sprints.

The people, tasks and dates are invented. Every number is from a training that
was really done, on scikit-learn's bundled digits; `make sample` does them again.

stored/ holds four forms of it, told on Tuesday 2026-11-24, day 9 of sprint 49:

    archive.tar.xz    sprints 44 to 48, as Neptune's exporter writes them
    neptune.tar.xz    sprint 49, as a practice Neptune's snapshot
    growing.json      the rest of the run that is still going
    jira.json         all six sprints, as a practice Jira's seed
    story.json        claims, verdicts and their evidence, as people gave them

`prepared` unpacks them into a folder of the installation and moves all times by
the same whole days, so that the first start is always on day 9 of sprint 49.
It does so once: later starts find the same times, and a second import of the
archive changes nothing.
"""

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from demo.work.packing import unpack
from demo.work.shifting import (
    begin_growing,
    days_to,
    shift_archive,
    shift_json_file,
    shift_snapshot,
)

__all__ = ["ARCHIVE", "ARCHIVE_ZONE", "JIRA_SEED", "NEPTUNE_SNAPSHOT", "STORY", "Paths", "prepared"]

STORED = Path(__file__).parent / "stored"
ARCHIVE = STORED / "archive.tar.xz"
NEPTUNE_SNAPSHOT = STORED / "neptune.tar.xz"
GROWING = STORED / "growing.json"
JIRA_SEED = STORED / "jira.json"
STORY = STORED / "story.json"
# The zone of the machine that exported: series times in an archive are local.
ARCHIVE_ZONE = "UTC"
TOLD_AT = datetime(2026, 11, 24, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Paths:
    """Two folders and three files, ready for the importer and the practice servers."""

    archive: Path
    neptune: Path
    growing: Path
    jira: Path
    story: Path


def prepared(folder: Path, now: datetime) -> Paths:
    """The sample in `folder`, about `now`. Cheap when it is there already."""
    names = ("archive", "neptune", "growing.json", "jira.json", "story.json")
    paths = Paths(*(folder / name for name in names))
    if not paths.story.exists():
        prepare(paths, now)
    return paths


def prepare(paths: Paths, now: datetime) -> None:
    """story.json comes last: without it the work is begun again from nothing."""
    by = days_to(now, TOLD_AT)
    for packed, target in ((ARCHIVE, paths.archive), (NEPTUNE_SNAPSHOT, paths.neptune)):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        unpack(packed, target)
    shift_archive(paths.archive, by)
    shift_snapshot(paths.neptune, by)
    begin_growing(paths.neptune, json.loads(GROWING.read_text(encoding="utf-8")), now)
    shutil.copyfile(GROWING, paths.growing)
    shift_json_file(JIRA_SEED, by, paths.jira)
    shift_json_file(STORY, by, paths.story)
