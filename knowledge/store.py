"""Engines and sessions: one step is one transaction, committed at the boundary."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlmodel import Session, create_engine

from .touched import WatchedSession

EAGER_S = 0.001


class StoreError(RuntimeError):
    """The database cannot do what was asked, for a reason a person can mend: `zh` and `en` say what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh = zh
        self.en = en


class Store:
    """The one truth. SQLite gets WAL, foreign keys and BEGIN IMMEDIATE for writers (measured: without it two of
    three concurrent writers fail with "database is locked"); PostgreSQL is used as it is.

    `patience` is how many seconds a writer waits for another one. Writers of one process queue up in line: the audit
    chain makes them take turns anyway, and a line is quicker than SQLite's sleeping between tries and PostgreSQL's row
    locks (docs/benchmarks.md: 20 threads). A database that is locked, read-only, full or unreachable raises StoreError.
    """

    def __init__(self, url: str, *, patience: float = 30) -> None:
        self.url = _with_driver(url)
        self._patience, self._queue, self._line = patience, RLock(), RLock()
        with as_store_error():
            self._writer = _engine(self.url, begin="BEGIN IMMEDIATE", patience=patience)
            self._urgent = _eager(self.url, patience) if self.is_sqlite else self._writer
            self._reader = (
                _engine(self.url, begin="BEGIN", patience=patience) if self.is_sqlite else self._writer
            )

    @cached_property
    def is_sqlite(self) -> bool:
        return make_url(self.url).get_backend_name() == "sqlite"

    @property
    def engine(self) -> Engine:
        return self._writer

    @contextmanager
    def session(self, *, first: bool = False) -> Iterator[Session]:
        """A writing transaction: commits when the block ends well, rolls back when it raises.

        `first` goes before all who queue and waits for the one that writes at most: for what a platform waits for. No other
        session may be opened inside it.
        """
        engine = self._urgent if first else self._writer
        with (
            self._in_line(first),
            as_store_error(),
            WatchedSession(engine, expire_on_commit=False) as session,
        ):
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A reading transaction; whatever it touched stays usable after it closes."""
        with as_store_error(), Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def _in_line(self, first: bool) -> Iterator[None]:
        """Everybody queues for the queue's head, and only its head waits for the line: so who is `first` has one rival."""
        with ExitStack() as held:
            for lock in (self._line,) if first else (self._queue, self._line):
                if not lock.acquire(timeout=self._patience):
                    raise explain("database is locked") or StoreError("", "")
                held.callback(lock.release)
            yield

    def compact(self) -> bool:
        """Rewrite the file so that what was deleted is not in it any more, its log included. False when another process
        was reading meanwhile: then part of the log stays, and it must be asked again."""
        with as_store_error():
            connection = self._writer.raw_connection()
            try:
                if not self.is_sqlite:
                    connection.driver_connection.autocommit = True  # type: ignore[union-attr]
                cursor = connection.cursor()
                cursor.execute("VACUUM")
                if not self.is_sqlite:
                    return True
                busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
            finally:
                connection.invalidate()

    def close(self) -> None:
        self._urgent.dispose()
        self._writer.dispose()
        self._reader.dispose()


_REASONS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("database is locked", "database table is locked", "lock timeout", "locknotavailable"),
        "数据库正被别的程序占用，请稍后再试；如果一直这样，看看有没有另一个成单进程没有退出。",
        "The database is locked by another program: try again, or look for another chengdan process.",
    ),
    (
        ("readonly database", "read-only transaction", "read-only sql transaction", "attempt to write a readonly"),
        "数据库是只读的，写不进去；请检查文件和文件夹的权限，或换一个 DATABASE_URL。",
        "The database is read-only: check the permissions of the file and its folder, or use another DATABASE_URL.",
    ),
    (
        ("database or disk is full", "no space left", "disk full", "could not extend file", "disk i/o error"),
        "磁盘满了或写不了，这一步没有保存；请腾出空间后重试。",
        "The disk is full or cannot be written: nothing of this step was saved; free some space and try again.",
    ),
    (
        ("file is not a database", "malformed", "file is encrypted"),
        "数据库文件坏了或不是 SQLite 文件；请从备份恢复，或换一个 DATABASE_URL。",
        "The database file is damaged or not SQLite: restore a backup or use another DATABASE_URL.",
    ),
    (
        (
            "unable to open database", "connection refused", "could not connect", "connection failed",
            "connection timeout", "could not translate host", "failed to resolve", "server closed the connection",
            "no such file or directory", "password authentication failed", "does not exist (database)",
            "terminating connection", "the connection is lost", "the connection is closed",
        ),
        "连不上数据库；请检查 DATABASE_URL、文件夹是否存在、数据库服务是否在运行。",
        "The database cannot be reached: check DATABASE_URL, the folder, and that the server is running.",
    ),
)  # fmt: skip


@contextmanager
def as_store_error() -> Iterator[None]:
    """Turns what a database driver says about its own state into a StoreError; other errors pass unchanged."""
    try:
        yield
    except DBAPIError as error:
        known = explain(str(error.orig))
        if known is None:
            raise
        raise known from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(
            "DATABASE_URL 写得不对，例如 sqlite:///var/chengdan.db 或 postgresql://user:pass@host/db。",
            "DATABASE_URL is not right; it looks like sqlite:///var/chengdan.db or postgresql://user:pass@host/db.",
        ) from error


def explain(message: str) -> StoreError | None:
    """The StoreError for a driver's message; None when the message is about something else."""
    low = message.lower()
    for signs, zh, en in _REASONS:
        if any(sign in low for sign in signs):
            return StoreError(zh, en)
    if 'database "' in low and "does not exist" in low:
        return StoreError(_REASONS[-1][1], _REASONS[-1][2])
    return None


def _with_driver(url: str) -> str:
    """`postgresql://` and `postgres://` mean psycopg 3 here, whatever SQLAlchemy's own default is."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _engine(url: str, *, begin: str, patience: float) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, pool_size=5, hide_parameters=True)
    if parsed.database and parsed.database != ":memory:" and not parsed.database.startswith("file:"):
        _make_folder(Path(parsed.database).parent)
    patient = {"check_same_thread": False, "timeout": patience}
    engine = create_engine(
        parsed, connect_args=patient, hide_parameters=True
    )  # no row content in errors and logs

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # pysqlite must not open transactions on its own
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if begin:

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql(begin)

    return engine


def _eager(url: str, patience: float) -> Engine:
    """Asks every millisecond for the lock that another process holds; SQLite itself sleeps up to a tenth of a second
    between tries, so who asks often goes before those who do not."""
    engine = _engine(url, begin="", patience=0)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        ends = time.monotonic() + patience
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except OperationalError:
                if time.monotonic() > ends:
                    raise
                time.sleep(EAGER_S)

    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"数据库的文件夹 {folder} 建不了（{error.strerror}）；请检查权限，或换一个 DATABASE_URL。",
            f"The database folder {folder} cannot be made ({error.strerror}): check permissions or DATABASE_URL.",
        ) from error
