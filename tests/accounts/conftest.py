import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_memory():
    """Counted attempts, and sessions seen, belong to one test."""
    cache.clear()
