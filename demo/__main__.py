"""`python -m demo FOLDER`: the practice Jira and the practice Neptune of one sample.

FOLDER is what `demo.work.prepared` filled; FOLDER/ports.json names the two
ports, and a third one where a real MLflow is served beside them. The run that is
still going goes on while this does. What happens to a server is kept in FOLDER,
so that the next start finds it.
"""

import argparse
import json
import signal
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import httpx

from demo import jira, mlflow, neptune
from demo.mlflow.sample import fill, is_filled
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
        ExitStack() as servers,
        jira.Practice(state, mode="cloud", port=ports["jira"]) as planned,
        neptune.Practice(store, port=ports["neptune"]).start() as tracked,
    ):
        if "mlflow" in ports and mlflow.installed():
            begin_mlflow(servers, mlflow.Server(folder / "mlflow", port=ports["mlflow"]), store)
        print(f"practice Jira at {planned.url}, practice Neptune at {tracked.url}", flush=True)
        until(stop, growing)
    state.dump(folder / "jira-now.json")
    store.dump(folder / "neptune")


def begin_mlflow(servers: ExitStack, server: mlflow.Server, store: neptune.Store) -> None:
    """It takes its time, and nobody waits for it."""
    servers.callback(server.stop)
    server.start()
    Thread(target=fill_mlflow, args=(server, store), daemon=True).start()


def fill_mlflow(server: mlflow.Server, store: neptune.Store) -> None:
    """Ends quietly when the server is stopped in the middle of it; what is not in
    it then stays out."""
    with suppress(httpx.HTTPError, RuntimeError), closing(mlflow.Writer(server.url)) as writer:
        server.wait()
        if not is_filled(writer):
            fill(writer, store)


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
