"""Where a name leads."""

from django.contrib.auth.models import User
from django.urls import reverse


def person_url(person: User | None) -> str:
    """To what they did; empty where nobody said who it is."""
    return reverse("person", args=[person.pk]) if person else ""
