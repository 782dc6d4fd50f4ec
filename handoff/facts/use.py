"""What no file and no tracker knows: how it is called, what it is for, who may use it."""

import shlex
from collections.abc import Iterator

from handoff.facts.fact import Fact, stated
from handoff.facts.gathered import Gathered

# Words of a stated command that stand for a file of the bundle, or of the asker.
PLACES = ("{checkpoint}", "{input}", "{output}")


def facts(known: Gathered) -> Iterator[Fact]:
    words = known.stated
    yield _command(known)
    yield stated(words, "use", "licence", "Licence")
    yield stated(words, "use", "intended_use", "Intended use")
    yield stated(words, "use", "limitations", "Limitations")


def _command(known: Gathered) -> Fact:
    """The value keeps the command as a list, too: no shell has to take it apart."""
    title = "Inference command"
    fact = stated(known.stated, "model", "inference_command", title)
    if fact.grade == "missing" or not isinstance(fact.value, dict):
        return fact
    text = str(fact.value["text"])
    value = {**fact.value, "command": list(shlex.split(text))}
    return Fact(fact.section, fact.name, title, "stated", value, text)
