"""What `collectstatic` makes of the static files."""

import re

import pytest
from django.contrib.staticfiles import storage
from django.core.management import call_command

from portal.assets import Assets
from tests.design.test_static import templates

NAMED = re.compile(r"{% static ['\"]([^'\"]+)['\"] %}")
IMPORTED = re.compile(r'from "\./([^"]+)"')


@pytest.fixture
def collected(tmp_path, settings, monkeypatch):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "portal.assets.Assets"}}
    monkeypatch.setattr(storage, "staticfiles_storage", storage.ConfiguredStorage())
    call_command("collectstatic", interactive=False, verbosity=0)
    return Assets(location=tmp_path)


def test_every_file_is_named_by_its_digest_and_so_is_every_import(collected, tmp_path):
    for path in templates():
        for name in NAMED.findall(path.read_text()):
            assert (tmp_path / collected.stored_name(name)).is_file(), f"{path} names {name}"
    imports = []
    for script in (tmp_path / "js").glob("*.????????????.js"):
        imports += IMPORTED.findall(script.read_text())
    assert imports
    for name in imports:
        assert re.search(r"\.[0-9a-f]{12}\.js$", name)
        assert (tmp_path / "js" / name).is_file()
