"""`python -m demo FOLDER`: the practice Jira and the practice Neptune of one sample.

FOLDER is what `demo.work.prepared` filled; FOLDER/ports.json names the two
ports. The run that is still going goes on while this does. What happens to
either server is kept in FOLDER, so that the next start finds it.
"""

import argparse
import json
import signal
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from demo import jira, neptune
from demo.work.growing import Growing

LOOK = 5.0  # seconds between two looks at the growing run


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    ports = json.loads((folder / "ports.json").read_text())
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    state, store = the_jira(folder), neptune.Store.load(folder / "neptune")
    growing = Growing(store, folder / "growing.json")
    with (
        jira.Practice(state, mode="cloud", port=ports["jira"]) as planned,
        neptune.Practice(store, port=ports["neptune"]).start() as tracked,
    ):
        print(f"practice Jira at {planned.url}, practice Neptune at {tracked.url}", flush=True)
        until(stop, growing)
    state.dump(folder / "jira-now.json")
    store.dump(folder / "neptune")


def the_jira(folder: Path) -> jira.State:
    """As it was left, or as the seed has it."""
    left = folder / "jira-now.json"
    return jira.State.load(left if left.is_file() else folder / "jira.json")


def until(stop: Event, growing: Growing) -> None:
    while not stop.is_set():
        growing.grow(datetime.now(UTC))
        stop.wait(LOOK)


if __name__ == "__main__":
    main()
