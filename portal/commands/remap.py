"""Map anew what is stored of a source."""

import argparse

from portal import processes

HELP = "map anew what is stored of a source, asking it for nothing"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", help="the last word of the source's address")
    parser.add_argument("--follow", action="store_true", help="stay and show how far it is")


def main(chosen: argparse.Namespace) -> int:
    """The exit codes are those of `labledger sync`."""
    more = ["--follow"] if chosen.follow else []
    return processes.watch_django("remap", chosen.slug, *more)
