"""Files on their way in: whole, in parts, and many as a tar."""

import io
import re
import tarfile
from collections.abc import Callable
from typing import Any

from demo.neptune.asking import Ask, Refusal
from demo.neptune.fields import Container
from demo.neptune.operations import Inconsistent, field_of
from demo.neptune.store import derived
from demo.neptune.times import milliseconds

RANGE = re.compile(r"bytes=(\d+)-(\d+)/(\d+)")
FINE: dict[str, Any] = {"errors": []}


def keep_file(ask: Ask, container: Container, content: bytes, ext: str) -> None:
    path = ask.query["attribute"]
    name = path.rpartition("/")[2]
    field_of(container, path, "file", None).value = {
        "name": f"{name}.{ext}" if ext else name,
        "ext": ext,
        "size": len(content),
        "sha256": ask.store.blobs.keep(content),
    }
    changed(ask, container)


def keep_member(ask: Ask, container: Container, content: bytes, name: str) -> None:
    field = field_of(container, ask.query["attribute"], "fileSet", {})
    field.value[name] = {
        "size": len(content),
        "sha256": ask.store.blobs.keep(content),
        "mtime": milliseconds(ask.store.now),
    }
    changed(ask, container)


def changed(ask: Ask, container: Container) -> None:
    if container.kind != "project":
        container.put("sys/size", "float", float(size_of(container)))
    ask.store.touch(container)


def size_of(container: Container) -> int:
    size = 0
    for field in container.fields.values():
        if field.type == "file":
            size += field.value["size"]
        elif field.type == "fileSet":
            size += sum(member["size"] for member in field.value.values())
    return size


def told(keep: Callable[[], None]) -> dict[str, Any]:
    try:
        keep()
    except Inconsistent as error:
        return {"errors": [{"errorDescription": str(error)}]}
    return FINE


def upload_file(ask: Ask) -> dict[str, Any]:
    container = ask.container("experimentIdentifier")
    return told(lambda: keep_file(ask, container, ask.raw, ask.query.get("ext", "")))


def upload_member(ask: Ask) -> dict[str, Any]:
    container = ask.container("experimentIdentifier")
    return told(lambda: keep_member(ask, container, ask.raw, ask.query["subPath"]))


def start(ask: Ask) -> dict[str, Any]:
    """The extension is told here only, so the open upload remembers it."""
    container = ask.container("experimentIdentifier")
    number = str(len(ask.server.uploads) + 1)
    upload = derived("upload", container.id, ask.query["attribute"], number)
    ask.server.uploads[upload] = (bytearray(ask.number("totalLength")), ask.query.get("ext", ""))
    return {"uploadId": upload, "errors": []}


def part(ask: Ask) -> dict[str, Any]:
    content, _ = opened(ask)
    match = RANGE.fullmatch(ask.headers.get("X-Range", ""))
    if match is None or int(match[2]) - int(match[1]) + 1 != len(ask.raw):
        raise Refusal(400, "Length of stream does not match given range")
    content[int(match[1]) : int(match[2]) + 1] = ask.raw
    return FINE


def opened(ask: Ask) -> tuple[bytearray, str]:
    upload: tuple[bytearray, str] | None = ask.server.uploads.get(ask.query["uploadId"])
    if upload is None:
        raise Refusal(404, "No such upload")
    return upload


def finish_file(ask: Ask) -> dict[str, Any]:
    content, ext = opened(ask)
    container = ask.container("experimentIdentifier")
    answer = told(lambda: keep_file(ask, container, bytes(content), ext))
    ask.server.uploads[ask.query["uploadId"]] = (bytearray(), ext)
    return answer


def finish_member(ask: Ask) -> dict[str, Any]:
    content, ext = opened(ask)
    container = ask.container("experimentIdentifier")
    answer = told(lambda: keep_member(ask, container, bytes(content), ask.query["subPath"]))
    ask.server.uploads[ask.query["uploadId"]] = (bytearray(), ext)
    return answer


def upload_tar(ask: Ask) -> dict[str, Any]:
    container = ask.container()
    if ask.query.get("reset") == "True":
        container.put(ask.query["attribute"], "fileSet", {})
    return told(lambda: unpack(ask, container))


def unpack(ask: Ask, container: Container) -> None:
    with tarfile.open(fileobj=io.BytesIO(ask.raw), mode="r:gz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content:
                keep_member(ask, container, content.read(), member.name)
    field_of(container, ask.query["attribute"], "fileSet", {})


ANSWERS = {
    "fileAtomUpload": upload_file,
    "fileAtomMultipartUploadStart": start,
    "fileAtomMultipartUploadPart": part,
    "fileAtomMultipartUploadFinish": finish_file,
    "fileSetFileUpload": upload_member,
    "fileSetFileMultipartUploadStart": start,
    "fileSetFileMultipartUploadPart": part,
    "fileSetFileMultipartUploadFinish": finish_member,
    "uploadFileSetAttributeTar": upload_tar,
}
