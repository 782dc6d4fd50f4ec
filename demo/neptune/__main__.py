"""`python -m demo.neptune --port N --snapshot DIR`: serves until Ctrl-C."""

import argparse
import signal
from pathlib import Path

from demo.neptune.server import Practice
from demo.neptune.store import Store


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.neptune", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--snapshot", type=Path, help="a dumped store to begin with")
    parser.add_argument("--save", action="store_true", help="dump it there again at the end")
    parser.add_argument("--user", default="ml.engineer", help="whose API token to print")
    wanted = parser.parse_args()
    enough = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, enough)  # or they end us before we can save
    there = wanted.snapshot is not None and (wanted.snapshot / "neptune.json").exists()
    store = Store.load(wanted.snapshot) if there else Store()
    with Practice(store, port=wanted.port).start() as practice:
        print(f"Practice Neptune on {practice.url}", flush=True)
        print(f"NEPTUNE_API_TOKEN={practice.token(wanted.user)}", flush=True)
        signal.sigwait(enough)
    if wanted.save and wanted.snapshot is not None:
        store.dump(wanted.snapshot)


if __name__ == "__main__":
    main()
