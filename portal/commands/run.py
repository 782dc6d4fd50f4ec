"""Start everything on this machine."""

import argparse
import os

from portal import supervisor

HELP = "start the portal here, in the foreground; Ctrl-C stops it"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=os.environ.get("LABLEDGER_LISTEN", "127.0.0.1"))
    # A text as default is read as what is typed: a wrong one is said in words, and here only.
    wished = os.environ.get("LABLEDGER_PORT") or None
    parser.add_argument("--port", type=port, default=wished, help="default: 8000, or the next free")
    parser.add_argument("--no-demo", action="store_true", help="a new database stays empty")


def port(wished: str) -> int:
    """0 to 65535; 0 lets the machine choose."""
    if not wished.strip().isdecimal() or int(wished) >= 1 << 16:
        raise argparse.ArgumentTypeError(f"{wished!r} is no port (LABLEDGER_PORT or --port)")
    return int(wished)


def main(chosen: argparse.Namespace) -> int:
    wish = supervisor.Wish(host=chosen.host, port=chosen.port, demo=not chosen.no_demo)
    return supervisor.run(wish)
