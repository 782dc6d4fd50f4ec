"""What every connector speaks: pages of records, and two kinds of trouble."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Literal

type Json = bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None
type Beat = Callable[[], None]

# What kind a trouble is: what to do about each, sources/advice.py says.
type TroubleKind = Literal[
    "token", "hidden", "address", "certificate", "away", "slow", "broken", "quota", "spent", ""
]


def no_beat() -> None:
    """For who reads without a claim to keep: Test connection."""


class Trouble(Exception):
    """A connector's only exceptions. The text is for people: it says what
    happened, to what, and what to do, and never holds a secret. `kind` is empty
    where nobody knows more than the class."""

    def __init__(self, text: str, *, kind: TroubleKind = "") -> None:
        super().__init__(text)
        self.kind: TroubleKind = kind


class Unauthorized(Trouble):
    """A person must act: a token is wrong, expired, or may not see this."""


class Unavailable(Trouble):
    """Try again later: the other side is away, slow, broken, or wants a rest.

    `retry_at` is the time the other side asked us to wait for, if it did.
    """

    def __init__(
        self, text: str, *, retry_at: datetime | None = None, kind: TroubleKind = ""
    ) -> None:
        super().__init__(text, kind=kind)
        self.retry_at = retry_at


class Spent(Unavailable):
    """What one sync may ask of the other side is asked: the next one goes on."""

    def __init__(self, text: str) -> None:
        super().__init__(text, kind="spent")


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that should be here and is not, and why. Shown, never blank.

    `what` is a short name ("commit", "plots/roc_auc", "part 3 of DOC-4"),
    `why` is a clause in plain words ("not in the archive").
    """

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Page[Record]:
    """One batch of a stream. `resume` is where to go on once it is stored."""

    records: Sequence[Record]
    resume: Json
    gaps: Sequence[Gap] = ()
    total: int | None = None  # of the whole stream, where the source says it
    done: int | None = None  # of these, this page among them, in however many syncs


@dataclass(frozen=True, slots=True)
class Identity:
    """The answer of Test connection: who am I there, and what do I see?"""

    who: str
    projects: Sequence[str]
    server: str = ""  # product and version, in the server's words
    zone: str = ""  # the account's time zone, where it matters
    clock_skew: float | None = None  # seconds: the server's clock minus ours
    expires_at: datetime | None = None  # of the credential
    notes: Sequence[str] = ()


# ── what a webhook tells ─────────────────────────────────────────────────────


class Refused(Exception):
    """A delivery that is not believed, and why, in words for an administrator."""


@dataclass(frozen=True, slots=True)
class Told:
    """A hint: that something changed, and where to look. Never what it is now.

    `identifier` is the same when a delivery is repeated. `ids` are the changed
    things' own; `lists` are the streams, read whole, in which something changed.
    """

    identifier: str
    event: str
    ids: Sequence[str] = ()
    lists: Sequence[str] = ()


# ── what an experiment tracker yields ────────────────────────────────────────

type Kind = Literal["run", "model", "model_version"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One value of a run, as its tracker typed it.

    `type` is one of: string, int, float, bool, datetime, string_set, git,
    notebook, and (live tables only) float_series with the mapping
    {last, min, max, average, last_step, count} that the table held.
    datetimes are aware, string sets sorted.
    """

    type: str
    value: object


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run (or a registered model, or a version of one) without its series
    and files. `project` is the tracker's own name ("acme/documents"),
    `run` the tracker's own id ("DOC-1"). Where a project can be renamed, its
    `project` is the id that stays, and `project_name` what people read."""

    project: str
    run: str
    attributes: Mapping[str, Attribute]
    kind: Kind = "run"
    gaps: Sequence[Gap] = ()
    provenance: Mapping[str, Json] = field(default_factory=dict)
    trashed: bool = False
    project_name: str = ""


@dataclass(frozen=True, slots=True)
class SeriesRecord:
    """Some points of one series, ascending by step. A step's points are
    replaced by what is here; steps that are not here stay as they are, unless
    the series is written `anew`: then nothing of it from before is so any more,
    and there may be no points at all.

    Floats: `values` are floats (NaN and infinities allowed).
    Text: `values` are strings. `times` are epoch milliseconds, UTC.
    `archive` is the archive they lie in, as the run's provenance names it.
    """

    project: str
    run: str
    path: str
    type: Literal["float", "text"]
    steps: Sequence[float]
    times: Sequence[int]
    values: Sequence[float] | Sequence[str]
    kind: Kind = "run"
    archive: str = ""
    anew: bool = False


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of a run. A file set's zip is opened by the connector: one
    record a member.

    `open` gives a fresh stream of the bytes, once a call; None when there
    are none to be had, and then `missing` says why. `listed` is what a
    tracker tells of a file it does not hold (a dataset's files: path, hash,
    size), as JSON.
    """

    project: str
    run: str
    path: str
    size: int | None
    open: Callable[[], BinaryIO] | None
    kind: Kind = "run"
    missing: str = ""
    name: str = ""  # the original file name with its ending, where known
    step: float | None = None
    version: str = ""  # changes when the bytes may have changed
    listed: Json = None
    archive: str = ""  # that it lies in, as the run's provenance names it


@dataclass(frozen=True, slots=True)
class Removal:
    """A run that is gone for good from its tracker."""

    project: str
    run: str
    kind: Kind = "run"


@dataclass(frozen=True, slots=True)
class Contents:
    """The paths of all series and files that a run has now, told behind them:
    what else is stored of it is gone from its tracker.

    Of the file sets in `sets` nobody has looked which members they have now; the
    members of the others are among `files`.
    """

    project: str
    run: str
    series: frozenset[str]
    files: frozenset[str]
    sets: frozenset[str] = frozenset()
    kind: Kind = "run"


type TrackerRecord = RunRecord | SeriesRecord | FileRecord | Contents | Removal
