"""`python -m bench [NAME …] [--runs N] [--issues N]`: all of them, one after another."""

import argparse
import subprocess
import sys

NAMES = ("store", "series", "archive", "runs", "mlflow", "jira", "pages", "search")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, help=", ".join(NAMES))
    parser.add_argument("--runs", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--issues", type=int, default=20_000)
    parser.add_argument("--documents", type=int, default=200_000)
    asked = parser.parse_args()
    given = {
        "runs": [[str(number)] for number in asked.runs],
        "jira": [[str(asked.issues)]],
        "search": [[str(asked.documents)]],
    }
    failed = 0
    for name in asked.names:
        for words in given.get(name, [[]]):
            print(f"\n== {name} {' '.join(words)}".rstrip(), flush=True)
            failed |= subprocess.call([sys.executable, "-m", f"bench.{name}", *words])
    return failed


if __name__ == "__main__":
    sys.exit(main())
