"""No test leaves this machine: every other address is refused, by name.

An audit hook sees each connection that Python's socket module makes, whichever
library asked for it. It cannot be taken back, nor forgotten by a fixture.
"""

import ipaddress
import socket
import sys
from typing import Any


class LeavesTheMachine(BaseException):
    """Not an Exception: no code under test may take it for a failed request."""


def refuse_others() -> None:
    sys.addaudithook(watch)


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        check_address(arguments[1])
    elif event == "socket.getaddrinfo":
        check_name(arguments[0])


def check_address(address: object) -> None:
    """A Unix socket's address is a path; an internet one begins with its host."""
    if isinstance(address, tuple):
        check_name(address[0])


def check_name(host: object) -> None:
    """Names under .invalid and .test are answered as the real net answers them."""
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if name == "localhost" or loopback(name):
        return
    if name.endswith((".invalid", ".test")):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    raise LeavesTheMachine(
        f"A test reaches for {name}; only loopback and Unix sockets are allowed."
    )


def loopback(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
