"""Moving a run in time, so that a sample can be dated in its sprint."""

from collections.abc import Callable
from datetime import datetime, timedelta

from demo.neptune.fields import Container, Field
from demo.neptune.times import milliseconds

SERIES = ("floatSeries", "stringSeries", "imageSeries")
SYSTEM_TIMES = ("sys/creation_time", "sys/modification_time", "sys/ping_time")


def redate(container: Container, created: datetime, ran: timedelta | None) -> None:
    began: int = container.atom("sys/creation_time")
    ended = max(times_of(container))
    factor = stretch(ended - began, ran)

    def moved(time: int) -> int:
        return milliseconds(created) + round((time - began) * factor)

    for path in SYSTEM_TIMES:
        if path in container.fields:
            container.fields[path].value = moved(container.fields[path].value)
    for field in container.fields.values():
        move(field, moved)
    if ran is not None:
        finish(container, created + ran, ran)


def times_of(container: Container) -> list[int]:
    system = [container.fields[path].value for path in SYSTEM_TIMES if path in container.fields]
    points = [
        point[1]
        for field in container.fields.values()
        if field.type in SERIES
        for point in field.value
    ]
    return system + points


def stretch(lasted: int, ran: timedelta | None) -> float:
    if ran is None or lasted <= 0:
        return 1.0
    return ran / timedelta(milliseconds=lasted)


def move(field: Field, moved: Callable[[int], int]) -> None:
    if field.type in SERIES:
        for point in field.value:
            point[1] = moved(point[1])
    if field.type == "fileSet":
        for member in field.value.values():
            member["mtime"] = moved(member["mtime"])


def finish(container: Container, ended: datetime, ran: timedelta) -> None:
    container.put("sys/running_time", "float", ran.total_seconds())
    for path in SYSTEM_TIMES[1:]:
        container.put(path, "datetime", milliseconds(ended))
