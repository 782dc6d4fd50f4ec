"""What a site is made of: projects, versions, types, statuses, fields."""

from typing import Any

from demo.jira.render import people
from demo.jira.render.voice import Answer, Voice
from demo.jira.things import Field, IssueType, Project, Status, Version
from demo.jira.truth import LINK_KINDS, PRIORITIES

CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
PLUGIN = "com.atlassian.jira.plugin.system.customfieldtypes"
AGILE = "com.pyxis.greenhopper.jira"
SCHEMAS: dict[str, Answer] = {
    "points": {"type": "number", "custom": f"{PLUGIN}:float"},
    "estimate": {"type": "number", "custom": f"{AGILE}:jsw-story-points"},
    "sprint": {"type": "array", "items": "json", "custom": f"{AGILE}:gh-sprint"},
    "epic-link": {"type": "any", "custom": f"{AGILE}:gh-epic-link"},
    "number": {"type": "number", "custom": f"{PLUGIN}:float"},
    "text": {"type": "string", "custom": f"{PLUGIN}:textfield"},
    "date": {"type": "date", "custom": f"{PLUGIN}:datepicker"},
    "option": {"type": "option", "custom": f"{PLUGIN}:select"},
}
# id: (name, type, items of an array)
SYSTEM_FIELDS: dict[str, tuple[str, str, str]] = {
    "summary": ("Summary", "string", ""),
    "issuetype": ("Issue Type", "issuetype", ""),
    "project": ("Project", "project", ""),
    "status": ("Status", "status", ""),
    "statuscategorychangedate": ("Status Category Changed", "datetime", ""),
    "resolution": ("Resolution", "resolution", ""),
    "resolutiondate": ("Resolved", "datetime", ""),
    "priority": ("Priority", "priority", ""),
    "assignee": ("Assignee", "user", ""),
    "reporter": ("Reporter", "user", ""),
    "creator": ("Creator", "user", ""),
    "created": ("Created", "datetime", ""),
    "updated": ("Updated", "datetime", ""),
    "duedate": ("Due date", "date", ""),
    "labels": ("Labels", "array", "string"),
    "components": ("Components", "array", "component"),
    "fixVersions": ("Fix versions", "array", "version"),
    "versions": ("Affects versions", "array", "version"),
    "description": ("Description", "string", ""),
    "environment": ("Environment", "string", ""),
    "security": ("Security Level", "securitylevel", ""),
    "issuelinks": ("Linked Issues", "array", "issuelinks"),
    "subtasks": ("Sub-tasks", "array", "issuelinks"),
    "comment": ("Comment", "comments-page", ""),
    "worklog": ("Log Work", "array", "worklog"),
    "attachment": ("Attachment", "array", "attachment"),
    "timespent": ("Time Spent", "number", ""),
    "timeestimate": ("Remaining Estimate", "number", ""),
    "timeoriginalestimate": ("Original estimate", "number", ""),
    "aggregatetimespent": ("Σ Time Spent", "number", ""),
    "progress": ("Progress", "progress", ""),
    "votes": ("Votes", "votes", ""),
    "watches": ("Watchers", "watches", ""),
    "workratio": ("Work Ratio", "number", ""),
}
NOT_NAVIGABLE = ("comment", "worklog", "attachment")


def category(voice: Voice, key: str) -> Answer:
    """A status category."""
    number, name, colour = CATEGORIES[key]
    return {
        "self": voice.rest(f"statuscategory/{number}"),
        "id": number,
        "key": key,
        "colorName": colour,
        "name": name,
    }


def status(voice: Voice, known: Status) -> Answer:
    """A status with its category."""
    return {
        "self": voice.rest(f"status/{known.id}"),
        "description": "",
        "iconUrl": f"{voice.base}/icons/status.png",
        "name": known.name,
        "id": known.id,
        "statusCategory": category(voice, known.category),
    }


def issue_type(voice: Voice, known: IssueType) -> Answer:
    """An issue type; only Cloud tells its level."""
    told: Answer = {
        "self": voice.rest(f"issuetype/{known.id}"),
        "id": known.id,
        "description": "",
        "iconUrl": f"{voice.base}/icons/type-{known.id}.png",
        "name": known.name,
        "subtask": known.level < 0,
        "avatarId": 10300,
    }
    return told | {"hierarchyLevel": known.level} if voice.cloud else told


def priority(voice: Voice, name: str) -> Answer:
    """A priority; its id is its place in the list."""
    number = PRIORITIES.index(name) + 1 if name in PRIORITIES else 0
    return {
        "self": voice.rest(f"priority/{number}"),
        "iconUrl": f"{voice.base}/icons/priority-{number}.png",
        "name": name,
        "id": str(number),
    }


def resolution(voice: Voice) -> Answer:
    """The one resolution."""
    return {
        "self": voice.rest("resolution/10000"),
        "id": "10000",
        "description": "Work has been completed on this issue.",
        "name": "Done",
    }


def project(voice: Voice, known: Project) -> Answer:
    """A project as issues and lists show it."""
    told: Answer = {
        "self": voice.rest(f"project/{known.id}"),
        "id": known.id,
        "key": known.key,
        "name": known.name,
        "projectTypeKey": "software",
        "avatarUrls": {"48x48": f"{voice.base}/icons/project.png"},
    }
    return told | {"simplified": False} if voice.cloud else told


def listed_project(voice: Voice, known: Project) -> Answer:
    """A project as its own list shows it; Cloud's says a little more."""
    told = {"expand": "description,lead,issueTypes,url,projectKeys", **project(voice, known)}
    return told | {"style": "classic", "isPrivate": False} if voice.cloud else told


def whole_project(voice: Voice, known: Project) -> Answer:
    """A project asked for by name, with its types, versions and lead."""
    return listed_project(voice, known) | {
        "description": "",
        "lead": people.user(voice, known.lead),
        "components": [],
        "issueTypes": [issue_type(voice, one) for one in voice.truth.types.values()],
        "assigneeType": "UNASSIGNED",
        "versions": [version(voice, known, one) for one in known.versions],
        "roles": {},
    }


def version(voice: Voice, home: Project, known: Version) -> Answer:
    """A release."""
    told: Answer = {
        "self": voice.rest(f"version/{known.id}"),
        "id": known.id,
        "name": known.name,
        "archived": False,
        "released": known.released,
        "projectId": int(home.id),
    }
    return told | {"releaseDate": known.release_date} if known.release_date else told


def link_kind(voice: Voice, name: str) -> Answer:
    """A type of issue link, with its words for both ends."""
    outward, inward = LINK_KINDS[name]
    number = str(10000 + list(LINK_KINDS).index(name))
    return {
        "id": number,
        "name": name,
        "inward": inward,
        "outward": outward,
        "self": voice.rest(f"issueLinkType/{number}"),
    }


def schema(field_id: str) -> Answer:
    """The schema of a system field."""
    _, kind, items = SYSTEM_FIELDS[field_id]
    told: Answer = {"type": kind, "system": field_id}
    return told | {"items": items} if items else told


def custom_schema(known: Field) -> Answer:
    """The schema of a custom field: all that tells points from other numbers."""
    return SCHEMAS[known.kind] | {"customId": known.number}


def fields(voice: Voice) -> list[Answer]:
    """The list of all fields. Data Center knows no `parent`, Cloud no Epic Link."""
    system = [
        _field(voice, field_id, name, [field_id], schema(field_id))
        for field_id, (name, _, _) in SYSTEM_FIELDS.items()
    ]
    key = _field(voice, "issuekey", "Key", ["id", "issue", "issuekey", "key"], None)
    custom = [
        _field(voice, known.id, known.name, _clauses(known), custom_schema(known))
        for known in shown_fields(voice)
    ]
    parent = [_field(voice, "parent", "Parent", ["parent"], None)] if voice.cloud else []
    return [key, *system, *parent, *custom]


def shown_fields(voice: Voice) -> list[Field]:
    """The custom fields that this manner of Jira has."""
    known = voice.truth.fields.values()
    return [one for one in known if not (voice.cloud and one.kind == "epic-link")]


def _clauses(known: Field) -> list[str]:
    return [f"cf[{known.number}]", known.name]


def _field(
    voice: Voice, field_id: str, name: str, clauses: list[str], told: Answer | None
) -> Answer:
    described: dict[str, Any] = {
        "id": field_id,
        "name": name,
        "custom": field_id.startswith("customfield_"),
        "orderable": told is not None,
        "navigable": field_id not in NOT_NAVIGABLE,
        "searchable": True,
        "clauseNames": clauses,
    }
    if voice.cloud:
        described["key"] = field_id
    return described | {"schema": told} if told else described
