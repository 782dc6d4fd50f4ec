"""What a test that commits leaves behind: nothing."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from sources.models import Source
from tests import pristine
from tracking.models import RoleRule

pytestmark = pytest.mark.django_db


def rows() -> dict[str, list[str]]:
    """Every row of every table, as text."""
    found = {}
    with connection.cursor() as cursor:
        for name in pristine.tables():
            cursor.execute(f'SELECT t::text FROM "{name}" t ORDER BY 1')
            found[name] = [text for (text,) in cursor.fetchall()]
    return found


def change_much() -> None:
    Group.objects.get(name="lead").delete()
    Permission.objects.filter(codename__startswith="add").delete()
    RoleRule.objects.all().delete()
    User.objects.create_user("ada").groups.add(Group.objects.get(name="viewer"))
    Source.objects.create(slug="s", name="S", kind="jira")
    ContentType.objects.create(app_label="a", model="b")


def test_what_the_migrations_wrote_is_put_back_and_all_else_is_gone() -> None:
    before = rows()
    change_much()
    assert rows() != before
    pristine.again()
    assert rows() == before


def test_a_table_too_large_to_empty_row_by_row_is_cut_off() -> None:
    Source.objects.bulk_create(
        Source(slug=f"s{number}", name="S" * 200, kind="jira") for number in range(3_000)
    )
    pristine.again()
    assert not Source.objects.exists()


def test_rows_come_back_from_files_as_they_were(tmp_path: Path) -> None:
    change_much()
    before = rows()
    pristine.dump(tmp_path)
    pristine.again()
    assert rows() != before
    pristine.load(tmp_path)
    assert rows() == before


def test_what_is_stored_after_rows_from_files_gets_an_id_of_its_own(tmp_path: Path) -> None:
    """They come from another database, whose counters were further on."""
    ahead = User.objects.create_user("ada").pk + 1_000
    User.objects.create_user("bob", pk=ahead)
    pristine.dump(tmp_path)
    pristine.again()
    pristine.load(tmp_path)
    assert User.objects.create_user("eve").pk == ahead + 1
