"""Whole issues, with the fields that were asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from demo.jira.render import changelog, site
from demo.jira.render.fields import BUILDERS, Builder, custom, parent_of, short
from demo.jira.render.voice import Answer, Voice
from demo.jira.things import Issue

EXPANDS = (
    "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations,transitions"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller wants to know of each issue."""

    builders: dict[str, Builder]
    parent: bool
    only_ids: bool = False
    changelog: bool = False

    @property
    def small(self) -> bool:
        """Whether a page may be as long as pages of ids are."""
        return not self.builders and not self.parent


def wanted(voice: Voice, words: Sequence[str], expand: Iterable[str]) -> Wanted:
    """Reads a list of fields: ids, `*all`, `*navigable`, and `-id` to leave out.

    Names are not understood, and unknown ids are passed over, as in Jira.
    """
    known = _known(voice)
    names = _chosen([*known, "parent"], words)
    return Wanted(
        builders={name: build for name, build in known.items() if name in names},
        parent="parent" in names,
        only_ids=voice.cloud and set(words) == {"id"},
        changelog="changelog" in expand,
    )


def issue(voice: Voice, one: Issue, want: Wanted) -> Answer:
    """An issue; only its id, on Cloud, when nothing else was asked for."""
    if want.only_ids and not want.changelog:
        return {"id": str(one.id)}
    told: Answer = {
        "expand": EXPANDS,
        "id": str(one.id),
        "self": voice.rest(f"issue/{one.id}"),
        "key": one.key,
    }
    fields = {name: build(voice, one) for name, build in want.builders.items()}
    parent = parent_of(voice, one) if want.parent else None
    if parent is not None:
        fields["parent"] = short(voice, parent)
    if fields:
        told["fields"] = fields
    if want.changelog:
        told["changelog"] = changelog.embedded(voice, one)
    return told


def names(voice: Voice, want: Wanted) -> dict[str, str]:
    """`expand=names`: field ids and what people call them."""
    called = {field["id"]: field["name"] for field in site.fields(voice)}
    return {name: called.get(name, name) for name in want.builders}


def _known(voice: Voice) -> dict[str, Builder]:
    return BUILDERS | {field.id: custom(voice, field) for field in site.shown_fields(voice)}


def _chosen(known: list[str], words: Sequence[str]) -> set[str]:
    added = [word for word in words if not word.startswith("-")]
    removed = {word[1:] for word in words if word.startswith("-")}
    chosen = set(added)
    if "*all" in added:
        chosen |= set(known)
    if "*navigable" in added or not added:
        chosen |= set(known) - set(site.NOT_NAVIGABLE)
    return chosen & set(known) - removed
