"""Runs, models and model versions: making, finding, changing, throwing away."""

from collections.abc import Callable
from typing import Any

from demo.neptune import operations
from demo.neptune.asking import Ask, Refusal
from demo.neptune.fields import Container, Project
from demo.neptune.properties import attribute
from demo.neptune.store import derived
from demo.neptune.times import heard, milliseconds, spoken


def create(ask: Ask) -> dict[str, Any]:
    """A run with a custom id that is known is that run again, as in the original."""
    wanted = ask.body
    project = ask.project(wanted["projectIdentifier"])
    known = by_custom_id(ask, project, wanted.get("customId") or "")
    if known:
        return told(ask, known)
    made = container(ask, project, wanted)
    if ask.store.find(f"{project.qualified}/{made.sys_id}"):
        raise Refusal(409, f"{made.sys_id} is there")
    ask.store.admit(made)
    return told(ask, made)


def by_custom_id(ask: Ask, project: Project, custom_id: str) -> Container | None:
    if not custom_id:
        return None
    runs = ask.store.of_project(project)
    return next((run for run in runs if run.custom_id == custom_id), None)


def container(ask: Ask, project: Project, wanted: dict[str, Any]) -> Container:
    parent = ask.store.find(wanted["parentId"])
    sys_id = number(project, wanted, parent)
    made = Container(
        derived(project.id, sys_id),
        wanted["type"],
        project.id,
        sys_id,
        {},
        custom_id=wanted.get("customId") or "",
        parent=parent.id if parent and parent.kind == "model" else "",
    )
    born(ask, made)
    referred(made, wanted)
    if made.kind == "modelVersion" and parent:
        made.put("sys/model_id", "string", parent.sys_id)
        made.put("sys/stage", "string", "none")
    return made


def number(project: Project, wanted: dict[str, Any], parent: Container | None) -> str:
    """The short id: DOC-1 of a run, DOC-CLS of a model, DOC-CLS-1 of its version."""
    if wanted["type"] == "model":
        return f"{project.key}-{wanted['key']}"
    if wanted["type"] == "run":
        return f"{project.key}-{project.next_number('run')}"
    if parent is None:
        raise Refusal(404, "No such model")
    return f"{parent.sys_id}-{project.next_number(parent.sys_id)}"


def born(ask: Ask, made: Container) -> None:
    now = milliseconds(ask.store.now)
    for path in ("creation_time", "modification_time", "ping_time"):
        made.put(f"sys/{path}", "datetime", now)
    for path, kind, value in (
        ("id", "string", made.sys_id),
        ("owner", "string", ask.user),
        ("trashed", "bool", False),
        ("size", "float", 0.0),
        ("running_time", "float", 0.0),
        ("monitoring_time", "int", 0),
    ):
        made.put(f"sys/{path}", kind, value)
    if made.custom_id:
        made.put("sys/custom_run_id", "string", made.custom_id)


def referred(made: Container, wanted: dict[str, Any]) -> None:
    """Git and notebook references, which only the server writes."""
    if wanted.get("gitInfo"):
        made.put("source_code/git", "gitRef", git(wanted["gitInfo"]))
    if wanted.get("notebookId"):
        notebook = {
            "notebookId": wanted["notebookId"],
            "notebookName": wanted["notebookId"],
            "checkpointId": wanted.get("checkpointId") or "",
            "checkpointName": wanted.get("checkpointId") or "",
        }
        made.put("source_code/notebook", "notebookRef", notebook)


def git(told_by_client: dict[str, Any]) -> dict[str, Any]:
    commit = dict(told_by_client["commit"])
    commit["commitDate"] = spoken(heard(commit["commitDate"]))
    return told_by_client | {"commit": commit}


def told(ask: Ask, found: Container) -> dict[str, Any]:
    project = ask.store.projects[found.project]
    return {
        "id": found.id,
        "shortId": found.sys_id,
        "type": found.kind,
        "organizationName": project.workspace,
        "projectName": project.name,
        "trashed": found.trashed,
    }


def get(ask: Ask) -> dict[str, Any]:
    return told(ask, ask.container())


def attributes(ask: Ask) -> dict[str, Any]:
    found = ask.container()
    ask.store.settle(found)
    return {"attributes": [attribute(path, field) for path, field in found.fields.items()]}


def execute(ask: Ask) -> list[dict[str, str]]:
    errors = operations.apply(ask.store, ask.container(), ask.body)
    return [{"errorDescription": error} for error in errors]


def ping(ask: Ask) -> dict[str, Any]:
    """Keeps the run running, and does not count as a change of it."""
    pinged(ask.container(), milliseconds(ask.store.now))
    return {}


def pinged(found: Container, now: int) -> None:
    since = now - found.atom("sys/creation_time")
    found.put("sys/ping_time", "datetime", now)
    found.put("sys/running_time", "float", since / 1000)


def trash(ask: Ask) -> dict[str, Any]:
    return each(ask, lambda found: throw(ask, found))


def throw(ask: Ask, found: Container) -> None:
    ask.store.set_trashed(found, trashed=True)
    for child in [held for held in ask.store.containers.values() if held.parent == found.id]:
        ask.store.set_trashed(child, trashed=True)


def delete(ask: Ask) -> dict[str, Any]:
    return each(ask, lambda found: destroy(ask, found))


def destroy(ask: Ask, found: Container) -> None:
    if not found.trashed:
        raise Refusal(400, f"{found.sys_id} is not in the trash")
    ask.store.remove(found)


def each(ask: Ask, change: Callable[[Container], None]) -> dict[str, Any]:
    """Does it to each that is named; what cannot be done is told in words."""
    ask.project(ask.query["projectIdentifier"])
    done, errors = [], []
    for name in ask.body:
        found = ask.store.find(name)
        try:
            change(found) if found else errors.append(f"{name} not found")
        except Refusal as refusal:
            errors.append(str(refusal))
        else:
            done.append(name)
    return {"updatedExperimentIdentifiers": done, "errors": errors}


def delete_all(ask: Ask) -> dict[str, Any]:
    project = ask.project(ask.query["projectIdentifier"])
    gone = [found for found in ask.store.of_project(project) if found.trashed]
    for found in gone:
        if found.id in ask.store.containers:
            ask.store.remove(found)
    return {"updatedExperimentIdentifiers": [found.id for found in gone], "errors": []}


def checkpoint(ask: Ask) -> dict[str, str]:
    return {"id": derived("checkpoint", ask.query["notebookId"], ask.body["path"])}


ANSWERS = {
    "createExperiment": create,
    "getExperiment": get,
    "getExperimentAttributes": attributes,
    "executeOperations": execute,
    "ping": ping,
    "trashExperiments": trash,
    "deleteExperiments": delete,
    "deleteAllExperiments": delete_all,
    "createEmptyCheckpoint": checkpoint,
}
