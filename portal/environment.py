"""The environment, read once: plain values, no Django.

The supervisor, the command line and the settings read it alike.
"""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

ROOT = Path(__file__).resolve().parent.parent


def folder() -> Path:
    """The data folder: the embedded servers, blobs, keys and logs."""
    return Path(os.environ.get("LABLEDGER_DATA") or ROOT / ".data").resolve()


def flag(name: str, *, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    return value in {"1", "true", "yes", "on"} if value else default


def words(name: str) -> list[str]:
    """A comma- or space-separated list."""
    return os.environ.get(name, "").replace(",", " ").split()


def secret(name: str) -> str:
    """`name` from the environment, from the file that NAME_FILE points at, or
    from keys/name in the data folder, where `labledger run` puts it once."""
    if value := os.environ.get(name):
        return value
    given = os.environ.get(f"{name}_FILE")
    path = Path(given) if given else folder() / "keys" / name.lower()
    return path.read_text().strip() if path.is_file() else ""


def database(url: str) -> dict[str, object]:
    """Django's database settings from a postgres URL.

    A host that starts with a slash, or `?host=/folder`, is a socket's folder.
    """
    parts = urlsplit(url)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "labledger",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def broker(url: str) -> str:
    """Celery's address of the queue that REDIS_URL names.

    Celery knows a socket by other words, and takes the number of a database from
    the path, or beside a socket from `virtual_host`: `?db=` would be an error to
    it, or be passed over.
    """
    parts = urlsplit(url)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if parts.scheme != "unix":
        number = options.pop("db", "") or parts.path.strip("/")
        asked = f"?{urlencode(options)}" if options else ""
        return f"{parts.scheme}://{parts.netloc}/{number}{asked}"
    options["virtual_host"] = options.pop("db", "0")
    return f"redis+socket://{parts.netloc}{parts.path}?{urlencode(options)}"
