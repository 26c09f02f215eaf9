"""What people decide: merging, taking back, consent; every trace of a withdrawn identity is gone."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from knowledge.blueprints import default, publish
from knowledge.journey import deciding
from knowledge.library import identity
from knowledge.model import IdentityEdge, Profile
from knowledge.store import Store
from tests.fakes.journey import KEY, NOON, empty, event, events, people, state, take_in, whose

LATER = NOON + timedelta(days=1)


def profile(session: Session, kind: str, value: str) -> Profile:
    found = identity.identifiers(session, [KEY.identifier(kind, value)])
    row = identity.profile(session, next(iter(found.values())).profile_id)
    assert row is not None
    return row


def test_merging_two_and_taking_it_back_restores_both_exactly(any_store: Store) -> None:
    take_in(
        any_store, [event("a", anon_id="x"), event("b", 1, email="b@example.com"), event("c", 2, anon_id="x")]
    )
    before = state(any_store)
    with any_store.session() as session:
        told = deciding.merge(
            session,
            profile(session, "anon", "x"),
            profile(session, "email", "b@example.com"),
            "p-zhaolei",
            "同一张名片",
            LATER,
        )
    assert people(any_store) == {frozenset("abc")}
    take_in(any_store, [event("d", 3, anon_id="x")])
    with any_store.session() as session:
        edge = session.get_one(IdentityEdge, told.edge.id)
        assert (edge.by_id, edge.note, edge.kind) == ("p-zhaolei", "同一张名片", "manual")
        back = deciding.unmerge(session, edge, "p-zhaolei", "看错了", LATER + timedelta(hours=1))
        assert back.rest == ()
    assert people(any_store) == {frozenset("acd"), frozenset("b")}
    whose, known = state(any_store)
    assert {one: whose[one] for one in "abc"} == before[0]
    assert known == before[1]


def test_an_undone_edge_stays_undone_when_it_is_seen_again(any_store: Store) -> None:
    take_in(any_store, [event("v", anon_id="x"), event("l", 1, anon_id="x", user_id="u")])
    with any_store.session() as session:
        edge = session.exec(select(IdentityEdge)).one()
        deciding.unmerge(session, edge, "p", "借用了电脑", LATER)
    assert people(any_store) == {frozenset("v"), frozenset("l")}
    take_in(any_store, [event("m", -5, anon_id="x", user_id="u")])
    assert people(any_store) == {frozenset("v"), frozenset("lm")}
    with any_store.session() as session:
        edge = session.exec(select(IdentityEdge)).one()
        assert (edge.state, edge.seen) == ("undone", 2)
        with pytest.raises(deciding.Impossible, match="撤销"):
            deciding.unmerge(session, edge, "p", "again", LATER)


def test_what_holds_them_together_otherwise_is_told(any_store: Store) -> None:
    take_in(
        any_store,
        [
            event("1", anon_id="x", user_id="u"),
            event("2", anon_id="x", phone="13712345678"),
            event("3", user_id="u", phone="13712345678"),
        ],
    )
    with any_store.session() as session:
        edge = session.exec(select(IdentityEdge).where(IdentityEdge.event_id == "1")).one()
        told = deciding.unmerge(session, edge, "p", "不对", LATER)
        assert {one.event_id for one in told.rest} == {"2", "3"}


def test_two_logins_never_merge(any_store: Store) -> None:
    take_in(any_store, [event("a", user_id="u1"), event("b", user_id="u2")])
    with pytest.raises(deciding.Impossible, match="two logins"), any_store.session() as session:
        deciding.merge(
            session, profile(session, "user", "u1"), profile(session, "user", "u2"), "p", "same", LATER
        )
    assert len(people(any_store)) == 2
    with any_store.reading() as session:
        assert session.exec(select(IdentityEdge)).all() == []


def test_a_withdrawn_identity_leaves_no_link(any_store: Store) -> None:
    take_in(
        any_store,
        [
            event("1", anon_id="x", user_id="u", phone="13712345678"),
            event("2", 5, anon_id="x", device_id="d"),
            event("o", 6, anon_id="y", user_id="other"),
        ],
    )
    with any_store.session() as session:
        row = profile(session, "user", "u")
        deciding.consent(session, row, "identity", granted=False, how="by phone", now=LATER)
    assert people(any_store) == {frozenset("1"), frozenset("2"), frozenset("o")}
    with any_store.reading() as session:
        assert [edge.event_id for edge in session.exec(select(IdentityEdge))] == ["o"]
        assert all(
            len(row.members) == 1
            for row in identity.signatures_with(session, [KEY.identifier("user", "u")]).values()
        )
        assert deciding.allows(session, profile(session, "user", "u").id, "identity") is False
    told = take_in(any_store, [event("3", 9, anon_id="x", user_id="u", consent={"analytics": True})])
    assert told.new == 1
    assert frozenset("13") not in people(any_store)
    again = event("4", 2000, anon_id="x", user_id="u")
    take_in(any_store, [again])
    with any_store.reading() as session:
        assert deciding.allows(session, profile(session, "user", "u").id, "identity") is True
        assert [edge.event_id for edge in session.exec(select(IdentityEdge)) if edge.event_id != "o"] == ["4"]


def test_consent_gates_what_is_kept(any_store: Store) -> None:
    told = take_in(
        any_store,
        [
            event("none", anon_id="x", user_id="u", session_id="s", consent={}),
            event("seen", anon_id="x", user_id="u", consent={"analytics": True}),
            event("no", anon_id="x", user_id="u", consent={"analytics": False}),
            event("order", name="order", source="order", user_id="u2", phone="13712345678", consent=None),
        ],
    )
    assert told.new == 3
    assert {fault.code for fault in told.faults.values()} == {"no_consent"}
    with any_store.reading() as session:
        known = identity.identifiers(
            session, [KEY.identifier(*one) for one in (("user", "u"), ("anon", "x"), ("user", "u2"))]
        )
        assert sorted(row.kind for row in known.values()) == ["anon", "user"]
        edge = session.exec(select(IdentityEdge)).one()
        assert edge.event_id == "order"


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events(), st.randoms(use_true_random=False))
def test_any_merge_taken_back_restores_everything(
    sqlite_store: Store, found: list[Any], dice: random.Random
) -> None:
    empty(sqlite_store)
    take_in(sqlite_store, found)
    before = state(sqlite_store)
    with sqlite_store.session() as session:
        keyed = sorted(row.id for row in session.exec(select(Profile)) if row.primary_id)
        if len(keyed) < 2:
            return
        one, other = (session.get_one(Profile, each) for each in dice.sample(keyed, 2))
        try:
            told = deciding.merge(session, one, other, "p", "a guess", LATER)
        except deciding.Impossible:
            session.rollback()
            return
        deciding.unmerge(session, told.edge, "p", "no", LATER)
    assert state(sqlite_store) == before


def test_tighter_rules_hold_for_what_comes_after_them(any_store: Store) -> None:
    take_in(any_store, [event(f"old{n}", n, user_id="u", phone=f"1371234567{n}") for n in range(3)])
    with any_store.session() as session:
        rules = default("identity")
        rules["most"]["phone"] = 1
        publish(session, "identity", "default", rules, None)
    take_in(
        any_store,
        [event("new", 9, user_id="u", phone="13712345679"), event("alone", 10, phone="13712345679")],
    )
    assert people(any_store) == {frozenset({"old0", "old1", "old2", "new"}), frozenset({"alone"})}
    with any_store.reading() as session:
        assert sorted((row.era, row.state) for row in session.exec(select(IdentityEdge))) == [
            *[(1, "linked")] * 3,
            (2, "refused"),
        ]
        shared = profile(session, "phone", "13712345679")
        assert [edge.why for edge in deciding.edges_of(session, shared.id)] == ["limit:phone"]


def test_who_is_several_peoples_says_why(any_store: Store) -> None:
    take_in(
        any_store,
        [
            event("a", user_id="alice", phone="13712345678"),
            event("b", 5, user_id="bob", phone="13712345678"),
            event("c", 9, phone="13712345678"),
        ],
    )
    with any_store.reading() as session:
        edges = deciding.edges_of(session, whose(session)["c"])
        assert [(edge.event_id, edge.why) for edge in edges] == [("a", ""), ("b", "unique")]


def test_one_no_is_a_no(any_store: Store) -> None:
    take_in(
        any_store, [event("a", user_id="u", consent={"analytics": True, "identity": True, "marketing": True})]
    )
    with any_store.reading() as session:
        person = profile(session, "user", "u").id
        assert deciding.person_allows(session, person, "marketing") is True
        assert deciding.person_allows(session, "contact:none", "marketing") is None
    take_in(any_store, [event("b", 5, user_id="u", consent={"analytics": True, "marketing": False})])
    with any_store.reading() as session:
        assert deciding.person_allows(session, person, "marketing") is False
