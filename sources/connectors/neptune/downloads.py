"""The bytes of a file as they come: with beats, with a time limit, and never half."""

from collections.abc import Callable
from io import RawIOBase
from typing import Any

from sources.connectors.base import Beat, Trouble, Unauthorized, Unavailable
from sources.connectors.neptune.troubles import Denied, NotThere, failures, judged
from sources.http.timed import DEADLINE

type Failed = Callable[[Trouble | Denied], Exception]


class Download(RawIOBase):
    """The body of an answer, whose failures are our troubles, or what `failed`
    makes of them. Each piece has `seconds` to come in."""

    def __init__(
        self, response: Any, host: str, beat: Beat, seconds: float, failed: Failed | None
    ) -> None:
        self._response = response
        self._host = host
        self._beat = beat
        self._seconds = seconds
        self._failed = failed

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        self._beat()
        DEADLINE.start(self._seconds)
        try:
            block: bytes = self._response.raw.read(len(target), decode_content=True)
        except failures() as error:
            trouble = broken_off(judged(error, self._host).trouble, self._host)
            raise (self._failed(trouble) if self._failed else trouble) from error
        target[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._response.close()
        super().close()


def broken_off(trouble: Trouble | NotThere | Denied, host: str) -> Trouble:
    if isinstance(trouble, Unauthorized):
        return trouble
    return Unavailable(f"{host}: broke off in the middle of a file.")
