"""`python -m demo.jira`: serve a seed until interrupted."""

import argparse
import signal
from datetime import date
from pathlib import Path
from threading import Event

from demo.jira.crowd import crowd
from demo.jira.server import Practice
from demo.jira.state import State


def main() -> None:
    """Serve until SIGINT or SIGTERM; with --keep, go on from where it was."""
    asked = _arguments()
    state = _state(asked)
    state.index.lag = asked.lag
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Practice(state, mode=asked.mode, port=asked.port) as practice:
        print(f"practice Jira ({asked.mode}) at {practice.url}", flush=True)
        stop.wait()
    if asked.keep:
        state.dump(asked.keep)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo.jira", description=__doc__)
    parser.add_argument("--mode", choices=("cloud", "dc"), default="cloud")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--seed", type=Path, help="the file to start from")
    parser.add_argument("--crowd", type=int, default=0, help="instead: so many made-up issues")
    parser.add_argument("--lag", type=float, default=0.0, help="seconds that search lags behind")
    parser.add_argument(
        "--today", type=date.fromisoformat, help="the day that becomes the seed's asOf"
    )
    parser.add_argument(
        "--keep", type=Path, help="write the state here at the end, and start from it when it is"
    )
    asked = parser.parse_args()
    if not asked.seed and not asked.crowd:
        parser.error("either --seed or --crowd is needed")
    return asked


def _state(asked: argparse.Namespace) -> State:
    if asked.keep and asked.keep.exists():
        return State.load(asked.keep)
    if asked.crowd:
        return crowd(asked.crowd)
    return State.load(asked.seed, today=asked.today)


if __name__ == "__main__":
    main()
