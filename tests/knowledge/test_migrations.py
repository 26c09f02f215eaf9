"""The migrations build what the models say, on both databases, once, and refuse what they do not know."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

import actions.tables
from knowledge import migrate
from knowledge.migrate import HEAD, KNOWN, current, downgrade, upgrade
from knowledge.model import Account, Blueprint, Deal, Person, Team
from knowledge.store import Store, StoreError

ROOT = Path(__file__).parents[2]
assert actions.tables.Action.__tablename__ in SQLModel.metadata.tables


def test_the_code_knows_every_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [HEAD]
    assert sorted(script.revision for script in scripts.walk_revisions()) == sorted(KNOWN)


def test_an_empty_database_becomes_what_the_models_say(empty_url: str) -> None:
    store = Store(empty_url)
    assert current(store) == ""
    assert upgrade(store) == HEAD
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    store.close()


def test_down_and_up_again_leaves_the_same_tables(any_store: Store) -> None:
    before = sorted(inspect(any_store.engine).get_table_names())
    assert downgrade(any_store, "base") == ""
    assert inspect(any_store.engine).get_table_names() == ["alembic_version"]
    assert upgrade(any_store) == HEAD
    assert sorted(inspect(any_store.engine).get_table_names()) == before


def test_rows_of_older_tables_survive_down_and_up(any_store: Store) -> None:
    moment = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    with any_store.session() as session:
        session.add(Team(id="t", name="华东一组"))
        session.flush()
        session.add(Person(id="p", name="李娜", team_id="t", roles=["rep"]))
        session.add(Account(id="a", name="华东医疗", aliases=["华东"], created_at=moment))
        session.flush()
        session.add(
            Deal(
                id="d", name="PACS", account_id="a", owner_id="p", team_id="t", stage="won", created_at=moment
            )
        )
    downgrade(any_store, "0002")
    upgrade(any_store)
    with any_store.reading() as session:
        account, deal = session.get(Account, "a"), session.get(Deal, "d")
        assert account is not None
        assert deal is not None
        assert (account.aliases, account.created_at, deal.created_at) == (["华东"], moment, moment)


def test_a_database_newer_than_the_code_is_refused(any_store: Store) -> None:
    with any_store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"9999 比这个程序.*新.*newer than this program"):
        upgrade(any_store)


def _upgrade_in_process(url: str) -> str:
    store = Store(url)
    try:
        return upgrade(store)
    finally:
        store.close()


def test_processes_that_start_together_migrate_once(empty_url: str) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(_upgrade_in_process, [empty_url] * 4)) == [HEAD] * 4


def test_a_failed_upgrade_leaves_nothing_behind(empty_url: str) -> None:
    store = Store(empty_url)
    with store.engine.begin() as connection:
        connection.execute(text("CREATE TABLE blueprint (id INTEGER)"))
    with pytest.raises(Exception, match="blueprint"):
        upgrade(store)
    assert inspect(store.engine).get_table_names() == ["blueprint"]
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE blueprint"))
    assert upgrade(store) == HEAD
    with store.session() as session:
        session.add(Blueprint(id="b", kind="k", name="n", version="v"))
    store.close()


def test_a_current_database_does_not_load_alembic(sqlite_store: Store) -> None:
    code = (
        "import sys; from knowledge.store import Store; from knowledge.migrate import upgrade; "
        f"print(upgrade(Store({sqlite_store.url!r})), 'alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [HEAD, "False"]
