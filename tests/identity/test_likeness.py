"""Who may be whom: symmetric, deterministic, and never two of one domain."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.ties.likeness import LIKELY, POSSIBLE, SURE, SURENESS, Face, folded, like
from sprints.mail import mail_mark

MIA = Face(name="Mia Ode", handle="mia.ode", mail="mia.ode@lab.test")


@pytest.mark.parametrize(
    ("other", "sureness", "reason"),
    [
        (Face(mail="Mia.Ode@LAB.test"), SURE, "the same e-mail"),
        (Face(name="M.", mark=mail_mark("mia.ode@lab.test")), SURE, "the same e-mail"),
        (Face(name="Ode, Mia"), LIKELY, "the same name"),
        (Face(name="MÍA ODÉ"), LIKELY, "the same name"),
        (Face(handle="mia.ode"), LIKELY, "a user name made of the name"),
        (Face(handle="ode_mia"), LIKELY, "a user name made of the name"),
        (Face(mail="ode.mia@home.test"), LIKELY, "an e-mail that begins with the name"),
        (Face(mail="mia.ode+git@home.test"), LIKELY, "an e-mail that begins with the name"),
    ],
)
def test_what_speaks_for_one_person(other, sureness, reason):
    found = like(MIA, other)
    assert found is not None
    assert (found.sureness, found.reason) == (sureness, reason)


def test_one_word_alone_is_only_possible():
    found = like(Face(handle="mode"), Face(mail="mode@home.test"))
    assert found is not None
    assert (found.sureness, found.reason) == (
        POSSIBLE,
        "an e-mail that begins with the user name",
    )


@pytest.mark.parametrize(
    "other",
    [
        Face(name="Mia Ost"),
        Face(name="Mia"),
        Face(name="Mia Ode", mail="mia.ode2@lab.test"),
        Face(name="Mia Ode", mark=mail_mark("m.ode@lab.test")),
        Face(),
    ],
)
def test_what_does_not(other):
    assert like(MIA, other) is None


@pytest.mark.parametrize("words", ["root", "Former user", "ubuntu", "admin"])
def test_accounts_that_many_share_are_like_nobody(words):
    assert like(Face(name=words, handle=words), Face(name=words, handle=words)) is None


def test_letters_without_accents_are_the_same_letters():
    assert folded("Łukasz MÜLLER Øst") == "lukasz muller ost"


# ── any two ──────────────────────────────────────────────────────────────────

WORDS = st.sampled_from(["mia", "Mia", "ode", "Odé", "ost", "kim", "ß", "ł", "root", "user"])
NAMES = st.lists(WORDS, max_size=3).map(" ".join) | st.text(max_size=8)
HANDLES = st.lists(WORDS, max_size=3).map(".".join) | st.text(max_size=8)
LOCALS = st.lists(WORDS, min_size=1, max_size=2).map(".".join)
DOMAINS = st.sampled_from(["lab.test", "LAB.test", "home.test"])
MAILS = st.just("") | st.builds("{}@{}".format, LOCALS, DOMAINS) | st.text(max_size=8)


@st.composite
def faces(draw, mails=MAILS):
    """Some whose address is only known by its mark."""
    mail, kept = draw(mails), draw(st.booleans())
    mark = "" if kept else mail_mark(mail)
    return Face(draw(NAMES), draw(HANDLES), mail=mail if kept else "", mark=mark)


@st.composite
def two_of_one_domain(draw):
    """Any names, also the same; addresses that differ before the @ alone."""
    first, second = draw(st.lists(LOCALS, min_size=2, max_size=2, unique_by=str.casefold))
    return tuple(draw(faces(st.just(f"{local}@{draw(LAB)}"))) for local in (first, second))


LAB = st.sampled_from(["lab.test", "LAB.test"])


@given(faces(), faces())
def test_likeness_is_the_same_from_both_sides_and_each_time(one, other):
    found = like(one, other)
    assert found == like(other, one) == like(one, other)
    assert found is None or found.sureness in SURENESS


@given(two_of_one_domain())
def test_two_addresses_of_one_domain_are_never_one_person(two):
    one, other = two
    assert one.domain == other.domain != ""
    assert like(one, other) is None
    assert like(other, replace(one, name=other.name, handle=other.handle)) is None


@given(st.builds("{}@{}".format, LOCALS, DOMAINS), st.data())
def test_the_same_address_is_one_person_for_sure(mail, drawn):
    found = like(drawn.draw(faces(st.just(mail))), drawn.draw(faces(st.just(mail.upper()))))
    assert found is not None
    assert found.sureness == SURE


@given(st.text(max_size=30))
def test_a_mark_is_only_of_what_can_be_an_address(text):
    mark = mail_mark(text)
    assert mark == mail_mark(f" {text} ")
    assert mark == "" or ("@" in text and len(mark) == 49)
