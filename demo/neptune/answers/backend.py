"""Accounts, projects and workspaces."""

from typing import Any

from demo.neptune import tokens
from demo.neptune.asking import Ask, Refusal
from demo.neptune.fields import Project
from demo.neptune.store import derived

ACCESS_LIVES = 300.0
REFRESH_LIVES = 86400.0
MEGABYTE = 1 << 20


def config(ask: Ask) -> dict[str, Any]:
    known_by_api_token(ask)
    return {
        "apiUrl": ask.server.url,
        "applicationUrl": ask.server.url,
        "pyLibVersions": {"minCompatibleVersion": "1.0.0", "minRecommendedVersion": "1.0.0"},
        "multiPartUpload": {
            "enabled": True,
            "minChunkSize": 5 * MEGABYTE,
            "maxChunkSize": 1024 * MEGABYTE,
            "maxChunkCount": 1000,
            "maxSinglePartSize": 5 * MEGABYTE,
        },
        "artifacts": {"enabled": True, "apiVersion": 2},
        "sysNameSetByBackend": False,
    }


def known_by_api_token(ask: Ask) -> str:
    try:
        user = tokens.user_of_api_token(ask.headers.get("X-Neptune-Api-Token", ""))
    except tokens.Refused as error:
        raise Refusal(401, "Invalid API token") from error
    if user in ask.server.revoked:
        raise Refusal(401, "Revoked API token")
    return user


def exchange(ask: Ask) -> dict[str, Any]:
    user = known_by_api_token(ask)
    issued = issue(ask.server, user)
    return {
        "accessToken": issued["access_token"],
        "refreshToken": issued["refresh_token"],
        "username": user,
    }


def issue(server: Any, user: str) -> dict[str, Any]:
    """Also the answer of the token endpoint, in OAuth's words."""
    return {
        "access_token": tokens.jwt(user, server.issuer, lives=server.token_lives, kind="Bearer"),
        "refresh_token": tokens.jwt(user, server.issuer, lives=REFRESH_LIVES, kind="Refresh"),
        "token_type": "bearer",
        "expires_in": server.token_lives,
    }


def told(project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "organizationName": project.workspace,
        "projectKey": project.key,
        "version": 2,
    }


def visible(ask: Ask) -> list[Project]:
    return [
        project
        for project in ask.store.projects.values()
        if project.members is None or ask.user in project.members
    ]


def get_project(ask: Ask) -> dict[str, Any]:
    return told(ask.project(ask.query["projectIdentifier"]))


def list_projects(ask: Ask) -> dict[str, Any]:
    workspace = ask.query.get("organizationIdentifier")
    term = ask.query.get("searchTerm", "")
    found = [
        project
        for project in visible(ask)
        if term in project.name and workspace in (None, project.workspace)
    ]
    first = ask.number("offset")
    shown = found[first : first + ask.number("limit", ask.server.projects_a_page)]
    return {
        "entries": [told(project) for project in shown],
        "matchingItemCount": len(found),
        "totalItemCount": len(found),
    }


def create_project(ask: Ask) -> dict[str, Any]:
    wanted = ask.body
    names = {derived("workspace", name): name for name in workspaces(ask)}
    name = f"{names[wanted['organizationId']]}/{wanted['name']}"
    if ask.store.find_project(name):
        raise Refusal(409, "A project of this name is there")
    key = wanted.get("projectKey") or wanted["name"][:3].upper()
    return told(ask.store.add_project(name, key=key))


def workspaces(ask: Ask) -> list[str]:
    return sorted({project.workspace for project in visible(ask)})


def list_organizations(ask: Ask) -> list[dict[str, Any]]:
    return [{"id": derived("workspace", name), "name": name} for name in workspaces(ask)]


def workspace_status(ask: Ask) -> dict[str, Any]:
    if ask.query["organizationIdentifier"] not in workspaces(ask):
        raise Refusal(404, "No such workspace")
    return {
        "storageBytesAvailable": 1 << 40,
        "storageBytesLimit": 1 << 40,
        "activeProjectsUsage": len(visible(ask)),
        "membersCount": 1,
    }


ANSWERS = {
    "getClientConfig": config,
    "exchangeApiToken": exchange,
    "getProject": get_project,
    "listProjects": list_projects,
    "createProject": create_project,
    "listOrganizations": list_organizations,
    "workspaceStatus": workspace_status,
}
