"""A person's name leaves the outbox. What was written to Jira or MLflow stays there."""

from django.db import transaction
from django.db.models import Q

from sprints.outbox.asking import Refused
from sprints.outbox.models import JiraToken, Write

SAVED = ("asked", "state", "error", "told", "account", "account_id", "claim", "lease_until")


@transaction.atomic
def forget_person(user: int, *, now_called: str) -> None:
    """Their tokens go, what they asked for and was not sent is dropped, and their name
    is taken out of the rest. Refused while something of theirs is on its way."""
    held = Write.objects.filter(Q(by=user) | Q(through=user)).select_for_update(of=("self",))
    for write in held:
        if write.state == "sending" and not write.is_left:
            raise Refused("Something of theirs is on its way: try again in a minute.")
        if write.by_id == user:
            _unname(write, now_called)
        if write.through_id == user:
            write.account = write.account_id = ""
        write.save(update_fields=SAVED)
    JiraToken.objects.filter(user=user).delete()


def _unname(write: Write, now_called: str) -> None:
    if "who" in write.asked:
        write.asked = {**write.asked, "who": now_called}
    if write.is_open:
        write.state, write.error = "dropped", ""
        write.take_back()
        write.tell("dropped", "who asked for it was erased")
