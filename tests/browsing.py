"""What every page is held to in a real browser, said in words when it fails."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, Playwright, Request, Response

# A binding and not a list in the page: it outlives the page that broke the rule.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event => window.reportViolation(
  `${event.effectiveDirective} refused ${event.blockedURI || "inline"} ` +
  `(${event.sourceFile || "the page"}:${event.lineNumber}) ${event.sample}`));
"""
# Violations are told in a task of their own, after the console's words about them.
SETTLED = "() => new Promise(done => setTimeout(done, 30))"
type SignIn = Callable[[Any], Page]

# The first has no windows to keep: the same pages with half the work.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Telling what is in order too is two thirds of axe's time.
AXE_OPTIONS = {"runOnly": AXE_RULES, "resultTypes": ["violations"]}


class PageChecks:
    """Collects what went wrong on a page, from its first request on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.expose_function("reportViolation", self.violation)
        page.add_init_script(REPORT_VIOLATIONS)
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.add("script error", str(error)))
        page.on("requestfailed", self.failed)
        page.on("response", self.answered)

    def add(self, kind: str, what: str) -> None:
        self.troubles.append(f"{kind}: {what}")

    def violation(self, what: str) -> None:
        self.add("content security policy", what)

    def console(self, message: ConsoleMessage) -> None:
        """Loads that failed are told by `failed` and `answered`, which know more."""
        failed_load = message.text.startswith("Failed to load resource")
        if message.type in {"error", "warning"} and not failed_load:
            self.add(f"console {message.type}", message.text)

    def failed(self, request: Request) -> None:
        """A request that the page itself gave up (a newer search) is no trouble."""
        if request.failure != "net::ERR_ABORTED":
            self.add("request failed", f"{request.url} {request.failure}")

    def answered(self, response: Response) -> None:
        """A page may say 404 or 403 itself; what it loads may not."""
        wrong = 500 if response.request.is_navigation_request() else 400
        if response.status >= wrong:
            self.add("answer", f"{response.status} {response.url}")

    def nothing_wrong(self) -> None:
        """No violation, no console error, no failed request, until now."""
        self.page.evaluate(SETTLED)
        found, self.troubles = self.troubles, []
        assert not found, f"{self.page.url}\n  " + "\n  ".join(found)

    def accessible(self) -> None:
        """axe finds nothing on the page as it is now."""
        answer = Axe().run(self.page, options=AXE_OPTIONS)
        found = [broken(rule) for rule in answer.response["violations"]]
        assert not found, f"{self.page.url}\n" + "\n".join(found)

    def __call__(self) -> None:
        self.nothing_wrong()
        self.accessible()


def broken(rule: dict[str, Any]) -> str:
    """One axe rule and where it is broken."""
    nodes = rule["nodes"][:5]
    places = [f"    {node['target'][0]}  {node['html'][:120]}" for node in nodes]
    return "\n".join([f"  {rule['id']} ({rule['impact']}): {rule['help']}", *places])


@pytest.fixture
def page_checks(page: Page) -> Iterator[PageChecks]:
    """Call it once a page is drawn: `page_checks()`. What goes wrong afterwards
    still fails the test at its end."""
    checks = PageChecks(page)
    yield checks
    checks.nothing_wrong()


@pytest.fixture(scope="session")
def no_connection() -> None:
    """Before a browser comes: the connection of until now is found by nobody afterwards."""
    connections.close_all()


@pytest.fixture(scope="session")
def playwright(no_connection: None, playwright: Playwright) -> Iterator[Playwright]:
    """While it lives, its event loop runs in our thread, and Django then keeps other
    connections than without one. Each kind is closed before the other begins: a
    database with a forgotten connection can be neither copied nor dropped."""
    yield playwright
    connections.close_all()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium: playwright's own browser is a download we do without."""
    if not (found := next(filter(None, map(shutil.which, BROWSERS)), None)):
        pytest.fail("No Chromium: `make test` installs it as root (chromium-headless-shell).")
    quiet = ("gpu", "quic", "background-networking", "component-update", "sync", "dev-shm-usage")
    arguments = ["--no-first-run", *(f"--disable-{part}" for part in quiet)]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses root otherwise
    return {"executable_path": found, "headless": True, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], live_server: Any) -> dict[str, Any]:
    """`page.goto("/sprints/")` goes to the live server."""
    return {**browser_context_args, "base_url": live_server.url, "locale": "en-GB"}


@pytest.fixture
def signed_in_page(page: Page, live_server: Any, settings: Any) -> SignIn:
    """`signed_in_page(user)`: the page, with that user's session cookie."""

    def sign_in(user: Any) -> Page:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        page.context.add_cookies([cookie])
        return page

    return sign_in
