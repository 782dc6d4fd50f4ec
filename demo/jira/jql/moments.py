"""Times in JQL: epoch milliseconds, days, minutes, and spans back from now."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from demo.jira.verbs.refusals import Refused

FORMS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
SPAN = re.compile(r"(?P<sign>[+-]?)(?P<parts>(?:\d+[wdhm]\s*)+)")
PART = re.compile(r"(\d+)([wdhm])")
SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60}


def moment(text: str, zone: ZoneInfo, now: int) -> int:
    """Epoch milliseconds of a JQL time. Texts are in the caller's zone and go
    down to the minute only: seconds in them are refused, as in Jira."""
    if re.fullmatch(r"-?\d{5,}", text):
        return int(text)
    if span := SPAN.fullmatch(text):
        seconds = sum(int(n) * SECONDS[unit] for n, unit in PART.findall(span["parts"]))
        return now + 1000 * (-seconds if span["sign"] == "-" else seconds)
    for form in FORMS:
        try:
            read = datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
        return round(read.timestamp() * 1000)
    raise Refused(
        400,
        f"Date value '{text}' for field is invalid. Valid formats include: 'yyyy/MM/dd HH:mm',"
        " 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
    )


def called(name: str, zone: ZoneInfo, now: int) -> int | None:
    """The value of a time function, None for a name that is none."""
    today = datetime.fromtimestamp(now / 1000, zone).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    starts = {
        "startofday": today,
        "startofweek": today - timedelta(days=(today.weekday() + 1) % 7),
        "startofmonth": today.replace(day=1),
        "startofyear": today.replace(month=1, day=1),
    }
    if name.lower() == "now":
        return now
    start = starts.get(name.lower())
    return None if start is None else round(start.timestamp() * 1000)
