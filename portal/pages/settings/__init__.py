"""A person's own settings and tokens; for administrators, the people."""
