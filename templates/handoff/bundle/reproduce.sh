{% autoescape off %}#!/bin/sh
# {{ sealed.model }} version {{ sealed.version }}: answers the probe again and compares.
#
#   sh reproduce.sh             checks the files, installs {{ lock }} into a new
#                               environment, runs inference, compares
#   sh reproduce.sh --here      with the python that is there, installing nothing
#
# PYTHON names another python than python3. Nothing is written into this folder.
# Exit status: 0 the same answers, 1 other answers or other files.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
answer=$work/answer
export PYTHONDONTWRITEBYTECODE=1

"$python" verify.py . --digest sha256:{{ sealed.digest }}

if [ "${1:-}" != --here ]; then
{% if kind == "pylock" %}    uv venv --quiet --python "$python" "$work/environment"
    uv pip sync --quiet --python "$work/environment/bin/python" {{ lock }}
{% else %}    "$python" -m venv "$work/environment"
    "$work/environment/bin/python" -m pip install --quiet{% if hashed %} --require-hashes{% endif %} -r {{ lock }}
{% endif %}    python=$work/environment/bin/python
fi

{{ command }}

"$python" - {{ expected }} "$answer" {{ tolerance }} <<'COMPARE'
import csv
import json
import platform
import sys

expected, answered, allowed = sys.argv[1], sys.argv[2], float(sys.argv[3])


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def difference(one, other):
    """None for cells that are no numbers and not the same."""
    if one == other:
        return 0.0
    try:
        return abs(float(one) - float(other))
    except ValueError:
        return None


wanted, got = rows(expected), rows(answered)
shape = [len(row) for row in wanted] == [len(row) for row in got]
pairs = [pair for old, new in zip(wanted, got) for pair in zip(old, new)]
found = [difference(one, other) for one, other in pairs]
# 0.3 - 0.2 is a hair more than 0.1: the bound is of what was written, in decimals.
bound = allowed * (1 + 1e-6)
same = shape and all(one is not None and one <= bound for one in found)
print(json.dumps({
    "reproduced": same,
    "lines": len(got),
    "max_abs_diff": max((one for one in found if one is not None), default=0.0),
    "cells_of_other_text": sum(one is None for one in found),
    "tolerance": allowed,
    "machine": platform.machine(),
    "python": platform.python_version(),
}))
sys.exit(0 if same else 1)
COMPARE
{% endautoescape %}
