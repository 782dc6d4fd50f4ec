"""The first page: what changed, what is mine, how fresh it is."""
