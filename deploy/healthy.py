"""`python deploy/healthy.py web|beat|worker`: exit 0 when that part does its work.

Standard library only, so that asking costs little.
"""

import json
import os
import sys
import urllib.error
import urllib.request

LATE = 300  # seconds; beat asks every five, but all workers may be reading


def told(address: str, path: str) -> dict[str, object]:
    """What is said there. Asked as localhost: that host is always allowed."""
    request = urllib.request.Request(f"http://{address}{path}", headers={"Host": "localhost"})
    try:
        with urllib.request.urlopen(request, timeout=8) as answer:
            found: dict[str, object] = json.load(answer)
    except urllib.error.HTTPError as error:
        if path == "/healthz":
            raise
        found = json.load(error)
    return found


def main(part: str) -> int:
    """web: the pages can be served. beat: a worker lately did what beat asked for.
    worker: what is being read moves, and what waits is taken up."""
    address = os.environ.get("LABLEDGER_WEB", "localhost:8000")
    try:
        found = told(address, "/healthz/workers" if part == "worker" else "/healthz")
    except (OSError, ValueError) as error:
        print(f"{address}: {error}", file=sys.stderr)
        return 1
    if part == "worker" and found["state"] == "stuck":
        print(found["words"], file=sys.stderr)
        return 1
    age = found["beat_age_seconds"]
    if part == "beat" and not (isinstance(age, int) and age < LATE):
        print(f"beat was last heard {age} s ago", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
