"""What a file is, from its first bytes.

Export archives drop endings, and run authors may write any ending they like:
a name never decides what a file is. It only chooses between forms that the
bytes fit equally well (a plain text may be Markdown, `a = 1` Python or TOML).
"""

from tracking.sniff.binaries import of_bytes
from tracking.sniff.sniffed import Sniffed, ending_of
from tracking.sniff.texts import of_text

__all__ = ["HEAD", "Sniffed", "sniff"]

HEAD = 64 * 1024  # bytes that are worth giving
SAME = {".jpeg": ".jpg", ".htm": ".html", ".yml": ".yaml", ".pickle": ".pkl", ".tiff": ".tif"}
# Several endings in use for one form: none of them is a surprise.
ALSO = {
    ".pt": {".pth", ".bin", ".ckpt", ".tar"},
    ".pkl": {".joblib", ".pt", ".pth", ".bin", ".ckpt", ".model"},
    ".txt": {".log", ".out", ".err", ".patch"},
    ".zip": {".npz", ".pt", ".keras", ".whl", ".jar"},
    ".h5": {".hdf5", ".keras"},
    ".gz": {".tgz"},
    ".tar.gz": {".tgz", ".gz"},
    ".diff": {".patch"},
    ".jsonl": {".json", ".ndjson"},
    ".py": {".pyi"},
}


def sniff(head: bytes, *, path: str = "", name: str = "") -> Sniffed:
    """`head` is the file's beginning, or all of it; `name` its original name
    where it is known, `path` its place in the run. Nothing is ever executed,
    and nothing is unpacked but a few bytes."""
    named = ending_of(name) or ending_of(path)
    if not head:
        return Sniffed("application/octet-stream", named, ("empty",))
    found = of_bytes(head) or of_text(head, named)
    return _with_surprise(found, named)


def _with_surprise(found: Sniffed, named: str) -> Sniffed:
    """Says so when the name claims another form than the bytes have."""
    if not named or not found.ending:
        return found
    claimed = SAME.get(named, named)
    if claimed == found.ending or claimed in ALSO.get(found.ending, set()):
        return found
    note = f"named {named}, and is {found.media_type}"
    return Sniffed(found.media_type, found.ending, (*found.notes, note))
