"""What search finds of a run's parameters."""

from portal.search import search
from sources.models import Document, Person, Source
from tests.tracking import making

LAYERS = {f"encoder/layers/{number}/dropout": number / 100 for number in range(60)}


def found(person: Person, words: str) -> list[str]:
    return [hit.name for hit in search(person, words).hits]


def test_a_run_is_found_by_its_settings_names_and_their_text(
    source: Source, reader: Person
) -> None:
    settings = {"optim/focal_gamma": 2.0, "backbone": "resnet50", "seed": 90125, "amp": True}
    making.store(source, making.run("DOC-1", parameters=settings))
    for words in ("optim/focal_gamma", "gamma", "backbone", "resnet50"):
        assert found(reader, words) == ["DOC-1"], words
    for words in ("90125", "true"):
        assert found(reader, words) == [], words


def test_a_whole_configuration_is_found_by_the_words_of_its_names(
    source: Source, reader: Person
) -> None:
    making.store(source, making.run("DOC-1", parameters=LAYERS | {"loss/kind": "focal"}))
    for words in ("encoder", "dropout layers", "kind", "focal"):
        assert found(reader, words) == ["DOC-1"], words
    [body] = Document.objects.values_list("body", flat=True)
    assert body.split() == ["encoder", "layers", "dropout", "loss", "kind", "focal", "DOC"]
