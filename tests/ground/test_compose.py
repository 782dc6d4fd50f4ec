"""The compose file and the image, as far as they can be checked without an engine."""

import re
import shlex
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.urls import resolve

from portal import processes
from portal.celery import app
from portal.environment import ROOT

ONCE = {"prepare"}
SECRET = re.compile(r"PASSWORD|SECRET|_KEYS$|TOKEN")
# A mail server of one's own may want none; without a token there are no metrics.
OPTIONAL = {"LABLEDGER_SMTP_PASSWORD", "LABLEDGER_METRICS_TOKEN"}


@cache
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, with continued lines joined and comments gone."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def test_all_parts_of_the_design_are_there() -> None:
    expected = {"postgres", "valkey", "prepare", "web", "worker", "hints", "beat", "proxy"}
    assert set(services()) == expected


@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_that_stays_has_a_health_check(name: str) -> None:
    service = services()[name]
    assert ("healthcheck" in service) == (name not in ONCE)
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")


@pytest.mark.parametrize("name", sorted(services()))
def test_images_have_a_version(name: str) -> None:
    tag = services()[name]["image"].partition(":")[2]
    assert tag not in {"", "latest"}


def test_no_secret_has_a_default() -> None:
    """Neither as a value of its own, nor inside an address."""
    for name, service in services().items():
        for key, value in service.get("environment", {}).items():
            used = re.findall(r"\$\{(\w+)(:?[-?]?)[^}]*\}", str(value))
            if SECRET.search(key) and key not in OPTIONAL:
                assert used, f"{name}.{key} is written out"
            for variable, how in used:
                if SECRET.search(variable) and variable not in OPTIONAL:
                    assert how == ":?", f"{name}.{key} lets {variable} be missing"
            assert not re.search(r"://[^@$]*:[^@$]+@", str(value)), f"{name}.{key}"


def test_what_must_be_given_is_told_in_the_manual() -> None:
    needed = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    manual = (ROOT / "docs" / "operations.md").read_text()
    assert len(needed) == 5
    assert [name for name in needed if f"{name}=" not in manual] == []


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in services().items() if "ports" in service] == ["proxy"]


def test_volumes_and_dependencies_exist() -> None:
    named = {
        mount.partition(":")[0]
        for service in services().values()
        for mount in service.get("volumes", [])
        if not mount.startswith(".")
    }
    assert named == set(compose()["volumes"])
    for service in services().values():
        for other, condition in service.get("depends_on", {}).items():
            stays = condition["condition"] == "service_healthy"
            assert ("healthcheck" in services()[other]) == stays


def test_commands_and_files_that_are_named_exist() -> None:
    prepare = services()["prepare"]["command"][-1]
    for verb in re.findall(r"manage\.py (\w+)", prepare):
        assert verb in get_commands()
    for name in ("worker", "hints", "beat"):
        assert services()[name]["command"][2] == "portal.celery:app"
    for name, here in (("worker", processes.worker()), ("hints", processes.hints())):
        assert queues(services()[name]["command"]) == queues(here.command)
    assert app.main == "labledger"
    for name in ("web", "beat"):
        script = services()[name]["healthcheck"]["test"][2]
        assert (ROOT / script).is_file()
    for mount in services()["proxy"]["volumes"]:
        if mount.startswith("./"):
            assert (ROOT / mount.partition(":")[0]).is_file()
    assert resolve("/healthz").url_name == "health"


def queues(command: Sequence[str]) -> str:
    return command[list(command).index("--queues") + 1]


def test_the_proxy_serves_the_web_under_the_given_name() -> None:
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "{$LABLEDGER_SITE} {" in caddy
    assert "reverse_proxy web:8000" in caddy
    assert caddy.count("{") == caddy.count("}")


def test_the_image_is_built_in_stages_and_runs_as_nobody_special() -> None:
    words = [word for word, _ in instructions()]
    assert words.count("FROM") == 2
    last = len(words) - 1 - words[::-1].index("FROM")
    users = [rest for word, rest in instructions()[last:] if word == "USER"]
    assert users == ["labledger"]
    assert not {"ARG", "ADD"} & set(words)
    known = {"FROM", "RUN", "COPY", "ENV", "WORKDIR", "USER", "VOLUME", "EXPOSE", "CMD"}
    assert set(words) <= known | {"HEALTHCHECK"}


def test_the_image_holds_every_floor_and_nothing_that_is_not_there() -> None:
    copied = [shlex.split(rest) for word, rest in instructions() if word == "COPY"]
    sources = {path for words in copied if "--from=packages" not in words for path in words[:-1]}
    assert [path for path in sources if not (ROOT / path).exists()] == []
    assert sources >= {"portal", "handoff", "sprints", "tracking", "sources", "templates", "static"}
    let_in = {line[1:] for line in lines(".dockerignore") if line.startswith("!")}
    assert {path.partition("/")[0] for path in sources} <= let_in


def test_every_setting_is_in_the_manual_and_none_that_is_not() -> None:
    folders = ("portal", "handoff", "sprints", "tracking", "sources", "demo", "deploy")
    read = {name for folder in folders for name in settings_in(ROOT / folder)}
    manual = (ROOT / "docs" / "operations.md").read_text()
    table = manual.split("## Settings")[1].split("\n## ")[0]
    told = set(re.findall(r"`(LABLEDGER_[A-Z_]+)`", table))
    assert read - told == set()
    assert told - read == set()


def settings_in(folder: Path) -> set[str]:
    """Names given to the environment's readers, as Python strings."""
    text = "\n".join(path.read_text() for path in folder.rglob("*.py"))
    return set(re.findall(r"\"(LABLEDGER_[A-Z_]+)\"", text))


def lines(name: str) -> list[str]:
    return (ROOT / name).read_text().splitlines()
