"""The endpoints, and the one table of them."""

from demo.jira.views import agile, feeds, issues, notes, people, search, site, writes
from demo.jira.web import Route

ROUTES: tuple[Route, ...] = (
    *search.ROUTES,
    *issues.ROUTES,
    *writes.ROUTES,
    *feeds.ROUTES,
    *notes.ROUTES,
    *agile.ROUTES,
    *people.ROUTES,
    *site.ROUTES,
)
