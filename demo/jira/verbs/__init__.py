"""The verbs: every way in which a practice Jira changes."""
