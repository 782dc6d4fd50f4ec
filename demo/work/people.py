"""The team of the story. Names are invented; no person is meant."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """`name` is the user name in both trackers."""

    name: str
    shown: str
    zone: str
    role: str


MARA = Person("mara.okafor", "Mara Okafor", "Europe/Oslo", "ML engineer")
JUN = Person("jun.kato", "Jun Kato", "Asia/Tokyo", "ML engineer")
ADA = Person("ada.berg", "Ada Berg", "Europe/Oslo", "data engineer")
TOR = Person("tor.solberg", "Tor Solberg", "Europe/Oslo", "deployment engineer")
LEA = Person("lea.moreau", "Lea Moreau", "Europe/Paris", "team lead")
KIT = Person("kit.novak", "Kit Novak", "Europe/Prague", "annotator")

PEOPLE = (MARA, JUN, ADA, TOR, LEA, KIT)
