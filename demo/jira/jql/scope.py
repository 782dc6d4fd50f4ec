"""What a query is read against: the truth, the picture of the index, a caller."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from demo.jira.things import Issue, Project
from demo.jira.truth import Truth


@dataclass(frozen=True, slots=True)
class Scope:
    """Names are looked up in the truth; values are those that the index knows."""

    truth: Truth
    picture: Mapping[int, Issue]
    viewer: str | None
    zone: ZoneInfo
    now: int

    def issue(self, word: str) -> Issue | None:
        """The issue of an id or key, when the caller may see it."""
        found = self.truth.issue(word)
        if found is None or not self.truth.visible(found, self.viewer):
            return None
        return found

    def project(self, word: str) -> Project | None:
        """The project of an id, key or name, when the caller may see it."""
        found = self.truth.project(word) or self._named(word)
        if found is None or not self.truth.visible_project(found, self.viewer):
            return None
        return found

    def sprints_of(self, issue: Issue) -> tuple[int, ...]:
        """As the index sees them: a sub-task is in its parent's sprints."""
        if self.truth.types[issue.type].level >= 0 or issue.parent is None:
            return issue.sprints
        parent = self.picture.get(issue.parent)
        return parent.sprints if parent else ()

    def _named(self, name: str) -> Project | None:
        lowered = name.lower()
        known = self.truth.projects.values()
        return next((found for found in known if found.name.lower() == lowered), None)
