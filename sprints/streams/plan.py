"""Projects, boards, sprints, releases and people. Pure."""

import re

from sources.connectors.jira.values import Person, instant
from sources.store import Row
from sprints.mail import mail_mark
from sprints.streams.words import BOARD, PROJECT, Key, Record, day, needed, text, texts

NUMBER = re.compile(r"(?<!\d)\d{1,9}(?!\d)")
NAMED = re.compile(r"sprint[\s_#-]*(\d{1,9})(?!\d)", re.IGNORECASE)
STATES = {"future", "active", "closed"}


def project_from(raw: Record) -> Row:
    short = needed(raw, "key")
    return {"short": short, "name": text(raw, "name") or short}


def board_from(raw: Record, key: Key) -> Row:
    """Under the first of the projects that it was found by."""
    homes = texts(raw, "projects")
    return {
        "name": text(raw, "name"),
        "project_id": key(PROJECT, homes[0]) if homes else None,
    }


def sprint_from(raw: Record, key: Key) -> Row:
    """`originBoardId` made it; where Jira does not say, the board it was found on."""
    board = text(raw, "originBoardId") or text(raw, "board", "id")
    state = text(raw, "state").lower()
    return {
        "board_id": key(BOARD, board) if board else None,
        "name": text(raw, "name"),
        "number": number_of(text(raw, "name")),
        "goal": text(raw, "goal"),
        "state": state if state in STATES else "future",
        "starts_at": instant(raw.get("startDate")),
        "ends_at": instant(raw.get("endDate")),
        "completed_at": instant(raw.get("completeDate")),
    }


def number_of(name: str) -> int | None:
    """49 of "DOC Sprint 49 (to 2026-03-28)"; where the word is not in it, the last number."""
    found = NAMED.findall(name) or NUMBER.findall(name)
    return int(found[-1]) if found else None


def release_from(raw: Record, key: Key) -> Row:
    return {
        "project_id": key(PROJECT, needed(raw, "projectId")),
        "name": text(raw, "name"),
        "released": raw.get("released") is True,
        "due_on": day(raw.get("releaseDate")),
    }


def member_from(person: Person) -> Row:
    """Of the mail address only a mark: what is not kept need not be forgotten."""
    return {"name": person.name, "active": person.active, "mail": mail_mark(person.email)}
