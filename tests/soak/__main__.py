"""`python -m tests.soak --mode cloud --seed 1 --seconds 15`: one line of JSON with what is wrong.

The servers come first, and the environment that names them: only then can
anything be imported that reads the settings.
"""

import argparse
import json
import logging
import subprocess
import sys
from importlib import import_module
from typing import Any

import django

from tests.soak.ground import Ground


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--mode", choices=("cloud", "dc", "neptune"), default="cloud")
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--webhooks", action="store_true")
    asked = parser.parse_args()
    if len(asked.seed) > 1:
        each_alone(sys.argv[1:], asked.seed)
        return
    told = soaked(asked.mode, asked.seed[0], asked.seconds, webhooks=asked.webhooks)
    sys.stdout.write(json.dumps(told) + "\n")


def each_alone(words: list[str], seeds: list[int]) -> None:
    """The settings are read once a process, and each seed has servers of its own."""
    for seed in seeds:  # the last --seed counts
        command = [sys.executable, "-m", "tests.soak", *words, "--seed", str(seed)]
        subprocess.run(command, check=True)


def soaked(mode: str, seed: int, seconds: float, *, webhooks: bool) -> dict[str, Any]:
    of_neptune = mode == "neptune"
    worker = "tests.soak.neptune.worker:app" if of_neptune else "tests.soak.worker:app"
    with Ground(worker) as ground:
        django.setup()
        logging.disable(logging.CRITICAL)  # errors are what this is about
        if of_neptune:
            told = import_module("tests.soak.neptune.soak").soak(ground, seed, seconds)
        else:
            jira = import_module("tests.soak.jira")
            told = jira.soak(ground, mode, seed, seconds, webhooks=webhooks)
    result: dict[str, Any] = told
    return result


if __name__ == "__main__":
    main()
