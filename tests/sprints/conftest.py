import pytest

from tests.sprints.made import Lab


@pytest.fixture
def lab(db: None) -> Lab:
    return Lab()
