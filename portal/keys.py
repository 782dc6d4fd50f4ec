"""The secrets of an installation, made once and kept closed."""

import base64
import os
import secrets
from pathlib import Path

KEYRING = "labledger_credential_keys"
NAMES = ("labledger_secret_key", KEYRING)
LENGTH = 32  # bytes


def make(data: Path) -> list[str]:
    """Makes what is missing; never touches what is there. Returns what it made.

    The credential key is a Fernet key: without it every stored token of a
    source is lost, so a backup must hold it.
    """
    folder = data / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    return [name for name in NAMES if write_once(folder / name, fresh())]


def fresh() -> str:
    """Random bytes in the form that Fernet reads; Django takes any text."""
    return base64.urlsafe_b64encode(secrets.token_bytes(LENGTH)).decode()


def write_once(file: Path, text: str) -> bool:
    """Closed from its first byte on. False when somebody wrote it before."""
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(number, "w") as opened:
        opened.write(text + "\n")
    return True


def is_key(text: str) -> bool:
    """Whether it encrypts credentials: 32 bytes in that form."""
    try:
        return len(base64.urlsafe_b64decode(text)) == LENGTH
    except ValueError:
        return False
