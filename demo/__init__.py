"""Practice servers and sample work: a place to try Labledger without accounts."""
