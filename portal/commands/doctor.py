"""Say in words what is wrong with a setup."""

import argparse
import os
import sys
from collections import Counter

from portal import supervisor
from portal.checkup import (
    Check,
    Finding,
    Findings,
    Grade,
    good,
    machine,
    note,
    place,
    reading,
    stores,
    wrong,
)
from portal.embedded import lock
from portal.environment import folder

HELP = "look at this setup and say what is wrong with it"


def port() -> Findings:
    """Only when nobody of ours holds it."""
    wished = int(os.environ.get("LABLEDGER_PORT") or 8000)
    if lock.holder(folder()) is not None:
        return
    if supervisor.is_free("127.0.0.1", wished):
        yield good(f"Port {wished} is free")
    else:
        yield note(f"Port {wished} is taken; the next free one will be used.")


CHECKS: tuple[Check, ...] = (
    machine.python,
    machine.packages,
    machine.room,
    machine.clock,
    place.rights,
    place.running,
    place.owner,
    place.cluster_version,
    place.secrets,
    port,
    stores.database,
    stores.queue,
    stores.migrations,
    reading.sources,
    machine.browser,
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="only what is wrong")


def look(check: Check) -> list[Finding]:
    try:
        return list(check())
    except PermissionError as error:
        return [wrong(f"This user may not read {error.filename}.")]


def main(chosen: argparse.Namespace) -> int:
    """1 when something is wrong; notes alone are no failure."""
    found = [finding for check in CHECKS for finding in look(check)]
    for finding in found:
        if finding.grade is Grade.WRONG or not chosen.quiet:
            print(f"{finding.grade:>5}  {finding.text}")
    counted = Counter(finding.grade for finding in found)
    if wrongs := counted[Grade.WRONG]:
        print(f"\n{wrongs} {'thing is' if wrongs == 1 else 'things are'} wrong.", file=sys.stderr)
        return 1
    return 0
