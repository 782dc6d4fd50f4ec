"""Saved views: their list, and naming, changing, pinning and removing one."""
