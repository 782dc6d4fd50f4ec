"""The run itself: where it was logged, its code, its parameters and seeds."""

import hashlib
from collections.abc import Iterator
from typing import Any

import zstandard

from handoff.facts.fact import Fact, missing, stated
from handoff.facts.gathered import Gathered
from handoff.facts.work import moment
from sources.connectors.base import Json

NO_GIT = "the run kept no commit"


def facts(known: Gathered) -> Iterator[Fact]:
    yield _run(known)
    yield _snapshot(known)
    yield _commit(known)
    yield _tree(known)
    yield _entry_point(known)
    yield _parameters(known)
    yield _seeds(known)


def _run(known: Gathered) -> Fact:
    run = known.run
    value: dict[str, Json] = {
        "tracker": known.source.kind,
        "source": known.source.name,
        "project": known.project.name if known.project else "",
        "id": run.handle,
        "name": run.name,
        "owner": run.owner,
        "state": run.state,
        "started_at": moment(run.started_at),
        "finished_at": moment(run.finished_at),
        "tags": list(run.tags),
    }
    concern = "" if run.state == "finished" else f"the run is {run.state}"
    if run.trashed or run.removed_at:
        concern = "the run was deleted in its tracker"
    note = f"{run.handle} in {known.source.name}, {run.state}"
    return Fact("run", "run", "Run", "imported", value, note, concern)


def _snapshot(known: Gathered) -> Fact:
    """The digest of the tracker's own words as we read them: what was imported."""
    title = "Snapshot of the tracker's words"
    if known.payload is None:
        return missing("run", "snapshot", title, "the raw record was not kept")
    words = zstandard.ZstdDecompressor().decompress(bytes(known.payload.body))
    digest = hashlib.sha256(words).hexdigest()
    value: dict[str, Json] = {
        "sha256": digest,
        "size": len(words),
        "fetched_at": moment(known.payload.fetched_at),
    }
    note = f"sha256 {digest[:12]}…, read {known.payload.fetched_at:%Y-%m-%d %H:%M} UTC"
    return Fact("run", "snapshot", title, "verified", value, note)


def _commit(known: Gathered) -> Fact:
    commit = known.run.code.get("commit")
    if not commit:
        why = known.gap("commit", "git") or NO_GIT
        return stated(known.stated, "code", "commit", "Commit", lacking=why)
    value: dict[str, Json] = {
        "commit": commit,
        "branch": known.run.code.get("branch"),
        "message": known.run.code.get("message"),
        "remotes": known.run.code.get("remotes"),
    }
    return Fact("code", "commit", "Commit", "imported", value, str(commit))


def _tree(known: Gathered) -> Fact:
    """Whether the code differed from its commit."""
    title, dirty = "Working tree as committed", known.run.code.get("dirty")
    diffs = [one for one in known.artifacts_of("source-diff") if one.blob_id]
    if dirty is None and not diffs:
        return missing("code", "dirty", title, known.gap("dirty", "git") or NO_GIT)
    if not dirty and not diffs:
        return Fact("code", "dirty", title, "imported", value=False, note="clean")
    attached = "its difference is attached" if diffs else "its difference was not kept"
    note = f"the tree was changed; {attached}"
    return Fact("code", "dirty", title, "imported", value=True, note=note, concern=note)


def _entry_point(known: Gathered) -> Fact:
    code = known.run.code
    found = code.get("entrypoint") or code.get("entry_point")
    if not found:
        why = known.gap("entry") or "the run did not log it"
        return missing("code", "entry_point", "Entry point", why)
    return Fact("code", "entry_point", "Entry point", "imported", str(found), str(found))


def _parameters(known: Gathered) -> Fact:
    parameters: dict[str, Any] = known.run.parameters
    if not parameters:
        why = known.gap("param") or "the run logged none"
        return missing("parameters", "parameters", "Parameters", why)
    note = f"{len(parameters)} logged"
    return Fact("parameters", "parameters", "Parameters", "imported", parameters, note)


def _seeds(known: Gathered) -> Fact:
    found = {name: value for name, value in known.run.parameters.items() if "seed" in name.lower()}
    if not found:
        return missing("parameters", "seeds", "Seeds", "no parameter is called a seed")
    note = ", ".join(f"{name} = {value}" for name, value in sorted(found.items()))
    return Fact("parameters", "seeds", "Seeds", "imported", found, note)
