"""Files on their way out: whole, one picture of a series, a set as a zip."""

import io
import zipfile
from typing import Any

from demo.neptune.asking import Ask, Refusal, Reply
from demo.neptune.documents import STORAGE
from demo.neptune.fields import Field
from demo.neptune.store import Store, derived
from demo.neptune.times import spoken

PICTURES = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"GIF8", "image/gif"))
EPOCH = (1980, 1, 1, 0, 0, 0)


def download(ask: Ask) -> Reply:
    kept = ask.field("file").value
    return Reply(ask.store.blobs.read(kept["sha256"]), name=kept["name"])


def picture(ask: Ask) -> Reply:
    points = ask.field("imageSeries").value
    index = ask.number("index")
    if index >= len(points):
        raise Refusal(404, "No such picture")
    content = ask.store.blobs.read(points[index][2]["sha256"])
    return Reply(content, type=picture_type(content))


def picture_type(content: bytes) -> str:
    return next((kind for start, kind in PICTURES if content.startswith(start)), "image/unknown")


def listing(ask: Ask) -> list[dict[str, Any]]:
    """One folder of a set: its files, and its folders once each."""
    prefix = ask.query.get("path", "").strip("/")
    prefix = f"{prefix}/" if prefix else ""
    found: dict[str, dict[str, Any]] = {}
    for path, member in ask.field("fileSet").value.items():
        if not path.startswith(prefix):
            continue
        name, deeper, _ = path.removeprefix(prefix).partition("/")
        entry = found.setdefault(name, entry_of(name, member, folder=bool(deeper)))
        if deeper:
            entry["size"] += member["size"]
    return [found[name] for name in sorted(found)]


def entry_of(name: str, member: dict[str, Any], *, folder: bool) -> dict[str, Any]:
    return {
        "name": name,
        "size": 0 if folder else member["size"],
        "mtime": spoken(member["mtime"]),
        "fileType": "directory" if folder else "file",
    }


def prepare(ask: Ask) -> dict[str, Any]:
    field = ask.field("fileSet")
    request = derived("zip", str(len(ask.server.zips)), ask.query["attribute"])
    name = ask.query["attribute"].rpartition("/")[2]
    ask.server.zips[request] = [ask.server.zip_polls, name, zipped(ask.store, field)]
    return {"id": request}


def zipped(store: Store, field: Field) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, member in sorted(field.value.items()):
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, store.blobs.read(member["sha256"]))
    return target.getvalue()


def prepared(ask: Ask) -> dict[str, Any]:
    """The address comes once the zip has been asked for often enough."""
    request = ask.query["id"]
    waiting = ask.server.zips.get(request)
    if waiting is None:
        raise Refusal(404, "No such download")
    if waiting[0] > 0:
        waiting[0] -= 1
        return {"id": request}
    return {"id": request, "downloadUrl": f"{ask.server.url}{STORAGE}/fileset/zip?id={request}"}


def zip_bytes(ask: Ask) -> Reply:
    waiting = ask.server.zips.get(ask.query["id"])
    if waiting is None:
        raise Refusal(404, "No such download")
    return Reply(waiting[2], type="application/zip", name=f"{waiting[1]}.zip")


ANSWERS = {
    "downloadAttribute": download,
    "getImageSeriesValue": picture,
    "lsFileSetAttribute": listing,
    "prepareForDownloadFileSetAttributeZip": prepare,
    "getDownloadPrepareRequest": prepared,
    "downloadZip": zip_bytes,
}
