"""The site itself: server, fields, projects, types, statuses."""

from collections.abc import Iterable
from typing import Any

from demo.jira.render import site
from demo.jira.things import Project
from demo.jira.truth import LINK_KINDS, PRIORITIES
from demo.jira.verbs.refusals import Refused
from demo.jira.web import Reply, Request, Route, page

CLOUD_VERSION = (1001, 0, 0)
DATA_CENTER_VERSION = (10, 3, 24)


def server(request: Request) -> Reply:
    """Who this is. Needs no login."""
    voice = request.voice
    numbers = CLOUD_VERSION if voice.cloud else DATA_CENTER_VERSION
    told = {
        "baseUrl": voice.base,
        "version": ".".join(map(str, numbers)) + ("-SNAPSHOT" if voice.cloud else ""),
        "versionNumbers": list(numbers),
        "deploymentType": "Cloud" if voice.cloud else "Data Center",
        "buildNumber": 100285,
        "buildDate": voice.time(1_767_225_600_000),
        "serverTime": voice.time(request.state.now()),
        "scmInfo": "practice",
        "serverTitle": "Practice Jira",
    }
    return Reply(told)


def fields(request: Request) -> Reply:
    """All fields."""
    return Reply(site.fields(request.voice))


def field_search(request: Request) -> Reply:
    """Fields in pages, by words of their names; those without a schema are not here."""
    words = request.text("query").lower()
    only_custom = "custom" in request.texts("type")
    found = [
        field
        for field in site.fields(request.voice)
        if "schema" in field
        and words in field["name"].lower()
        and (field["custom"] or not only_custom)
    ]
    shown, around = page(request, found, most=50)
    known = ("id", "name", "schema", "key")
    return Reply(around | {"values": [{k: f[k] for k in known if k in f} for f in shown]})


def project_search(request: Request) -> Reply:
    """The projects that the caller sees, in pages, by key."""
    words = request.text("query").lower()
    found = [
        project
        for project in _projects(request)
        if words in project.key.lower() or words in project.name.lower()
    ]
    shown, around = page(request, found, most=100)
    told = [site.listed_project(request.voice, project) for project in shown]
    return Reply({"self": request.voice.rest("project/search"), **around, "values": told})


def projects(request: Request) -> Reply:
    """The projects that the caller sees, all at once."""
    return Reply([site.listed_project(request.voice, one) for one in _projects(request)])


def project(request: Request) -> Reply:
    """One project, by id, key or a key it had."""
    return Reply(site.whole_project(request.voice, need_project(request)))


def versions(request: Request) -> Reply:
    """A project's releases, all at once."""
    home = need_project(request)
    return Reply([site.version(request.voice, home, one) for one in home.versions])


def version_page(request: Request) -> Reply:
    """A project's releases in pages."""
    home = need_project(request)
    shown, around = page(request, home.versions, most=50)
    told = [site.version(request.voice, home, one) for one in shown]
    return Reply(around | {"values": told})


def project_statuses(request: Request) -> Reply:
    """A project's types, each with the statuses of its workflow: here, all."""
    need_project(request)
    voice = request.voice
    known = [site.status(voice, one) for one in request.state.statuses.values()]
    told = [
        {
            "self": voice.rest(f"issuetype/{one.id}"),
            "id": one.id,
            "name": one.name,
            "subtask": one.level < 0,
            "statuses": known,
        }
        for one in request.state.types.values()
    ]
    return Reply(told)


def issue_types(request: Request) -> Reply:
    """All issue types."""
    return Reply([site.issue_type(request.voice, one) for one in request.state.types.values()])


def statuses(request: Request) -> Reply:
    """All statuses."""
    return Reply([site.status(request.voice, one) for one in request.state.statuses.values()])


def priorities(request: Request) -> Reply:
    """All priorities."""
    return Reply([site.priority(request.voice, name) for name in PRIORITIES])


def resolutions(request: Request) -> Reply:
    """All resolutions."""
    return Reply([site.resolution(request.voice)])


def link_kinds(request: Request) -> Reply:
    """All types of issue links."""
    return Reply({"issueLinkTypes": [site.link_kind(request.voice, name) for name in LINK_KINDS]})


def create_types(request: Request) -> Reply:
    """The issue types that a project can have."""
    need_project(request)
    known = list(request.state.types.values())
    shown, around = page(request, known, most=200)
    told = [site.issue_type(request.voice, one) for one in shown]
    return Reply(around | {"issueTypes" if request.voice.cloud else "values": told})


def create_fields(request: Request) -> Reply:
    """The fields that a new issue of a type can have."""
    need_project(request)
    kind = request.state.types.get(request.words["type"])
    if kind is None:
        raise Refused(404, "The issue type does not exist.")
    required = {"summary", "issuetype", "project", *(["parent"] if kind.level < 0 else [])}
    told = [
        _create_field(request, field, required=field["id"] in required)
        for field in _settable(site.fields(request.voice))
    ]
    shown, around = page(request, told, most=200)
    return Reply(around | {"fields" if request.voice.cloud else "values": shown})


def _create_field(request: Request, field: dict[str, Any], *, required: bool) -> dict[str, Any]:
    told = {
        "required": required,
        "schema": field.get("schema", {"type": "issuelink", "system": field["id"]}),
        "name": field["name"],
        "fieldId": field["id"],
        "hasDefaultValue": False,
        "operations": ["set"],
    }
    return told | {"key": field["id"]} if request.voice.cloud else told


SETTABLE = (
    "summary",
    "issuetype",
    "project",
    "parent",
    "priority",
    "assignee",
    "reporter",
    "duedate",
    "labels",
    "components",
    "fixVersions",
    "description",
)


def _settable(known: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [field for field in known if field["custom"] or field["id"] in SETTABLE]


def need_project(request: Request) -> Project:
    """The project of the path; one that may not be seen is answered like one that is not."""
    word = request.words["project"]
    found = request.state.project(word)
    if found is None or not request.state.visible_project(found, request.voice.viewer):
        raise Refused(404, f"No project could be found with key '{word}'.")
    return found


def _projects(request: Request) -> list[Project]:
    state, viewer = request.state, request.voice.viewer
    seen = [one for one in state.projects.values() if state.visible_project(one, viewer)]
    return sorted(seen, key=lambda one: one.key)


ROUTES = (
    Route("GET", "/rest/api/{api}/serverInfo", server),
    Route("GET", "/rest/api/{api}/field", fields),
    Route("GET", "/rest/api/{api}/field/search", field_search, "cloud"),
    Route("GET", "/rest/api/{api}/project/search", project_search, "cloud"),
    Route("GET", "/rest/api/{api}/project", projects),
    Route("GET", "/rest/api/{api}/project/{project}", project),
    Route("GET", "/rest/api/{api}/project/{project}/versions", versions),
    Route("GET", "/rest/api/{api}/project/{project}/version", version_page),
    Route("GET", "/rest/api/{api}/project/{project}/statuses", project_statuses),
    Route("GET", "/rest/api/{api}/issuetype", issue_types),
    Route("GET", "/rest/api/{api}/status", statuses),
    Route("GET", "/rest/api/{api}/priority", priorities),
    Route("GET", "/rest/api/{api}/resolution", resolutions),
    Route("GET", "/rest/api/{api}/issueLinkType", link_kinds),
    Route("GET", "/rest/api/{api}/issue/createmeta/{project}/issuetypes", create_types),
    Route("GET", "/rest/api/{api}/issue/createmeta/{project}/issuetypes/{type}", create_fields),
)
