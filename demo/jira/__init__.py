"""A practice Jira: stateful, over HTTP, in Cloud's and in Data Center's manner.

    from demo.jira import Practice, State
    with Practice(State.load("seed.json"), mode="cloud") as jira:
        jira.url, jira.requests, jira.faults, jira.state

    python -m demo.jira --mode cloud --port 8070 --seed seed.json

`seed` documents the file; `state` has the verbs that change the truth;
`index` is how far search lags behind; `faults` breaks answers on request;
`crowd` makes a big team. Standard library only.
"""

from demo.jira.faults import Fault
from demo.jira.server import Practice
from demo.jira.state import State

__all__ = ["Fault", "Practice", "State"]
