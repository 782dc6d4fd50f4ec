import pytest

from sources.models import Source


@pytest.fixture
def source(db: None) -> Source:
    return Source.objects.create(slug="lab", name="Lab", kind="neptune-archive")
