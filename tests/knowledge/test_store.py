"""The store keeps its promises on SQLite and PostgreSQL: no lost write, no half step, clear sentences."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import col

from knowledge.migrate import current, upgrade
from knowledge.model import Account, Contact, Deal, Person, Product, Team
from knowledge.store import Store, StoreError
from tests.fakes.postgres import PostgresServer

ROUNDS = 100


def _count_up(store: Store) -> None:
    for _ in range(ROUNDS):
        with store.session() as session:
            product = session.execute(
                select(Product).where(col(Product.id) == "p").with_for_update()
            ).scalar_one()
            product.stock += 1
            session.add(product)


def _count_up_in_process(url: str) -> None:
    store = Store(url)
    _count_up(store)
    store.close()


def _stock(store: Store) -> int:
    with store.reading() as session:
        product = session.get(Product, "p")
        assert product is not None
        return product.stock


@pytest.fixture
def counted(any_store: Store) -> Store:
    with any_store.session() as session:
        session.add(Product(id="p", name="PACS"))
    return any_store


def test_four_threads_lose_no_write(counted: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_count_up, [counted] * 4))
    assert _stock(counted) == 4 * ROUNDS


def test_two_processes_lose_no_write(counted: Store) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_count_up_in_process, [counted.url] * 2))
    assert _stock(counted) == 2 * ROUNDS


def test_an_error_takes_the_whole_step_back(any_store: Store) -> None:
    with pytest.raises(RuntimeError, match="half way"), any_store.session() as session:  # noqa: PT012
        session.add(Team(id="t", name="华东一组"))
        session.flush()
        raise RuntimeError("half way")
    with any_store.reading() as session:
        assert session.execute(select(func.count()).select_from(Team)).scalar() == 0


def test_foreign_keys_are_enforced(any_store: Store) -> None:
    with pytest.raises(IntegrityError), any_store.session() as session:
        session.add(Contact(id="c", account_id="nobody", name="王建国"))


def test_moments_are_aware_and_utc(any_store: Store) -> None:
    shanghai = datetime(2026, 11, 20, 16, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with any_store.session() as session:
        session.add(Account(id="a", name="x", created_at=shanghai))
    with any_store.reading() as session:
        account = session.get(Account, "a")
        assert account is not None
        assert account.created_at == shanghai
        assert account.created_at.tzinfo is UTC
        early = select(func.count()).select_from(Account).where(col(Account.created_at) < shanghai)
        assert session.execute(early).scalar() == 0


def test_a_naive_moment_is_refused(any_store: Store) -> None:
    with pytest.raises(StatementError, match="time zone"), any_store.session() as session:
        session.add(Account(id="a", name="x", created_at=datetime(2026, 11, 20)))


def test_json_comes_back_as_it_went_in(any_store: Store) -> None:
    extra = {"b": "“引号”\n", "a": "😀 ' \" \\ 中文"}
    with any_store.session() as session:
        session.add(Account(id="a", name="x", aliases=["华东", ""], extra=extra))
    with any_store.reading() as session:
        account = session.get(Account, "a")
        assert account is not None
        assert (account.aliases, account.extra) == (["华东", ""], extra)
        raw = session.execute(text("SELECT extra FROM account")).scalar()
        assert str(raw).startswith('{"a":')


def test_amounts_beyond_32_bits_fit(any_store: Store) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with any_store.session() as session:
        session.add_all([Team(id="t", name="t"), Account(id="a", name="a"), Person(id="p", name="p")])
        session.flush()
        deal = Deal(
            id="d", name="d", account_id="a", owner_id="p", team_id="t", stage="won", created_at=moment
        )
        deal.amount_fen = 9_999_999_999_00
        session.add(deal)
    with any_store.reading() as session:
        found = session.get(Deal, "d")
        assert found is not None
        assert found.amount_fen == 9_999_999_999_00


def test_a_locked_database_says_so(sqlite_store: Store) -> None:
    hasty = Store(sqlite_store.url, patience=0.05)
    with sqlite_store.session() as session:
        session.add(Team(id="t", name="t"))
        session.flush()
        with pytest.raises(StoreError, match=r"占用.*locked"), hasty.session() as other:  # noqa: PT012
            other.add(Team(id="u", name="u"))
            other.flush()
    hasty.close()


def test_a_read_only_database_is_read_but_not_written(sqlite_store: Store, tmp_path: Path) -> None:
    store = Store(f"sqlite:///file:{tmp_path / 'store.db'}?mode=ro&uri=true")
    with store.reading() as session:
        assert session.execute(select(Team)).all() == []
    with pytest.raises(StoreError, match=r"只读.*read-only"), store.session() as session:
        session.add(Team(id="t", name="t"))
    store.close()


def test_a_full_disk_loses_nothing_that_was_saved(sqlite_store: Store) -> None:
    with sqlite_store.session() as session:
        session.add(Team(id="t", name="t"))
        pages = session.execute(text("PRAGMA page_count")).scalar()
        session.execute(text(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(StoreError, match=r"磁盘满.*disk is full"), sqlite_store.session() as session:
        session.add_all(Account(id=f"a{n}", name="x" * 4000) for n in range(200))
    with sqlite_store.reading() as session:
        assert [row.id for row in session.execute(select(Team)).scalars()] == ["t"]
        assert session.execute(select(func.count()).select_from(Account)).scalar() == 0


@pytest.mark.postgres
def test_a_read_only_postgres_says_so(postgres: PostgresServer) -> None:
    url = postgres.fresh_url()
    first = Store(url)
    upgrade(first)
    first.close()
    store = Store(f"{url}&options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(StoreError, match=r"只读.*read-only"), store.session() as session:
        session.add(Team(id="t", name="t"))
    store.close()
    postgres.drop(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody@127.0.0.1:9/nothing",
        "postgresql://nobody@/nothing?host=/no/such/folder",
        "sqlite:////proc/nothing/here.db",
        "not a url",
        "nosuchdatabase://x/y",
    ],
)
def test_an_unreachable_database_is_a_sentence(url: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL"):
        current(Store(url))


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"this is not a database file, it is a letter" * 100)
    with pytest.raises(StoreError, match=r"不是 SQLite 文件.*damaged or not SQLite"):
        current(Store(f"sqlite:///{tmp_path / 'x.db'}"))
