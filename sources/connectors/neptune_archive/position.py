"""How far an archive has been read, small enough to be saved with every page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sources.connectors.base import Json

VERSION = 1
WIDTH = 12  # characters of a group's mark


@dataclass(slots=True)
class Position:
    """A group is known by its mark, which holds the names, sizes and times of
    its files: a changed file makes another mark, and is read again.

    `done` are groups that were read to their end. Of the one in the middle,
    `at` is the mark, `batch` counts finished batches of runs and `steps` what
    is finished of the batch after those: its attributes, then row groups.
    """

    done: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)
    at: str = ""
    batch: int = 0
    steps: int = 0

    @classmethod
    def read(cls, saved: Json) -> "Position":
        """Anything that this version did not write means: from the start."""
        if not isinstance(saved, Mapping) or saved.get("version") != VERSION:
            return cls()
        done, at = saved.get("done"), saved.get("at")
        batch, steps = saved.get("batch"), saved.get("steps")
        if not (isinstance(done, str) and isinstance(at, str)):
            return cls()
        if not (isinstance(batch, int) and isinstance(steps, int)):
            return cls()
        marks = {done[i : i + WIDTH] for i in range(0, len(done), WIDTH)}
        return cls(done=marks, at=at, batch=batch, steps=steps)

    def is_done(self, mark: str) -> bool:
        """Asked once a group, and remembered: what is asked of is still there."""
        self.met.add(mark)
        return mark in self.done

    def begin(self, mark: str) -> None:
        if self.at != mark:
            self.at, self.batch, self.steps = mark, 0, 0

    def finish(self) -> None:
        self.done.add(self.at)
        self.at, self.batch, self.steps = "", 0, 0

    def forget_the_gone(self) -> None:
        """After a whole round: marks that no group has any more."""
        self.done &= self.met

    def saved(self) -> Json:
        return {
            "version": VERSION,
            "done": "".join(sorted(self.done)),
            "at": self.at,
            "batch": self.batch,
            "steps": self.steps,
        }
