"""A password's hash takes long on purpose, and nearly every test makes a person."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

DEAR = {name: getattr(Argon2PasswordHasher, name) for name in ("time_cost", "memory_cost")}
CHEAP = {"time_cost": 1, "memory_cost": 8 * Argon2PasswordHasher.parallelism}  # KiB


def pytest_configure() -> None:
    """Argon2 all the same, 200 ms shorter."""
    for name, cost in CHEAP.items():
        setattr(Argon2PasswordHasher, name, cost)


@pytest.fixture
def dear_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in production, for a test about the time that one takes."""
    for name, cost in DEAR.items():
        monkeypatch.setattr(Argon2PasswordHasher, name, cost)
