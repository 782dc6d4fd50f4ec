"""Files of runs and of logged models, listed folder by folder."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from typing import Any, BinaryIO, cast
from urllib.parse import quote, urlsplit

from sources.connectors.base import FileRecord, Gap, Json
from sources.connectors.mlflow.downloads import BLOCK
from sources.connectors.mlflow.runs import Run
from sources.connectors.mlflow.site import Site

MOST = 5_000  # files of one run
DEEPEST = 30
PROXIED = "mlflow-artifacts"
NO_LIST = frozenset({400, 403, 404, 500, 501, 503})
NEVER_BYTES = "MLflow keeps which dataset it was, never its bytes"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where files are listed and fetched: a run's artifacts, or a logged model's.

    `before` is what their paths begin with here.
    """

    run: Run
    address: str
    list_path: str
    list_query: Mapping[str, str]
    path_query: str
    file_path: str
    file_query: str
    before: str = ""


def of_run(run: Run) -> Folder:
    return Folder(
        run,
        run.artifacts,
        "artifacts/list",
        {"run_id": run.id},
        "path",
        file_path="/get-artifact",
        file_query="path",
    )


def of_model(run: Run, model: str, name: str, address: str) -> Folder:
    within = f"logged-models/{quote(model, safe='')}/artifacts"
    return Folder(
        run,
        address,
        f"{within}/directories",
        {},
        "artifact_directory_path",
        file_path=f"/ajax-api/2.0/mlflow/{within}/files",
        file_query="artifact_file_path",
        before=f"models/{name}/{model}/",
    )


def files_of(site: Site, folder: Folder) -> Iterator[FileRecord | Gap]:
    """Each file once; bytes are fetched when a record is opened."""
    waiting, listed = [("", 0)], 0
    while waiting:
        path, depth = waiting.pop()
        entries = listing(site, folder, path)
        if isinstance(entries, Gap):
            yield entries
            continue
        for entry in entries:
            inner = str(entry.get("path") or "")
            if not is_within(inner, path):
                continue
            if entry.get("is_dir"):
                waiting += [(inner, depth + 1)] if depth < DEEPEST else []
                continue
            listed += 1
            if listed > MOST:
                yield Gap(f"{folder.before}{path}" or "files", f"has more than {MOST:,} files")
                return
            yield file_record(site, folder, inner, entry.get("file_size"))


def is_within(path: str, folder: str) -> bool:
    """A path comes from the server: it must lead down, never up or out."""
    parts = path.split("/")
    return bool(path) and path.startswith(f"{folder}/" if folder else "") and ".." not in parts


def listing(site: Site, folder: Folder, path: str) -> list[Mapping[str, Any]] | Gap:
    """One folder, all pages of it; or why it cannot be listed."""
    found: list[Mapping[str, Any]] = []
    token = ""
    while True:
        query: dict[str, str | int | list[str]] = dict(folder.list_query)
        query |= {folder.path_query: path} if path else {}
        query |= {"page_token": token} if token else {}
        reply = site.get(folder.list_path, query, answers=NO_LIST)
        if reply.status in NO_LIST:
            why = f"cannot be listed ({reply.status}{': ' if reply.value else ''}{reply.value})"
            return Gap(f"{folder.before}{path}".rstrip("/") or "files", why)
        found += reply.value.get("files") or ()
        before, token = token, reply.value.get("next_page_token") or ""
        if not token or token == before:
            return found


def file_record(site: Site, folder: Folder, path: str, size: Any) -> FileRecord:
    run = folder.run
    known = None if size is None else int(size)
    return FileRecord(
        run.record.project,
        run.id,
        f"{folder.before}{path}",
        known,
        opener(site, folder, path),
        name=path.rpartition("/")[2],
        version=f"{known} {'running' if run.running else run.ended}",
    )


def opener(site: Site, folder: Folder, path: str) -> Callable[[], BinaryIO]:
    """Proxied files come through the server as they are; what it keeps in a store
    of its own, it fetches for us."""
    place = urlsplit(folder.address)

    def open_it() -> BinaryIO:
        if place.scheme == PROXIED:
            below = quote(f"{place.path.strip('/')}/{path}")
            raw = site.download(f"/api/2.0/mlflow-artifacts/artifacts/{below}", {})
        else:
            query = {folder.file_query: path, **folder.list_query}
            raw = site.download(folder.file_path, query)
        return cast("BinaryIO", BufferedReader(raw, BLOCK))

    return open_it


def dataset_files(run: Run) -> Iterator[FileRecord]:
    """A dataset that a run used: what is known of it, without its bytes."""
    for path, dataset in run.datasets:
        told: Json = {name: str(value) for name, value in dataset.items()}
        yield FileRecord(
            run.record.project,
            run.id,
            path,
            None,
            None,
            missing=NEVER_BYTES,
            version=str(dataset.get("digest") or ""),
            listed=[told],
        )
