"""Start everything on this machine."""

import argparse
import os

from portal import supervisor

HELP = "start the portal here, in the foreground; Ctrl-C stops it"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=os.environ.get("LABLEDGER_LISTEN", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=port(), help="default: 8000, or the next free")
    parser.add_argument("--no-demo", action="store_true", help="a new database stays empty")


def port() -> int | None:
    wished = os.environ.get("LABLEDGER_PORT", "")
    return int(wished) if wished else None


def main(chosen: argparse.Namespace) -> int:
    wish = supervisor.Wish(host=chosen.host, port=chosen.port, demo=not chosen.no_demo)
    return supervisor.run(wish)
