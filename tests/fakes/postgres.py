"""A real PostgreSQL server for tests: made in a temporary folder, reached by a Unix socket, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

MISSING = (
    "PostgreSQL is not installed: `make setup` installs it, or run `apt-get install postgresql` "
    "(the tests need initdb and postgres from it)"
)
"""Why a test that needs the server is skipped."""

_FAST = (
    "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "listen_addresses=",
    "-c", "max_connections=60", "-c", "shared_buffers=32MB", "-c", "timezone=America/New_York",
)  # fmt: skip
"""No durability, because the folder goes away; a far time zone, because ours must not depend on the server's."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server. `folder` holds its socket; `template` is a database that `fresh_url` copies."""

    folder: Path
    user: str

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL (psycopg 3) of a database of this server."""
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.folder}"

    def fresh_url(self, template: str = "template1") -> str:
        """A new database, copied from `template` (tens of milliseconds); nobody else knows its name."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._run(make.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database made by `fresh_url`, with whoever is connected to it."""
        name = url.partition("?")[0].rpartition("/")[2]
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.folder), user=self.user, dbname="postgres", autocommit=True
        ) as one:
            one.execute(statement)


def find_binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: Debian's newest, /usr/local/bin, or the PATH's; None when absent."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: _number(p.parent.name), reverse=True
    )
    on_path = shutil.which("postgres")
    for place in (*places, Path("/usr/local/bin"), *([Path(on_path).resolve().parent] if on_path else [])):
        if all((place / name).is_file() for name in ("initdb", "postgres", "pg_ctl")) and _has_share(place):
            return place
    return None


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server of our own. Raises FileNotFoundError(MISSING) without binaries."""
    binaries = find_binaries()
    if binaries is None:
        raise FileNotFoundError(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="cdpg-", dir="/tmp"))
    user = _account()
    if user is not None:
        shutil.chown(folder, user, user)
    try:
        data = folder / "data"
        init = [
            str(binaries / "initdb"),
            "-D",
            str(data),
            "-U",
            "chengdan",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
        ]
        _as(user, [*init, "--no-sync"], folder)
        options = " ".join([*_FAST, "-k", str(folder)])
        control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-t", "60"]
        _as(user, [*control, "-l", str(folder / "log"), "-o", options, "start"], folder)
        try:
            yield PostgresServer(folder=folder, user="chengdan")
        finally:
            _as(user, [*control, "-m", "immediate", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> str | None:
    """Whom to run as: PostgreSQL refuses root. None means ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise RuntimeError(
        "running as root, and neither the user postgres nor nobody exists to run PostgreSQL as"
    )


def _as(user: str | None, command: list[str], folder: Path) -> None:
    """Run to the end; on failure the output and the server's log are in the error."""
    with (folder.parent / f"{folder.name}.out").open("w+", encoding="utf-8", errors="replace") as out:
        group = pwd.getpwnam(user).pw_gid if user else None
        done = subprocess.run(
            command, cwd=folder, user=user, group=group, extra_groups=[] if user else None, check=False,
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": str(folder)},
        )  # fmt: skip
        out.seek(0)
        told = out.read()
    Path(out.name).unlink()
    if done.returncode:
        log = folder / "log"
        tail = log.read_text(errors="replace")[-2000:] if log.is_file() else ""
        raise RuntimeError(f"{' '.join(command)} failed:\n{told[-2000:]}\n{tail}")


def _has_share(place: Path) -> bool:
    """A bare `postgres` without its share folder (time zones, bootstrap files) cannot run initdb."""
    if place.parent.parent == Path("/usr/lib/postgresql"):
        return (Path("/usr/share/postgresql") / place.parent.name / "postgres.bki").is_file()
    done = subprocess.run([str(place / "initdb"), "--show"], capture_output=True, check=False, timeout=20)
    return b"postgres.bki" not in done.stderr and (any(place.parent.glob("share/**/postgres.bki")))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
