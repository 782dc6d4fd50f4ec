"""What an answer is given, and what it may give back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from demo.neptune.fields import Container, Field, Project
from demo.neptune.store import Store


class Refusal(Exception):
    def __init__(
        self,
        status: int,
        title: str,
        *,
        error_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.headers = headers or {}
        self.body = {"code": status, "title": title, "errorType": error_type}


@dataclass(frozen=True, slots=True)
class Reply:
    """Bytes, where the answer is not JSON."""

    content: bytes
    type: str = "application/octet-stream"
    name: str = ""


@dataclass(slots=True)
class Ask:
    """One request, by a known user (empty only where none is needed)."""

    store: Store
    server: Any  # the Practice: its address, open uploads, settings
    user: str
    query: dict[str, str]
    lists: dict[str, list[str]]
    headers: Mapping[str, str]
    raw: bytes = b""
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else {}

    def number(self, name: str, default: int = 0) -> int:
        return int(self.query.get(name) or default)

    def project(self, identifier: str) -> Project:
        """404 where there is none, or where it may as well not be there."""
        found = self.store.find_project(identifier)
        if found is None or (found.members is not None and self.user not in found.members):
            raise Refusal(404, "Project not found", error_type="PROJECT_NOT_FOUND")
        return found

    def container(self, *names: str) -> Container:
        for name in names or ("experimentId",):
            found = self.store.find(self.query.get(name, ""))
            if found is not None:
                self.project(found.project)
                return found
        raise Refusal(404, "Experiment not found", error_type="EXPERIMENT_NOT_FOUND")

    def field(self, *kinds: str) -> Field:
        found = self.container().fields.get(self.query["attribute"])
        if found is None or found.type not in kinds:
            raise Refusal(404, "Attribute not found", error_type="ATTRIBUTE_NOT_FOUND")
        return found
