"""Jira, Cloud and Data Center: raw records for the sprints floor."""
