"""One field at a time, and the points of a series."""

from collections.abc import Callable
from typing import Any

from demo.neptune.asking import Ask
from demo.neptune.properties import TOLD

MOST_POINTS = 10_000


def one(*kinds: str) -> Callable[[Ask], Any]:
    def answer(ask: Ask) -> Any:
        path = ask.query["attribute"]
        found = ask.field(*kinds)
        return {"attributeName": path, "attributeType": found.type, **TOLD[found.type](found)}

    return answer


def points(kind: str) -> Callable[[Ask], Any]:
    def answer(ask: Ask) -> Any:
        kept = ask.field(kind).value
        first = ask.number("offset")
        shown = kept[first : first + min(ask.number("limit", 1), MOST_POINTS)]
        return {"totalItemCount": len(kept), "values": [point(*each) for each in shown]}

    return answer


def point(step: float, time: int, value: Any) -> dict[str, Any]:
    told = {key: value[key] for key in ("name", "description")} if is_image(value) else value
    return {"timestampMillis": time, "step": step, "value": told}


def is_image(value: Any) -> bool:
    return isinstance(value, dict)


ANSWERS = {
    "getFloatAttribute": one("float"),
    "getIntAttribute": one("int"),
    "getBoolAttribute": one("bool"),
    "getStringAttribute": one("string"),
    "getDatetimeAttribute": one("datetime"),
    "getFileAttribute": one("file"),
    "getStringSetAttribute": one("stringSet"),
    "getArtifactAttribute": one("artifact"),
    "getFloatSeriesAttribute": one("floatSeries"),
    "getStringSeriesAttribute": one("stringSeries"),
    "getFloatSeriesValues": points("floatSeries"),
    "getStringSeriesValues": points("stringSeries"),
    "getImageSeriesValues": points("imageSeries"),
}
