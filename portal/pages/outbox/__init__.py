"""The outbox's pages: the queue of writes to Jira, one write, and a task's own."""
