"""What a connector asks before it reads again: is this run stored as it is now?"""

from collections.abc import Iterator, Mapping, Sequence

from sources.models import Source
from tracking.models import Run
from tracking.streams.naming import owner_key


def seen(source: Source, runs: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Of (project, run) pairs, by run: what its connector noted of it when it was
    stored (`seen` of its provenance). Hidden runs are not among them."""
    keys = [owner_key(source, "run", project, run) for project, run in runs]
    shown = Run.objects.filter(key__in=keys, removed_at=None)
    noted = shown.values_list("handle", "provenance__seen")
    return {handle: str(told) for handle, told in noted if told is not None}


def shown(source: Source) -> Iterator[tuple[str, str]]:
    """(project, run) of every run of a source that is not hidden."""
    runs = Run.objects.filter(source=source, removed_at=None)
    for name in runs.values_list("external_id", flat=True).iterator():
        project, _, run = name.partition("\n")
        yield project, run
