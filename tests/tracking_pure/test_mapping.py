"""A run's attributes in our words, without a database."""

from sources.connectors.base import Attribute, RunRecord
from tests.tracking.making import NOON
from tracking.streams.mapping import properties, values


def test_properties_alone_are_those_that_come_with_the_parameters() -> None:
    told = {
        "parameters/lr": Attribute("float", 0.1),
        "parameters/": Attribute("string", "nameless"),
        "loss": Attribute("float", 0.5),
        "curve": Attribute("float_series", None),
        "source_code/git": Attribute("git", {"commit": "abc"}),
        "sys/creation_time": Attribute("datetime", NOON),
        "note": Attribute("string", "hello"),
    }
    record = RunRecord("acme/documents", "DOC-1", told)
    assert properties(record) == values(record)[1]
    assert properties(record) == {"sys/creation_time": NOON.isoformat(), "note": "hello"}
