"""A new key for stored credentials, and what to do with it."""

import argparse

from portal import keys
from portal.environment import folder

HELP = "print a new credential key, and how to change keys"
HOW = """{key}

That is a new key for stored credentials. Nothing was changed. To change keys:
  1. Put it before the old one, with a space between, into LABLEDGER_CREDENTIAL_KEYS
     or into {file}
     The first key encrypts, all of them decrypt.
  2. Restart web, workers and beat.
  3. labledger rotate
  4. Take the old key away and restart. Backups made before still need it: keep it with them.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def main(_chosen: argparse.Namespace) -> int:
    file = folder() / "keys" / "labledger_credential_keys"
    print(HOW.format(key=keys.fresh(), file=file), end="")
    return 0
