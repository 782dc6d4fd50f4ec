"""The outbox's pages: the queue of writes to Jira and MLflow, one write, a task's own."""
