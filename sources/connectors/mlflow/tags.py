"""MLflow's tags have names and values; a run here has words. Pure."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

OWN = "mlflow."
TASKS = "labledger.task"  # written by ourselves: the keys of a run's tasks, with commas
LONGEST = 200
MANY = 20_000  # tags that are remembered
LONGEST_READ = 2_000  # characters of a value, in which keys are looked for
SAYS_YES = frozenset({"", "true", "yes", "1"})
KEY = re.compile(r"[A-Za-z]\w*-[0-9]+", re.ASCII)
SPRINT = re.compile(r"(?:sprint[\s\-_#:.]{0,3}|s)[0-9]{1,6}", re.ASCII | re.IGNORECASE)
PARTED = re.compile(r"[,;\n]")
WRAPPING = " \t\"'[](){}"


def words_of(tags: Mapping[str, str]) -> list[str]:
    """The words that a team would have written in a tracker with plain tags.

    `best=true` is the word best; `sprint=49` the word sprint 49; a task's key
    or a sprint among the values, `jira=DOC-2698, DOC-2701`, is a word of its own.
    Everything short is also there as `name=value`, to be found by.
    """
    found = {
        word
        for name, value in tags.items()
        if not name.startswith(OWN)
        for word in words(name.strip(), value.strip())
    }
    return sorted(found)


def words(name: str, value: str) -> tuple[str, ...]:
    """Remembered where it is short: many runs have one tag."""
    short = len(name) + len(value) < LONGEST
    return remembered(name, value) if short else tuple(_words(name, value))


@lru_cache(MANY)
def remembered(name: str, value: str) -> tuple[str, ...]:
    return tuple(_words(name, value))


def _words(name: str, value: str) -> Iterator[str]:
    if name == TASKS:
        yield from tasks_of(value)
        return
    if value.lower() in SAYS_YES:
        yield name
        return
    if len(name) + len(value) < LONGEST:
        yield f"{name}={value}"
    for part in _parts(value):
        if KEY.fullmatch(part) or SPRINT.fullmatch(part):
            yield part
        elif name.lower() == "sprint" and part.isdecimal():
            yield f"sprint {part}"


def tasks_of(value: str) -> list[str]:
    """The keys in a tag of ours, in their order."""
    return [part for part in _parts(value) if KEY.fullmatch(part)]


def _parts(value: str) -> Iterator[str]:
    return (piece.strip(WRAPPING) for piece in PARTED.split(value[:LONGEST_READ]))


def commit_of(tags: Mapping[str, str]) -> dict[str, object] | None:
    """What MLflow says of the code: in a git repository, nothing of a dirty tree."""
    commit = tags.get("mlflow.source.git.commit")
    if not commit:
        return None
    remote = tags.get("mlflow.source.git.repoURL")
    known = {
        "commit": commit,
        "branch": tags.get("mlflow.source.git.branch"),
        "remotes": [remote] if remote else None,
    }
    return {name: value for name, value in known.items() if value}
