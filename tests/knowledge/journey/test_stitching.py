"""Who is who in the database: order of arrival does not matter, only the concerned are touched, taking back restores."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel, select

from knowledge.model import IdentityEdge, Profile, TouchEvent
from knowledge.store import Store
from tests.fakes.journey import empty, event, events, people, state, take_in


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    sqlite_store: Store, found: list[dict[str, Any]], dice: random.Random
) -> None:
    empty(sqlite_store)
    take_in(sqlite_store, found)
    at_once = state(sqlite_store)
    shuffled = found[:]
    dice.shuffle(shuffled)
    empty(sqlite_store)
    for one in shuffled:
        take_in(sqlite_store, [one])
    assert state(sqlite_store) == at_once


def test_the_same_events_again_change_nothing(any_store: Store) -> None:
    batch = [
        event("1", anon_id="x"),
        event("2", 5, anon_id="x", user_id="u"),
        event("2", 5, anon_id="x", user_id="u"),
    ]
    told = take_in(any_store, batch)
    assert (told.new, told.unchanged) == (2, 1)
    before = state(any_store)
    told = take_in(any_store, reversed(batch))
    assert (told.new, told.unchanged) == (0, 3)
    assert state(any_store) == before


def test_what_was_before_the_login_is_theirs_at_its_own_time(any_store: Store) -> None:
    take_in(any_store, [event("visit", name="page_view", anon_id="x")])
    take_in(any_store, [event("login", 60, anon_id="x", user_id="alice")])
    assert people(any_store) == {frozenset({"visit", "login"})}
    with any_store.reading() as session:
        visit, login = session.get_one(TouchEvent, "visit"), session.get_one(TouchEvent, "login")
        assert visit.at < login.at


def test_alice_and_bob_share_a_phone(any_store: Store) -> None:
    take_in(
        any_store,
        [
            event("a1", 0, user_id="alice", phone="13712345678"),
            event("b1", 10, user_id="bob", phone="137 1234 5678"),
            event("before", 5, phone="13712345678"),
            event("after", 20, phone="13712345678"),
            event("a2", 30, user_id="alice"),
        ],
    )
    assert people(any_store) == {frozenset({"a1", "a2", "before"}), frozenset({"b1"}), frozenset({"after"})}


def test_nothing_raw_is_stored(any_store: Store) -> None:
    take_in(
        any_store,
        [
            event(
                "1",
                phone="13712345678",
                email="Alice@Example.com",
                page="https://shop.example/a?email=alice@example.com#13712345678",
                title="Hello alice@example.com 13712345678",
            )
        ],
    )
    with any_store.reading() as session:
        held = ""
        for table in SQLModel.metadata.sorted_tables:
            if table.name.startswith(("touch", "identi", "journey", "quarantined")):
                held += str([tuple(row) for row in session.execute(table.select())])
    assert "13712345678" not in held
    assert "alice@example.com" not in held.lower()
    assert "shop.example/a" in held


def test_only_the_concerned_are_touched(sqlite_store: Store) -> None:
    take_in(sqlite_store, [event(f"{n}", n, anon_id=f"x{n}", user_id=f"u{n}") for n in range(20)])
    told = take_in(sqlite_store, [event("more", 60, anon_id="x3", phone="13712345678")])
    with sqlite_store.reading() as session:
        assert len(told.affected.profile_ids) == 1
        assert len(session.exec(select(Profile)).all()) == 20
        edge = session.exec(select(IdentityEdge).where(IdentityEdge.event_id == "more")).one()
        assert (edge.event_name, edge.seen, edge.era, edge.state) == ("login", 1, 1, "linked")
        assert edge.rule


def test_writers_at_once_lose_nothing(any_store: Store) -> None:
    """Four senders, the same people: every event once, and everybody is who they would be from one sender."""
    batches = [
        [event(f"{who}-{n}", n, anon_id=f"x{n % 3}", user_id="u" if n < 3 else None) for n in range(6)]
        for who in "abcd"
    ]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda batch: take_in(any_store, batch), batches))
    assert sum(one.new for one in told) == 24
    assert len(people(any_store)) == 1
    at_once = state(any_store)[1]
    empty(any_store)
    take_in(any_store, [one for batch in batches for one in batch])
    assert state(any_store)[1] == at_once
