"""The state of a practice Jira: the truth, and the verbs that change it."""

import json
from datetime import date
from pathlib import Path
from typing import Self

from demo.jira import seed
from demo.jira.verbs.notes import NoteVerbs
from demo.jira.verbs.site import SiteVerbs


class State(NoteVerbs, SiteVerbs):
    """A whole Jira in memory. Every verb takes effect at once for GET, and in
    search once the index lag (`state.index.lag`, in seconds) has passed."""

    @classmethod
    def load(cls, path: Path | str, *, today: date | None = None) -> Self:
        """Read a seed file; `today` moves its times (see `demo.jira.seed`)."""
        state = cls()
        with Path(path).open(encoding="utf-8") as file:
            seed.read(state, json.load(file), today=today)
        return state

    @classmethod
    def of(cls, document: dict[str, object], *, today: date | None = None) -> Self:
        """The same from a seed that is in memory already."""
        state = cls()
        seed.read(state, document, today=today)
        return state

    def dump(self, path: Path | str) -> None:
        """Write a seed file that loads as this state."""
        with self.lock, Path(path).open("w", encoding="utf-8") as file:
            json.dump(seed.write(self), file, ensure_ascii=False, indent=1)
            file.write("\n")

    def pass_time(self, seconds: float) -> None:
        """Put this Jira's clock forward."""
        self.ahead += int(seconds * 1000)
