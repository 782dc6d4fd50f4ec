"""What must be right about the settings before anybody is served.

Django runs these before its commands; `prepare` runs them before each start of
a served portal, so a wrong setting stops it with a hint and not with a
traceback in the middle of a page.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, messages, register
from django.core.exceptions import ImproperlyConfigured

from portal import keys

OURS = "labledger"
LONG_ENOUGH = 32
NEAR = {"localhost", "127.0.0.1", "[::1]", "::1", "testserver"}
MAKE_ONE = "Make one with `labledger key` and set it, or name its file in {name}_FILE."


@register(OURS)
def secret_key(**_: Any) -> list[CheckMessage]:
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:
        key = ""
    name = "LABLEDGER_SECRET_KEY"
    if not key:
        return [error("E001", f"{name} is not set.", MAKE_ONE.format(name=name))]
    if len(key) < LONG_ENOUGH and served():
        return [warning("W001", f"{name} is short and can be guessed.", MAKE_ONE.format(name=name))]
    return []


@register(OURS)
def credential_keys(**_: Any) -> list[CheckMessage]:
    name = "LABLEDGER_CREDENTIAL_KEYS"
    if not settings.CREDENTIAL_KEYS:
        hint = f"{MAKE_ONE.format(name=name)} Without it no source's credential can be stored."
        return [error("E002", f"{name} is not set.", hint)]
    wrong = [place for place, key in enumerate(settings.CREDENTIAL_KEYS, 1) if not keys.is_key(key)]
    return [
        error("E003", f"Key {place} of {name} is no key.", "32 bytes in base64: `labledger key`.")
        for place in wrong
    ]


@register(OURS)
def hosts(**_: Any) -> list[CheckMessage]:
    """Names by which others reach us, and what then must not be."""
    found: list[CheckMessage] = []
    if not settings.HTTPS and served():
        found.append(
            warning(
                "W002",
                "Others reach this portal (LABLEDGER_HOSTS) without HTTPS: "
                "passwords and sessions go over the wire in the clear.",
                "Put a proxy with a certificate before it and set LABLEDGER_HTTPS=1.",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name the portal's own hosts: links in mails are made from what the browser says."
        found.append(error("E004", "LABLEDGER_HOSTS allows every host.", hint))
    if settings.DEBUG and served():
        hint = "Take LABLEDGER_DEBUG away: its error pages show settings and rows to anybody."
        found.append(error("E005", "LABLEDGER_DEBUG is on where others reach us.", hint))
    return found


@register(OURS)
def origins(**_: Any) -> list[CheckMessage]:
    plain = [one for one in settings.CSRF_TRUSTED_ORIGINS if urlsplit(one).scheme != "https"]
    far = [one for one in plain if urlsplit(one).hostname not in NEAR]
    hint = "Write https://host, as the browser shows it."
    return [error("E006", f"LABLEDGER_ORIGINS trusts {one}.", hint) for one in far]


def served() -> bool:
    """Whether others than this machine reach us."""
    return not NEAR.issuperset(settings.ALLOWED_HOSTS)


def error(number: str, text: str, hint: str) -> CheckMessage:
    return Error(text, hint=hint, id=f"labledger.{number}")


def warning(number: str, text: str, hint: str) -> CheckMessage:
    return messages.Warning(text, hint=hint, id=f"labledger.{number}")
