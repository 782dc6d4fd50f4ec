"""The mirror after churn and faults, killed readers and servers: nothing missing, nothing wrong.

As short as still kills everything once. `make soak` has longer ones, of more seeds and of
a Data Center.
"""

import json
import subprocess
import sys
from typing import Any

WRONG = ("missing", "ghosts", "stale", "wrong key", "wrong sprint")
OF_RUNS = (
    *("missing", "ghosts", "stale", "wrong stage", "wrong series"),
    *("files lacking", "files extra", "broken blobs"),
)
HAPPENED = ("churn", "faults", "postgres killed", "valkey killed", "workers killed")


def soaked(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.soak", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_after_one_quiet_cycle_the_mirror_is_true() -> None:
    told = soaked("--mode", "cloud", "--webhooks", "--seed", "1", "--seconds", "5")
    assert {name: told[name] for name in WRONG} == dict.fromkeys(WRONG, 0), told["examples"]
    assert told["differences"] == {}, told["examples"]
    assert all(told.get(name) for name in HAPPENED), {name: told.get(name) for name in HAPPENED}
    assert told["issues"] > 100


def test_a_neptune_is_mirrored_to_the_point_and_to_the_byte() -> None:
    told = soaked("--mode", "neptune", "--seed", "1", "--seconds", "5")
    assert {name: told[name] for name in OF_RUNS} == dict.fromkeys(OF_RUNS, 0), told["examples"]
    assert told["differences"] == {}, told["examples"]
    assert all(told.get(name) for name in HAPPENED), {name: told.get(name) for name in HAPPENED}
    assert min(told["points"] / 5_000, told["files"] / 40, told["containers"] / 60) > 1
