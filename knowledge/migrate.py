"""The database's version: look at it, bring it up to what this code needs. Alembic loads only when there is work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from .store import Store, StoreError, as_store_error

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0026"
"""The newest revision in knowledge/migrations/versions; a test keeps the two equal."""

KNOWN = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0013",
    "0012",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0022",
    "0023",
    "0024",
    "0025",
    "0026",
)

_LOCK = 0x43444D47
"""PostgreSQL advisory lock of migrations ("CDMG")."""


def current(store: Store) -> str:
    """The revision that the database is at; empty for one without our tables."""
    with as_store_error(), store.engine.connect() as connection:
        return _version(connection)


def upgrade(store: Store, target: str = HEAD) -> str:
    """Bring the database to `target` and return its revision. Safe when several processes start at once.

    Raises StoreError when the database is newer than this code.
    """
    found = current(store)
    if found == target:
        return found
    _refuse_newer(found)
    with _alone(store) as connection:
        found = _version(connection)
        _refuse_newer(found)
        if found != target:
            from alembic import command

            command.upgrade(_config(connection), target)
            _check_references(store, connection)
    return current(store)


def downgrade(store: Store, target: str) -> str:
    """Take the database back to an older revision (`base` for none). What the newer tables held is lost."""
    from alembic import command

    with _alone(store) as connection:
        command.downgrade(_config(connection), target)
        _check_references(store, connection)
    return current(store)


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _refuse_newer(found: str) -> None:
    if found and found not in KNOWN:
        raise StoreError(
            f"数据库的版本 {found} 比这个程序（{HEAD}）新，请升级程序，或换一个数据库。",
            f"The database is at revision {found}, newer than this program ({HEAD}): upgrade the program.",
        )


@contextmanager
def _alone(store: Store) -> Iterator[Connection]:
    """One transaction that no other migration shares. SQLite must not check references while a table is rebuilt;
    they are checked at the end instead."""
    with as_store_error(), store.engine.connect() as connection:
        if store.is_sqlite:
            _enforce(connection, "OFF")
        try:
            with connection.begin():
                if not store.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                yield connection
        finally:
            if store.is_sqlite:
                connection.rollback()
                _enforce(connection, "ON")


def _enforce(connection: Connection, how: str) -> None:
    """Foreign keys ON or OFF; SQLite hears it only outside of transactions, hence straight to the driver."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys={how}")


def _check_references(store: Store, connection: Connection) -> None:
    if not store.is_sqlite:
        return
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise StoreError(
            f"升级后表 {broken[0]} 里有指向不存在的行的引用，已经退回。",
            f"After the migration table {broken[0]} refers to rows that do not exist; it was rolled back.",
        )
