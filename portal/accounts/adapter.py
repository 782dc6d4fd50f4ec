from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from portal.accounts.invitations import mail_is_set_up

log = structlog.get_logger(__name__)


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up: an administrator invites."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Without a mail server mails would end in the log, with their links in them."""
        if mail_is_set_up():
            super().send_mail(template_prefix, email, context)
        else:
            log.warning("mail is not set up", mail=template_prefix)
