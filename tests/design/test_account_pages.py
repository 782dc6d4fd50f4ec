"""allauth's pages wear our frame: sign in, second factor, passkeys, sessions."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

PASSWORD = "correct-horse-9"
MANAGED = {
    "/accounts/password/change/": "Change Password",
    "/accounts/2fa/": "Two-Factor Authentication",
    "/accounts/2fa/totp/activate/": "Activate Authenticator App",
    "/accounts/2fa/webauthn/": "Security keys and passkeys",
    "/accounts/2fa/webauthn/add/": "Add Security Key",
    "/accounts/2fa/recovery-codes/": "Recovery Codes",
    "/accounts/2fa/recovery-codes/generate/": "Recovery Codes",
    "/accounts/sessions/": "Sessions",
    "/accounts/logout/": "Sign out?",
    "/accounts/reauthenticate/": "Confirm Access",
}
LOOKS = [("light", 1280), ("dark", 390)]


@pytest.fixture(autouse=True)
def insecure_origin(settings):
    """The live server speaks http, as no production does."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    settings.ROOT_URLCONF = "tests.design.gallery"
    settings.SHELL_FACTS = "tests.design.gallery.shell_facts"


@pytest.fixture
def person(transactional_db):
    return User.objects.create_user("mara", "mara@lab.test", PASSWORD)


def dress(page, scheme, width):
    page.set_default_timeout(5000)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)


def sign_in(page, password=PASSWORD):
    page.goto("/accounts/login/")
    page.get_by_label("User name or email").fill("mara")
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in", exact=True).click()


def add_a_passkey(page):
    """With an authenticator that Chromium plays itself."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)  # asked for again before keys change
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Blue key")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.locator("h1")).not_to_have_text("Add Security Key")


def keeps_the_rules(page, page_checks, path, title):
    """In both looks, loaded once."""
    page.goto(path)
    expect(page.locator("h1")).to_contain_text(title)
    for scheme, width in LOOKS:
        dress(page, scheme, width)
        page_checks()


def test_the_sign_in_pages_keep_the_rules(page, page_checks, live_server, person):
    keeps_the_rules(page, page_checks, "/accounts/login/", "Sign in")
    keeps_the_rules(page, page_checks, "/accounts/signup/", "administrator")
    sign_in(page, password="wrong")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    page_checks()


def test_the_pages_of_ones_account_keep_the_rules_and_its_passkey_signs_in(
    page, page_checks, live_server, person
):
    dress(page, "light", 1280)
    sign_in(page)
    add_a_passkey(page)
    page_checks()
    for path, title in MANAGED.items():
        keeps_the_rules(page, page_checks, path, title)
    page.goto("/accounts/logout/")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name="Sign out").click()
    sign_in(page)  # a password alone no longer does
    expect(page.locator("h1")).to_have_text("Two-Factor Authentication")
    page_checks()
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{live_server.url}/")
    page_checks.nothing_wrong()
