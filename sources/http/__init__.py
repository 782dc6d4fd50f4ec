"""HTTP for connectors: one session type with limits on everything."""

from sources.http.limits import Budget, Headers, Limits
from sources.http.session import Session
from sources.http.timed import timed_client
from sources.http.waits import server_time
from sources.http.wire import HttpxWire, Reply, RequestsWire

__all__ = [
    "Budget",
    "Headers",
    "HttpxWire",
    "Limits",
    "Reply",
    "RequestsWire",
    "Session",
    "server_time",
    "timed_client",
]
