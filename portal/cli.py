"""The `labledger` command. Each verb is a file in portal/commands."""

import argparse
import sys
from collections.abc import Sequence

from portal.commands import backup, doctor, invite, key, remap, reset, rotate, run, sync

VERBS = (run, reset, doctor, sync, remap, backup, invite, key, rotate)


def main(words: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 when all went well, 1 when something is wrong."""
    parser = argparse.ArgumentParser("labledger", description="A machine-learning team's portal.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for verb in VERBS:
        name = verb.__name__.rsplit(".", 1)[1]
        own = verbs.add_parser(name, help=verb.HELP, description=verb.HELP)
        verb.arguments(own)
        own.set_defaults(run=verb.main)
    chosen = parser.parse_args(words)
    code: int = chosen.run(chosen)
    return code


if __name__ == "__main__":
    sys.exit(main())
