"""Everything the practice Neptune knows, in memory, behind one lock."""

import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo.neptune import redating, snapshot
from demo.neptune.blobs import Blobs
from demo.neptune.fields import Container, Project
from demo.neptune.times import milliseconds

NAMESPACE = uuid.UUID("6f1f9a52-3f0e-5c56-9d0c-0f2f1f6f6c11")
IDLE_AFTER = timedelta(minutes=1)


class Store:
    """Projects, containers, artifacts and blobs. Ids are derived, never drawn,
    so that the same work logged twice dumps to the same snapshot."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.projects: dict[str, Project] = {}
        self.containers: dict[str, Container] = {}
        self.artifacts: dict[str, list[dict[str, Any]]] = {}
        self.blobs = Blobs()
        self.idle_after = IDLE_AFTER
        self._frozen: datetime | None = None
        self._names: dict[str, str] = {}

    @property
    def now(self) -> datetime:
        """The server's clock. Set a moment to stop it there, None to let it run."""
        return self._frozen or datetime.now(UTC)

    @now.setter
    def now(self, moment: datetime | None) -> None:
        self._frozen = moment

    # ── projects ─────────────────────────────────────────────────────────────

    def add_project(self, name: str, *, key: str, members: list[str] | None = None) -> Project:
        """`name` is "workspace/project". A project that is there stays as it is."""
        found = self.find_project(name)
        if found:
            return found
        workspace, _, short = name.partition("/")
        made = Project(derived("project", name), workspace, short, key, members=members)
        self.projects[made.id] = made
        self._admit(Container(made.id, "project", made.id, key, {}), name)
        return made

    def find_project(self, identifier: str) -> Project | None:
        """By id or by "workspace/project"."""
        return self.projects.get(self._names.get(identifier, identifier))

    # ── containers ───────────────────────────────────────────────────────────

    def find(self, identifier: str) -> Container | None:
        """By id or by "workspace/project/DOC-1"."""
        return self.containers.get(self._names.get(identifier, identifier))

    def of_project(self, project: Project) -> list[Container]:
        return [held for held in self.containers.values() if held.project == project.id]

    def admit(self, container: Container) -> None:
        """Takes in a container of a project that is there."""
        qualified = self.projects[container.project].qualified
        self._admit(container, f"{qualified}/{container.sys_id}")

    def _admit(self, container: Container, name: str) -> None:
        self.containers[container.id] = container
        self._names[name] = container.id

    def remove(self, container: Container) -> None:
        """For good; a model takes its versions along."""
        qualified = self.projects[container.project].qualified
        del self.containers[container.id]
        del self._names[f"{qualified}/{container.sys_id}"]
        for child in [held for held in self.containers.values() if held.parent == container.id]:
            self.remove(child)

    def touch(self, container: Container) -> None:
        container.put("sys/modification_time", "datetime", milliseconds(self.now))

    def set_trashed(self, container: Container, *, trashed: bool) -> None:
        container.put("sys/trashed", "bool", trashed)
        self.touch(container)

    def settle(self, *containers: Container) -> None:
        """A run whose client has not been heard for a while is idle; nothing
        else of it changes then, its modification time neither."""
        latest = milliseconds(self.now - self.idle_after)
        for container in containers:
            if container.kind == "project":
                continue
            state = "running" if (container.atom("sys/ping_time") or 0) > latest else "idle"
            if container.atom("sys/state") != state:
                container.put("sys/state", "experimentState", state)

    # ── for whoever makes a sample ───────────────────────────────────────────

    def restore(self, name: str) -> None:
        """Out of the trash; the client has no call for it."""
        self.set_trashed(self.require(name), trashed=False)

    def assign(self, name: str, path: str, kind: str, value: Any) -> None:
        """Writes one field past the client, as the server itself would."""
        self.require(name).put(path, kind, value)

    def redate(self, name: str, created: datetime, *, ran: timedelta | None = None) -> None:
        """Moves a run in time: it starts at `created` and, where `ran` is
        given, everything in it is stretched to take that long."""
        redating.redate(self.require(name), created, ran)

    def require(self, name: str) -> Container:
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        return found

    # ── on disk ──────────────────────────────────────────────────────────────

    def dump(self, folder: Path | str) -> None:
        """Writes neptune.json and blobs/ under `folder`, replacing what is there."""
        with self.lock:
            snapshot.dump(self, Path(folder))

    @classmethod
    def load(cls, folder: Path | str) -> "Store":
        """A store from a dumped folder. Blobs stay on disk until asked for."""
        made = cls()
        snapshot.load(made, Path(folder))
        return made

    def know(self, project: Project) -> None:
        """Takes in a project from a snapshot, before its containers."""
        self.projects[project.id] = project
        self._names[project.qualified] = project.id


def derived(*words: str) -> str:
    return str(uuid.uuid5(NAMESPACE, "/".join(words)))
