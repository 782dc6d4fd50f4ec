"""A field in the wire's words: {name, type, <type>Properties}."""

from collections.abc import Callable
from statistics import fmean, pvariance
from typing import Any

from demo.neptune.fields import ATOMS, Field
from demo.neptune.times import spoken

type Properties = dict[str, Any]


def attribute(path: str, field: Field) -> Properties:
    told = {"attributeName": path, "attributeType": field.type, **TOLD[field.type](field)}
    return {"name": path, "type": field.type, f"{field.type}Properties": told}


def atom(field: Field) -> Properties:
    return {"value": spoken(field.value) if field.type == "datetime" else field.value}


def string_set(field: Field) -> Properties:
    return {"values": field.value}


def file(field: Field) -> Properties:
    return {key: field.value[key] for key in ("name", "ext", "size")}


def file_set(field: Field) -> Properties:
    return {"size": sum(member["size"] for member in field.value.values())}


def float_series(field: Field) -> Properties:
    """Computed once for as long as no point is added: a table asks often."""
    if field.summary is None:
        field.summary = summed(field.value) if field.value else {}
    return field.summary


def summed(points: list[list[Any]]) -> Properties:
    values = [float(point[2]) for point in points]
    return {
        "last": values[-1],
        "lastStep": points[-1][0],
        "min": min(values),
        "max": max(values),
        "average": fmean(values),
        "variance": pvariance(values),
    }


def string_series(field: Field) -> Properties:
    return {"last": field.value[-1][2], **last_step(field)} if field.value else {}


def last_step(field: Field) -> Properties:
    return {"lastStep": field.value[-1][0]} if field.value else {}


def as_kept(field: Field) -> Properties:
    return dict(field.value)


TOLD: dict[str, Callable[[Field], Properties]] = {
    **dict.fromkeys(ATOMS, atom),
    "stringSet": string_set,
    "file": file,
    "fileSet": file_set,
    "floatSeries": float_series,
    "stringSeries": string_series,
    "imageSeries": last_step,
    "gitRef": as_kept,
    "notebookRef": as_kept,
    "artifact": as_kept,
}
