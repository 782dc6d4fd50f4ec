"""The one way in which a practice Jira says no."""


class Refused(Exception):
    """A request that is answered with an error, in Jira's shape.

    `errors` names fields; `messages` are about the whole request.
    """

    def __init__(self, status: int, *messages: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(status, messages, errors)
        self.status = status
        self.messages = messages
        self.errors = errors or {}


def not_found() -> Refused:
    """The same words for what is gone and for what may not be seen, as in Jira."""
    return Refused(404, "Issue does not exist or you do not have permission to see it.")
