"""API tokens and the short-lived access tokens that they are exchanged for."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SECRET = b"the practice Neptune guards nothing"


class Refused(Exception):
    """The token is not ours."""


class Outlived(Refused):
    """The token was ours, and its time is over."""


def signature(words: bytes) -> str:
    return encoded(hmac.new(SECRET, words, hashlib.sha256).digest())


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(words: str) -> bytes:
    return base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))


def api_token(user: str, url: str) -> str:
    """What a person would copy from their profile page."""
    key = f"{encoded(user.encode())}.{signature(user.encode())}"
    content = {"api_address": url, "api_url": url, "api_key": key}
    return base64.b64encode(json.dumps(content).encode()).decode()


def user_of_api_token(token: str) -> str:
    try:
        key = json.loads(base64.b64decode(token))["api_key"]
        name, _, signed = key.partition(".")
        user = decoded(name)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused from error
    if not hmac.compare_digest(signed, signature(user)):
        raise Refused
    return user.decode()


def jwt(user: str, issuer: str, *, lives: float, kind: str) -> str:
    claims = {
        "exp": time.time() + lives,
        "iss": issuer,
        "azp": "neptune-cli",
        "sub": user,
        "preferred_username": user,
        "typ": kind,
    }
    header = {"alg": "HS256", "typ": "JWT"}
    words = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{words}.{signature(words.encode())}"


def user_of_jwt(token: str) -> str:
    words, _, signed = token.rpartition(".")
    if not hmac.compare_digest(signed, signature(words.encode())):
        raise Refused
    claims: dict[str, Any] = json.loads(decoded(words.split(".")[1]))
    if claims["exp"] < time.time():
        raise Outlived
    return str(claims["sub"])
