"""Where the data folder's parts lie, and who may reach them."""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from portal.embedded import CannotStart

# Linux takes 107 bytes of a socket's path, macOS 103; Postgres' lock file is
# named after the socket, and is the longest name we put there.
LONGEST_SOCKET = 103 - len("/.s.PGSQL.5432.lock")
POSTGRES_USER = "LABLEDGER_POSTGRES_USER"
ROOTS_STORE = Path("/var/lib/labledger")


def postgres_user() -> pwd.struct_passwd | None:
    """Who runs Postgres: we ourselves, but never root, which it refuses."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get(POSTGRES_USER, "nobody")
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise CannotStart(
            f"Postgres refuses to run as root, and this machine has no user {name!r}. "
            f"Set {POSTGRES_USER} to the name of an ordinary user."
        ) from None


def closed_to_others(path: Path) -> Path | None:
    """The highest folder on the way to `path` that other users may not pass."""
    way = [*reversed(path.resolve().parents), path.resolve()]
    return next((f for f in way if f.is_dir() and not f.stat().st_mode & stat.S_IXOTH), None)


def make(folder: Path, owner: pwd.struct_passwd | None = None, mode: int = 0o700) -> Path:
    """A folder of `owner`'s, closed to others; as it is when it is there."""
    if folder.is_dir():
        return folder
    folder.mkdir(parents=True)
    folder.chmod(mode)
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    return folder


def data(folder: Path) -> Path:
    """The data folder. Root's can be passed, not listed, by Postgres' user."""
    return make(folder, mode=0o700 if postgres_user() is None else 0o711)


def postgres(data: Path) -> Path:
    """The folder of Postgres' cluster, that its user can reach.

    As root in a closed home it lies under /var/lib, and a link in the data
    folder says where: no folder above is ever opened for it.
    """
    link, user = data / "postgres", postgres_user()
    if link.is_symlink() or link.is_dir():
        return link.resolve()
    if user is None or closed_to_others(data) is None:
        return make(link, user)
    elsewhere = make(make(ROOTS_STORE, mode=0o711) / mark(data), user)
    link.symlink_to(elsewhere)
    return elsewhere


def sockets(data: Path) -> Path:
    """The folder of the sockets, short enough for the kernel.

    When `run` in the data folder is too deep, or closed to Postgres' user, it
    is a link to a fresh folder elsewhere; so `(data / "run").resolve()` always
    finds them. A folder of somebody else's making is never taken.
    """
    link, user = data / "run", postgres_user()
    if link.is_symlink() and owned(link.resolve(), user):
        return link.resolve()
    link.unlink(missing_ok=True) if link.is_symlink() else None
    fits = len(os.fsencode(link)) <= LONGEST_SOCKET
    if fits and (user is None or closed_to_others(data) is None):
        return make(link, user)
    shutil.rmtree(link, ignore_errors=True)
    short = Path(tempfile.mkdtemp(prefix="labledger-", dir=short_parent()))
    if user is not None:
        os.chown(short, user.pw_uid, user.pw_gid)
    link.symlink_to(short)
    return short


def owned(folder: Path, user: pwd.struct_passwd | None) -> bool:
    """Whether a leftover folder is still there, ours, and closed to others."""
    if not folder.is_dir():
        return False
    found = folder.stat()
    uid = user.pw_uid if user else os.geteuid()
    return found.st_uid == uid and not found.st_mode & 0o077


def short_parent() -> str:
    """The user's own run-time folder when it is short, else the machine's."""
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    if own and os.geteuid() != 0 and len(own) < LONGEST_SOCKET - 20 and os.access(own, os.W_OK):
        return own
    return "/tmp"  # noqa: S108 -- mkdtemp makes a fresh closed folder; TMPDIR may be as deep as ours


def forget_sockets(data: Path) -> None:
    """Removes the sockets' folder elsewhere, and the link to it."""
    link = data / "run"
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
        link.unlink()


def mark(path: Path) -> str:
    """A short name for a path: its last folder's, and a digest of all of it."""
    return f"{path.parent.name}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:10]}"
