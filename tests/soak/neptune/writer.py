"""Who writes to a practice Neptune: asking it in the words of the real client's
requests, and choosing what to write to."""

import json
from collections import Counter
from random import Random
from typing import Any

from demo.neptune import Practice
from demo.neptune.answers import ANSWERS
from demo.neptune.asking import Ask
from demo.neptune.fields import Container

KEPT = ("file", "artifact", "floatSeries", "stringSeries")


class Writer:
    """All of it under the store's lock."""

    def __init__(self, practice: Practice, seed: int) -> None:
        self.practice = practice
        self.store = practice.store
        self.chance = Random(seed)
        self.lost: Counter[str] = Counter()

    def _do(self, operation: str, body: Any = None, *, raw: bytes = b"", **query: str) -> Any:
        content = raw or json.dumps(body).encode()
        lists = {name: [value] for name, value in query.items()}
        ask = Ask(self.store, self.practice, "ann", query, lists, {}, content)
        return ANSWERS[operation](ask)

    def _change(self, container: Container, path: str, name: str, **body: Any) -> None:
        self._do("executeOperations", [{"path": path, name: body}], experimentId=container.id)

    def _some(self, kind: str = "run", *, trashed: bool = False) -> Container:
        return self.chance.choice(
            [
                one
                for one in self.store.containers.values()
                if one.kind == kind and one.trashed is trashed and self._may_see(one)
            ]
        )

    def _may_see(self, container: Container) -> bool:
        return self.store.projects[container.project].members is None

    def _with(self, kind: str) -> tuple[Container, str]:
        """A container and a path of it that holds such a thing."""
        return self.chance.choice(
            [
                (one, path)
                for one in self.store.containers.values()
                for path, field in one.fields.items()
                if field.type == kind and self._may_see(one)
            ]
        )

    def _project(self) -> str:
        return self.chance.choice(
            [one.qualified for one in self.store.projects.values() if one.members is None]
        )

    def _bytes(self) -> bytes:
        """Often of one size: the size alone tells nothing."""
        return self.chance.randbytes(self.chance.choice((64, 64, 64, 2_000)))

    def _may_lose(self, container: Container, members: int) -> bool:
        """Losing most of a run's series and files is not believed: so nobody does."""
        held = sum(
            len(one.value) if one.type in {"fileSet", "imageSeries"} else one.type in KEPT
            for one in container.fields.values()
        )
        if 2 * (self.lost[container.id] + members) > held - members:
            return False
        self.lost[container.id] += members
        return True

    def _create(self, kind: str, project: str, parent: str, **more: Any) -> Container:
        project_id = self.store.find_project(project)
        assert project_id is not None
        wanted = {"projectIdentifier": project, "type": kind, "parentId": parent, **more}
        made = self._do("createExperiment", wanted)
        return self.store.containers[made["id"]]
