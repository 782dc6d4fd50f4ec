"""PostgreSQL and Valkey from wheels, on Unix sockets, in one data folder.

Nothing here imports Django: the tests start these servers before its settings
are read.
"""


class CannotStart(Exception):
    """A server cannot be started. The text is for people: it says what is
    wrong, with what, and what to do."""
