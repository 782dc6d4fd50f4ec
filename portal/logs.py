"""Logs: one JSON object a line, with the request's or the task's id in it.

Tracebacks are told without the values of variables: those hold tokens and
other people's data. Addresses that are keys themselves are cut short.
"""

import re
from typing import Any

import structlog

BEFORE: tuple[Any, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
KEYED = re.compile(r"/(hooks|invitation|reset/key)/[^/\s\"]+")
TOLD = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def configure() -> None:
    """structlog's own loggers end in Python's, whose formatter writes the line."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *BEFORE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def cut_short(_logger: Any, _method: str, line: str) -> str:
    """The written line without what opens a door: whoever reads logs may not use it."""
    return KEYED.sub(r"/\1/…", line)


def logging(level: str) -> dict[str, Any]:
    """Django's LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": BEFORE,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.ExceptionRenderer(TOLD),
                    structlog.processors.JSONRenderer(),
                    cut_short,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
    }
