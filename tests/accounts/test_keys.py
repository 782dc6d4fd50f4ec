"""Credential keys: made, put before the old one, everything under the newest."""

import os
import subprocess
import sys

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from portal import cli
from sources.models import Source
from sources.rotation import rotate
from sources.webhooks.receiving import open_door
from tests.accounts.making import code_of, person

pytestmark = pytest.mark.django_db
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def source(settings):
    settings.CREDENTIAL_KEYS = [OLD]
    held = Source(slug="lab", name="Lab", kind="jira")
    held.secret = "token"
    held.save()
    Source.objects.create(slug="open", name="Open", kind="neptune-archive")
    return held


def test_after_rotation_the_old_key_is_needed_no_more(source, settings):
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert rotate().done == 1
    settings.CREDENTIAL_KEYS = [NEW]
    source.refresh_from_db()
    assert source.secret == "token"


def test_a_webhooks_address_and_secret_are_rotated_too(source, settings):
    door = open_door(source, signed=True)
    token, secret = door.token, door.secret
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert rotate().done == 2
    settings.CREDENTIAL_KEYS = [NEW]
    door.refresh_from_db()
    assert (door.token, door.secret) == (token, secret)
    settings.CREDENTIAL_KEYS = [OLD]
    assert rotate().unreadable == ["Lab", "webhook of Lab"]


def test_rotating_twice_does_no_harm(source, settings):
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    rotate()
    rotate()
    source.refresh_from_db()
    assert source.secret == "token"


def test_a_credential_that_no_key_opens_is_named_and_the_rest_is_done(source, settings, capsys):
    settings.CREDENTIAL_KEYS = [NEW]
    other = Source(slug="other", name="Other", kind="jira")
    other.secret = "second"
    other.save()
    with pytest.raises(CommandError, match="stored for: Lab"):
        call_command("rotate")
    assert "1 stored secrets" in capsys.readouterr().out


def test_second_factors_lie_sealed_and_are_rotated_too(source, settings, capsys):
    ada = person("ada", "administrator")
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(ada).get_unused_codes()
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert "JBSWY3DPEHPK3PXP" not in kept
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    call_command("rotate")
    assert "3 stored secrets" in capsys.readouterr().out
    settings.CREDENTIAL_KEYS = [NEW]
    held = {one.type: one for one in Authenticator.objects.all()}
    assert RecoveryCodes(held["recovery_codes"]).get_unused_codes() == codes
    assert TOTP(held["totp"]).validate_code(code_of("JBSWY3DPEHPK3PXP"))


def test_a_credential_that_is_entered_meanwhile_stays(source, settings, monkeypatch):
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    sealed = "sources.rotation.secrets.rotated"

    def entered_meanwhile(held):
        fresh = Source.objects.get(slug="lab")
        fresh.secret = "newer"
        fresh.save()
        return held

    monkeypatch.setattr(sealed, entered_meanwhile)
    assert rotate().done == 0
    source.refresh_from_db()
    assert source.secret == "newer"


def test_a_new_key_is_printed_and_what_to_do_with_it(capsys):
    assert cli.main(["key"]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert Fernet(first)
    assert "labledger rotate" in " ".join(rest)
    assert "LABLEDGER_CREDENTIAL_KEYS" in " ".join(rest)


@pytest.mark.parametrize("verb", [["rotate"], ["invite", "eve@lab.test"]])
def test_a_command_without_a_database_says_so_in_words(verb):
    """As a person calls it: a process of its own."""
    nowhere = {"DATABASE_URL": "postgresql://labledger@127.0.0.1:1/none"}
    done = subprocess.run(
        [sys.executable, "-m", "portal.cli", *verb],
        env=os.environ | nowhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr
