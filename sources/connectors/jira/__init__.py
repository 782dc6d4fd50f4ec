"""Jira, Cloud and Data Center: raw records for the sprints floor."""

from sources.connectors.jira.client import JiraClient
from sources.connectors.jira.fields import Fields
from sources.connectors.jira.site import plain_address

__all__ = ["Fields", "JiraClient", "plain_address"]
