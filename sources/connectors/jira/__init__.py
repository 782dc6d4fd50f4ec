"""Jira, Cloud and Data Center: raw records for the sprints floor."""

from sources.connectors.jira.client import JiraClient
from sources.connectors.jira.fields import Fields

__all__ = ["Fields", "JiraClient"]
