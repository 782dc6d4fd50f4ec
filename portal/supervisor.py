"""`labledger run`: everything that one machine needs, in the foreground.

It never imports Django: what must be asked of Django runs as a child, and only
when a mark says that something changed.
"""

import errno
import http.client
import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from portal import environment, keys, prepared, processes
from portal.checkup import stores
from portal.crew import AskedToStop, Crew, report
from portal.embedded import CannotStart, folders, lock, postgres, valkey
from portal.embedded.child import Child

type Begun = tuple[subprocess.Popen[bytes], Child]

FIRST_LOGIN = "keys/first_login"
DATABASE_MARK = "database.mark"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for. `port` None: 8000, or the next free one."""

    host: str = "127.0.0.1"
    port: int | None = None
    demo: bool = True


def run(wish: Wish) -> int:
    """Until it is asked to stop (0), or something fails (1, said in words)."""
    try:
        folder = folders.data(environment.folder())
        with lock.held(folder):
            supervise(folder, wish)
    except AskedToStop:
        return 0
    except CannotStart as error:
        report(error)
        return 1
    return 0


def supervise(folder: Path, wish: Wish) -> None:
    os.chdir(environment.ROOT)
    if told := stores.unserved():
        raise CannotStart("\n".join(told))
    keys.make(folder)
    port = free_port(wish)
    with Crew(folder / "logs") as crew:
        crew.roll()
        start(crew, folder, wish, port)
        greet(crew, folder, wish.host, port)
        try:
            crew.watch()
        finally:
            crew.say("Stopping …")


def start(crew: Crew, folder: Path, wish: Wish, port: int) -> None:
    """Web first, since a person waits for it: it imports its pages while all that
    they need is brought up. The rest follow once it answers."""
    servers_up, up_to_date = mark(folder / "servers.mark"), mark(folder / "web.mark")
    own_database, own_queue = name_servers(folder)
    preparing = begin_preparing(crew, folder, demo=wish.demo and own_database, after=servers_up)
    web = processes.web(wish.host, port, after=up_to_date)
    crew.begin(web)
    collecting = begin_static(crew, folder)
    begin_servers(crew, folder, database=own_database, queue=own_queue)
    await_servers(crew, folder, database=own_database, queue=own_queue)
    servers_up.touch()
    bring_up_to_date(crew, folder, preparing, demo=wish.demo and own_database)
    if collecting:
        finish_static(crew, folder, collecting)
    up_to_date.touch()
    crew.until(lambda: answers(wish.host, port), of=web, seconds=120)
    crew.say("The pages answer")
    if (folder / "sample" / "ports.json").is_file():
        crew.begin(processes.practice(folder / "sample"))
    for other in (processes.worker(), processes.beat(folder), processes.hints()):
        crew.begin(other)


def mark(file: Path) -> Path:
    """A file that tells those who wait for it to go on, not yet there."""
    file.unlink(missing_ok=True)
    return file


def name_servers(folder: Path) -> tuple[bool, bool]:
    """Tells all that begin from here on where the servers will be. Whether database
    and queue are ours: those that no URL names."""
    run = folders.sockets(folder)
    own_database = not os.environ.get("DATABASE_URL")
    own_queue = not os.environ.get("REDIS_URL")
    if own_database:
        os.environ["DATABASE_URL"] = postgres.address(run)
    if own_queue:
        os.environ["REDIS_URL"] = f"unix://{run / valkey.SOCKET}"
    return own_database, own_queue


def begin_servers(crew: Crew, folder: Path, *, database: bool, queue: bool) -> None:
    run = folders.sockets(folder)
    if database:
        begin_postgres(crew, folder, run)
    if queue:
        begin_valkey(crew, folder, run)


def await_servers(crew: Crew, folder: Path, *, database: bool, queue: bool) -> None:
    run = folders.sockets(folder)
    if queue:
        crew.until(lambda: valkey.ready(run), seconds=60)
        crew.say("Valkey is ready")
    if database:
        crew.until(lambda: postgres.ready(run), seconds=60)
        crew.say(f"PostgreSQL {postgres.version()} is ready")


def begin_postgres(crew: Crew, folder: Path, run: Path) -> None:
    if postgres.stop_leftover(folder):
        crew.say("Stopped a PostgreSQL that an earlier run had left")
    crew.begin(postgres.child(folder, run))


def begin_valkey(crew: Crew, folder: Path, run: Path) -> None:
    if valkey.stop_leftover(run):
        crew.say("Stopped a Valkey that an earlier run had left")
    crew.begin(valkey.child(folder, run))


def begin_preparing(crew: Crew, folder: Path, *, demo: bool, after: Path) -> Begun | None:
    """Where no database was prepared yet, what prepares it is imported while the
    servers begin."""
    if (folder / DATABASE_MARK).is_file():
        return None
    what = processes.prepare(demo=demo, after=after)
    return crew.begin(what), what


def bring_up_to_date(crew: Crew, folder: Path, preparing: Begun | None, *, demo: bool) -> None:
    """Migrations, the first login, the sample work; nothing when nothing changed."""
    stamp, url = folder / DATABASE_MARK, os.environ["DATABASE_URL"]
    if preparing:
        crew.join(*preparing)
    elif stamp.read_text() == prepared.database_mark(url):
        return
    else:
        crew.complete(processes.prepare(demo=demo))
    stamp.write_text(prepared.database_mark(url))
    crew.say("The database is up to date")


def begin_static(crew: Crew, folder: Path) -> Begun | None:
    """Collects the static files beside everything else, when one changed."""
    if static_stamp(folder) == prepared.static_mark(folder / "static"):
        return None
    what = processes.collect()
    return crew.begin(what), what


def finish_static(crew: Crew, folder: Path, collecting: Begun) -> None:
    crew.join(*collecting)
    (folder / "static.mark").write_text(prepared.static_mark(folder / "static"))
    crew.say("The static files are collected")


def static_stamp(folder: Path) -> str:
    stamp = folder / "static.mark"
    return stamp.read_text() if stamp.is_file() else ""


def free_port(wish: Wish) -> int:
    """The wished one, or the first free of 8000 to 8019."""
    if wish.port is not None:
        if not is_free(wish.host, wish.port):
            raise CannotStart(f"Port {wish.port} is taken. Choose another with --port.")
        return wish.port
    found = next((port for port in range(8000, 8020) if is_free(wish.host, port)), None)
    if found is None:
        raise CannotStart("Ports 8000 to 8019 are all taken. Choose another with --port.")
    return found


def is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise CannotStart(f"Cannot listen on {host}:{port}: {error.strerror}.") from None
    return True


def answers(host: str, port: int) -> bool:
    """Whether any page answers, if only with the way to the login."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared, not bound
    line = http.client.HTTPConnection(near, port, timeout=10)
    try:
        line.request("GET", "/", headers={"Host": f"localhost:{port}"})
        return line.getresponse().status < 500
    except OSError:
        return False
    finally:
        line.close()


def greet(crew: Crew, folder: Path, host: str, port: int) -> None:
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104
    crew.say(f"Labledger is at http://{shown}:{port}")
    login = folder / FIRST_LOGIN
    if login.is_file():
        name, password = login.read_text().split()
        crew.say(f"Log in as {name} with the password {password}")
    crew.say(f"Logs are in {crew.logs}; Ctrl-C stops everything")
