"""The search index: what search believes, some seconds behind the truth."""

from collections import deque
from collections.abc import Iterable, Mapping

from demo.jira.things import Issue


class SearchIndex:
    """Issues as search sees them. A deletion, too, is noticed only after `lag` seconds.

    `generation` grows whenever the picture changes, so that a result may be
    kept for as long as it stays the same.
    """

    def __init__(self, lag: float = 0.0) -> None:
        self.lag = lag
        self.generation = 0
        self._seen: dict[int, Issue] = {}
        self._pending: deque[tuple[int, int, Issue | None]] = deque()

    def note(self, issue_id: int, issue: Issue | None, at: int) -> None:
        """Remember a change of the truth (None: deleted); it shows `lag` seconds later."""
        self._pending.append((at + int(self.lag * 1000), issue_id, issue))

    def catch_up(self, now: int) -> Mapping[int, Issue]:
        """All that has become visible by `now`."""
        while self._pending and self._pending[0][0] <= now:
            self._show(*self._pending.popleft()[1:])
        return self._seen

    def settle(self) -> None:
        """Forget the lag of everything noted so far."""
        while self._pending:
            self._show(*self._pending.popleft()[1:])

    def reconciled(self, issues: Iterable[tuple[int, Issue | None]]) -> Mapping[int, Issue]:
        """A copy of the picture with these issues as they truly are."""
        picture = dict(self._seen)
        for issue_id, issue in issues:
            _place(picture, issue_id, issue)
        return picture

    def _show(self, issue_id: int, issue: Issue | None) -> None:
        _place(self._seen, issue_id, issue)
        self.generation += 1


def _place(picture: dict[int, Issue], issue_id: int, issue: Issue | None) -> None:
    if issue is None:
        picture.pop(issue_id, None)
    else:
        picture[issue_id] = issue
