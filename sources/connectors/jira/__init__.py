"""Jira, Cloud and Data Center: raw records for the sprints floor.

client.py: what the rest of the house calls. The package itself imports nothing, so
that address.py and webhook.py cost the web no client.
"""
