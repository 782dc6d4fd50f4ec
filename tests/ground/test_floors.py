"""Relations only go down, also those that are written as a string."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

FLOORS = ("sources", "tracking", "sprints", "handoff", "accounts", "portal")


def floor_of(model: type[models.Model]) -> int:
    """Django's own and other packages' lie below all of ours: -1."""
    label = model._meta.app_label
    return FLOORS.index(label) if label in FLOORS else -1


def relations(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
        if isinstance(field.related_model, type):
            yield field.name, field.related_model


def upward(found: list[type[models.Model]]) -> list[str]:
    return [
        f"{model._meta.label}.{name} -> {target._meta.label}"
        for model in found
        for name, target in relations(model)
        if floor_of(target) > floor_of(model)
    ]


def test_no_model_points_at_a_floor_above_its_own() -> None:
    models_of_ours = [model for model in apps.get_models() if floor_of(model) >= 0]
    assert {model._meta.app_label for model in models_of_ours} >= {"sources", "tracking", "sprints"}
    assert upward(list(apps.get_models())) == []


@pytest.mark.parametrize(
    ("below", "above"),
    [("sources", "sprints.Task"), ("tracking", "sprints.Task"), ("sprints", "handoff.Record")],
)
def test_a_relation_to_a_floor_above_is_found_though_it_is_a_string(below: str, above: str) -> None:
    top, name = above.split(".")
    with isolate_apps(below, top):

        def model(named: str, floor: str, **fields: object) -> type[models.Model]:
            meta = type("Meta", (), {"app_label": floor})
            return type(named, (models.Model,), {"__module__": __name__, "Meta": meta, **fields})

        target = model(name, top)
        wrong = model("Wrong", below, up=models.ForeignKey(above, models.CASCADE))
        right = model("Right", top, down=models.ManyToManyField(wrong))
        assert upward([target, wrong, right]) == [f"{below}.Wrong.up -> {above}"]
