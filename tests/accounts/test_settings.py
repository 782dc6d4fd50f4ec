"""One's own settings."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.models import Profile
from tests.accounts.making import PASSWORD, person, signed_in

pytestmark = pytest.mark.django_db
TOLD = {
    "name": "Mara  Ost-Lind",
    "email": "mara@lab.test",
    "zone": "Asia/Tokyo",
    "single_keys": "on",
}


def test_settings_are_kept_from_the_first_saving_on():
    mara = person()
    client = signed_in(mara)
    client.get("/settings/")
    assert not Profile.objects.exists()
    assert client.post("/settings/", TOLD).url == "/settings/"
    mara.refresh_from_db()
    assert mara.get_full_name() == "Mara Ost-Lind"
    assert Profile.objects.get().zone == "Asia/Tokyo"
    page = client.get("/settings/").content.decode()
    assert '<option value="Asia/Tokyo" selected>' in page
    assert "data-single-keys" not in page


def test_shortcuts_of_one_letter_can_be_turned_off():
    client = signed_in(person())
    client.post("/settings/", {name: told for name, told in TOLD.items() if name != "single_keys"})
    assert 'data-single-keys="off"' in client.get("/settings/").content.decode()


def test_times_are_shown_in_ones_own_zone():
    client = signed_in(person())
    client.post("/settings/", TOLD)
    made = client.post("/settings/tokens/", {"name": "n", "scopes": ["read"], "days": "1"})
    hour = timezone.now().astimezone(timezone.zoneinfo.ZoneInfo("Asia/Tokyo")).strftime("%H:")
    times = re.findall(r"<time [^>]*>([^<]+)</time>", made.content.decode())
    assert any(hour in one for one in times), times


@pytest.mark.parametrize("zone", ["Mars/Phobos", "../../etc/passwd", "", "Etc/GMT+5"])
def test_a_zone_that_is_none_is_refused(zone):
    page = signed_in(person()).post("/settings/", TOLD | {"zone": zone})
    assert page.status_code == 200
    assert not Profile.objects.exists()


def test_an_address_is_changed_only_with_the_password():
    mara = person()
    client = signed_in(mara)
    told = TOLD | {"email": "New@lab.test"}
    asked = client.post("/settings/", told)
    assert asked.url.startswith("/accounts/reauthenticate/")
    mara.refresh_from_db()
    assert mara.email == "mara@lab.test"
    wrong = client.post(asked.url, {"password": "wrong"})
    assert wrong.status_code == 200
    client.post(asked.url, {"password": PASSWORD})
    mara.refresh_from_db()
    assert mara.email == "new@lab.test"


def test_an_address_of_somebody_else_is_refused():
    person("otto")
    mara = person()
    client = signed_in(mara)
    asked = client.post("/settings/", TOLD | {"email": "OTTO@lab.test"})
    page = client.post(asked.url, {"password": PASSWORD})
    assert "Somebody else here has this address." in page.content.decode()
    mara.refresh_from_db()
    assert mara.email == "mara@lab.test"


@pytest.mark.parametrize(
    ("role", "there"), [("viewer", False), ("lead", False), ("administrator", True)]
)
def test_the_menu_leads_to_what_one_may_open(role, there):
    client = signed_in(person("mara", role))
    page = client.get("/settings/").content.decode()
    menu = page[page.index('class="menu-list"') : page.index("</details>")]
    places = re.findall(r'href="([^"]+)"', menu)
    own = ["/settings/", "/settings/tokens/", "/settings/jira/", "/api/v1/docs/"]
    assert places == own + (["/settings/people/", "/admin/"] if there else [])
    assert {client.get(place).status_code for place in places} == {200}


def test_a_stranger_is_asked_to_sign_in():
    for path in ("/settings/", "/settings/tokens/", "/settings/people/"):
        assert Client().get(path).url == f"/accounts/login/?next={path}"
