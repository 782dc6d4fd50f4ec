"""Wrong settings are told before anybody is served, each with a hint."""

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from portal import checks

GOOD = Fernet.generate_key().decode()


def found():
    messages = run_checks(tags=[checks.OURS])
    assert all(message.hint for message in messages)
    return [message.id.removeprefix("labledger.") for message in messages]


def test_the_tests_own_settings_are_right():
    assert found() == []


WRONG = {
    "E001": {"SECRET_KEY": ""},
    "E002": {"CREDENTIAL_KEYS": []},
    "E003": {"CREDENTIAL_KEYS": [GOOD, "no-key"]},
    "E004": {"ALLOWED_HOSTS": ["localhost", "*"], "HTTPS": True},
    "E005": {"ALLOWED_HOSTS": ["lab.example"], "HTTPS": True, "DEBUG": True},
    "E006": {"CSRF_TRUSTED_ORIGINS": ["https://lab.example", "http://lab.example"]},
    "W001": {"ALLOWED_HOSTS": ["lab.example"], "HTTPS": True, "SECRET_KEY": "short"},
    "W002": {"ALLOWED_HOSTS": ["lab.example"], "HTTPS": False},
}


@pytest.mark.parametrize(("told", "values"), WRONG.items())
def test_each_wrong_setting_is_told(settings, told, values):
    for name, value in values.items():
        setattr(settings, name, value)
    assert found() == [told]


def test_a_portal_for_this_machine_alone_may_do_without_https_and_with_debug(settings):
    settings.DEBUG = True
    settings.CSRF_TRUSTED_ORIGINS = ["http://localhost:8000"]
    assert found() == []


def test_prepare_refuses_wrong_settings(settings):
    settings.CREDENTIAL_KEYS = []
    with pytest.raises(CommandError, match="LABLEDGER_CREDENTIAL_KEYS is not set"):
        call_command("prepare", skip_checks=False)
