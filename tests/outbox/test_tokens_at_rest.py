"""People's tokens are sealed, rotated with all others, and gone with their source."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from sources import removal
from sprints.outbox import asking
from sprints.outbox.models import JiraToken, Write
from tests.outbox.desk import LEA, Desk


@pytest.fixture
def manner() -> str:
    return "dc"


@pytest.fixture
def rotate() -> Callable[[], str]:
    def said() -> str:
        out = StringIO()
        call_command("rotate", stdout=out)
        return out.getvalue()

    return said


def test_tokens_move_to_the_newest_key(
    desk: Desk, settings: Any, rotate: Callable[[], str]
) -> None:
    old, new = settings.CREDENTIAL_KEYS[0], Fernet.generate_key().decode()
    desk.token_of(desk.lead, LEA, "")
    settings.CREDENTIAL_KEYS = [new, old]
    assert "2 stored secrets" in rotate()
    settings.CREDENTIAL_KEYS = [new]
    assert JiraToken.objects.get().secret == LEA


def test_a_token_that_no_key_opens_is_told_of_and_writes_are_refused(
    desk: Desk, settings: Any, rotate: Callable[[], str]
) -> None:
    desk.token_of(desk.lead, LEA, "")
    asking.relabel(desk.task, add=["a"], remove=[], by=desk.lead)
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="lea at Jira"):
        rotate()
    desk.deliver()
    assert desk.write("labels").state == "refused"
    assert "cannot be read with the present keys" in desk.write("labels").error


def test_a_source_that_goes_takes_its_writes_and_tokens_along(desk: Desk) -> None:
    desk.token_of(desk.lead, LEA, "")
    asking.relabel(desk.task, add=["a"], remove=[], by=desk.lead)
    removal.hold(desk.jira)
    assert desk.deliver() == 0, "nothing is written while it goes"
    removal.remove(desk.jira)
    assert (Write.objects.count(), JiraToken.objects.count()) == (0, 0)
