"""Make an account for somebody, without the pages."""

import argparse

from portal import processes

HELP = "invite somebody by e-mail address; prints the link that sets their password"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email")
    parser.add_argument("--role", default="contributor", help="default: contributor")
    parser.add_argument("--address", default="", help="the portal's, for the link")


def main(chosen: argparse.Namespace) -> int:
    address = [f"--address={chosen.address}"] if chosen.address else []
    return processes.ask_django("invite", f"--role={chosen.role}", *address, chosen.email)
