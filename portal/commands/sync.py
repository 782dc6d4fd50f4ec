"""Read a source now."""

import argparse

from portal import processes

HELP = "read a source now; --follow shows it until it ends"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", help="the last word of the source's address")
    parser.add_argument("--follow", action="store_true", help="stay and show how far it is")


def main(chosen: argparse.Namespace) -> int:
    """0 when it ended well or goes on by itself, 1 when it failed, 3 when it was
    refused and a person must act, 130 after Ctrl-C, which leaves it running."""
    more = ["--follow"] if chosen.follow else []
    return processes.watch_django("sync", chosen.slug, *more)
