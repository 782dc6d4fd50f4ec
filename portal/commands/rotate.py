"""Stored credentials under the newest key."""

import argparse

from portal import processes

HELP = "encrypt every stored secret anew, with the newest credential key"


def arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def main(_chosen: argparse.Namespace) -> int:
    return processes.ask_django("rotate")
