"""Dataset versions: lists of files by hash. Their bytes stay where they are."""

import hashlib
from typing import Any

from demo.neptune.asking import Ask, Refusal


def key(ask: Ask, digest: str = "") -> str:
    project = ask.project(ask.query["projectIdentifier"])
    return f"{project.id}/{digest or ask.query['hash']}"


def told(digest: str, files: list[dict[str, Any]] | None) -> dict[str, Any]:
    size = sum(file.get("size") or 0 for file in files or ())
    return {"artifactHash": digest, "receivedMetadata": files is not None, "size": size}


def create(ask: Ask) -> dict[str, Any]:
    return told(ask.query["hash"], ask.store.artifacts.get(key(ask)))


def keep_files(ask: Ask) -> dict[str, Any]:
    files = ask.store.artifacts[key(ask)] = by_path(ask.body["files"])
    return told(ask.query["hash"], files)


def by_path(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(files, key=lambda file: str(file["filePath"]))


def new_version(ask: Ask) -> dict[str, Any]:
    """The files there were, with these on top, under a hash of them all."""
    known = {file["filePath"]: file for file in ask.store.artifacts.get(key(ask), [])}
    added = {file["filePath"]: file for file in ask.body["files"]}
    merged = by_path(list((known | added).values()))
    words = "".join(f"{file['filePath']}\0{file['fileHash']}\0" for file in merged)
    digest = hashlib.sha256(words.encode()).hexdigest()
    ask.store.artifacts[key(ask, digest)] = merged
    return told(digest, merged)


def list_files(ask: Ask) -> dict[str, Any]:
    files = ask.store.artifacts.get(key(ask))
    if files is None:
        raise Refusal(404, "No such artifact")
    return {"files": files}


ANSWERS = {
    "createNewArtifact": create,
    "uploadArtifactFilesMetadata": keep_files,
    "createArtifactVersion": new_version,
    "listArtifactFiles": list_files,
}
