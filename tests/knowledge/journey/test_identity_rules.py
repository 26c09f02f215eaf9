"""Who is who, as a function: priorities, limits, clashes, shared phones, and that the order of events does not matter."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.insight.journey.identifiers import e164, is_blocked, normalised
from knowledge.insight.journey.identity import CLAIMED, HUB, UNIQUE, Limits, Link, Resolution, resolve
from knowledge.insight.journey.spans import spans_of

START = datetime(2026, 11, 1, tzinfo=UTC)
RULES = {1: Limits()}


def link(a: str, b: str, minute: int = 0, **more: object) -> Link:
    return Link(a=a, b=b, at=START + timedelta(minutes=minute), **more)  # type: ignore[arg-type]


def names(links: list[Link]) -> set[str]:
    return {one for item in links for one in (item.a, item.b)}


def people(links: list[Link], limits: dict[int, Limits] | None = None) -> Resolution:
    return resolve(names(links), links, limits or RULES)


def users(found: Resolution) -> dict[str, str]:
    return {profile: one for one, profile in found.profile.items() if one.startswith("user:")}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("137 1234 5678", "+8613712345678"),
        ("+86 137-1234-5678", "+8613712345678"),
        ("008613712345678", "+8613712345678"),
        ("8613712345678", "+8613712345678"),
        ("１３７１２３４５６７８", "+8613712345678"),
        ("(021) 5555-1234", "+862155551234"),
        ("+1 (415) 555-0100", "+14155550100"),
        ("12345", ""),
        ("call me", ""),
        ("+0123456789", ""),
    ],
)
def test_phone_numbers_have_one_form(raw: str, told: str) -> None:
    assert normalised("phone", raw) == told


@given(st.text(max_size=30))
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    for kind in ("phone", "email", "user", "anon"):
        once = normalised(kind, text)
        assert not once or normalised(kind, once) == once
    assert e164(e164(text) or "+8613712345678")


def test_what_means_nobody_is_blocked() -> None:
    blocked = ["0", "test", "13800000000", "null"]
    assert is_blocked("phone", "+8613800000000", blocked)
    assert is_blocked("user", "NULL", blocked)
    assert is_blocked("email", "test@example.com", blocked)
    assert is_blocked("anon", "00000000", blocked)
    assert not is_blocked("email", "tester@example.com", blocked)


def test_a_login_brings_what_was_before_it() -> None:
    found = people([link("user:a", "anon:x", 5), link("user:a", "phone:p", 6)])
    assert len(set(found.profile.values())) == 1
    assert list(found.primary.values()) == ["user:a"]


def test_alice_and_bob_share_a_phone_and_stay_two() -> None:
    found = people([link("user:alice", "phone:p", 1), link("user:bob", "phone:p", 9)])
    assert found.profile["user:alice"] == found.profile["phone:p"] != found.profile["user:bob"]
    assert [why for item, why in found.why.items() if item.a == "user:bob"] == [UNIQUE]
    before, after = spans_of("s", ["phone:p"], found, users(found))
    assert (before.profile_id, before.until) == (found.profile["user:alice"], START + timedelta(minutes=9))
    assert (after.kind, after.since) == ("shared", START + timedelta(minutes=9))
    assert after.profile_id not in found.profile.values()
    assert (
        spans_of("s2", ["phone:p", "user:bob"], found, users(found))[0].profile_id
        == found.profile["user:bob"]
    )


def test_an_event_of_two_people_is_a_new_anonymous_persons() -> None:
    found = people([link("user:a", "phone:p"), link("user:b", "email:e"), link("phone:p", "email:e", 3)])
    (span,) = spans_of("s", ["email:e", "phone:p"], found, users(found))
    assert span.kind == "clash"
    assert found.shared == {}  # a foreign address in a form takes nobody's address away
    assert spans_of("t", ["email:e"], found, users(found))[0].profile_id == found.profile["user:b"]


def test_a_device_joins_nobody() -> None:
    found = people([link("anon:x", "device:d", 1), link("anon:y", "device:d", 2)])
    assert found.profile["anon:x"] == found.profile["device:d"] != found.profile["anon:y"]
    assert sorted(found.why.values()) == ["", CLAIMED]
    assert found.shared == {"device:d": START + timedelta(minutes=2)}
    both = people(
        [
            link("anon:x", "device:d", 1),
            link("anon:y", "device:d", 2),
            link("user:a", "anon:x"),
            link("user:a", "anon:y"),
        ]
    )
    assert set(both.why.values()) == {""}
    assert both.shared == {}


def test_limits_keep_the_sixth_phone_out() -> None:
    found = people([link("user:a", f"phone:{number}", number) for number in range(7)])
    own = [number for number in range(7) if found.profile[f"phone:{number}"] == found.profile["user:a"]]
    assert own == [0, 1, 2, 3, 4]
    assert sorted(set(found.why.values())) == ["", "limit:phone"]


def test_an_identifier_of_too_many_is_nobodys() -> None:
    crowd = [link(f"email:{number}", "anon:kiosk", number) for number in range(12)]
    found = people(crowd, {1: Limits(hub=10)})
    assert set(found.why.values()) == {HUB}
    assert len(set(found.profile.values())) == 13


def test_tighter_rules_do_not_rewrite_history() -> None:
    rules = {1: Limits(), 2: Limits(most={"phone": 1})}
    old = [link("user:a", f"phone:{number}", number) for number in range(3)]
    found = people([*old, link("user:a", "phone:new", -60, era=2)], rules)
    assert [found.profile[f"phone:{number}"] == found.profile["user:a"] for number in range(3)] == [True] * 3
    assert found.profile["phone:new"] != found.profile["user:a"]


POOL = [f"{kind}:{number}" for kind in ("user", "phone", "email", "anon", "device") for number in range(4)]
RANKS = {one: index for index, one in enumerate(POOL)}


@st.composite
def worlds(draw: st.DrawFn) -> list[Link]:
    found = {}
    for _ in range(draw(st.integers(1, 25))):
        a, b = sorted(
            draw(st.lists(st.sampled_from(POOL), min_size=2, max_size=2, unique=True)), key=RANKS.__getitem__
        )
        if a.partition(":")[0] != "device":
            found[a, b] = link(a, b, draw(st.integers(0, 50)))
    return list(found.values())


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_links_does_not_matter(links: list[Link], dice: random.Random) -> None:
    shuffled = links[:]
    dice.shuffle(shuffled)
    assert people(links) == people(shuffled)


@given(worlds())
def test_no_person_has_two_users_or_too_many_of_a_kind(links: list[Link]) -> None:
    found = people(links, {1: Limits(most={"phone": 2, "email": 2, "anon": 3, "device": 2})})
    held: dict[tuple[str, str], set[str]] = {}
    for one, profile in found.profile.items():
        held.setdefault((profile, one.partition(":")[0]), set()).add(one)
    most = {"user": 1, "phone": 2, "email": 2, "anon": 3, "device": 2}
    assert all(len(members) <= most[kind] for (_, kind), members in held.items())
    for item, why in found.why.items():
        assert (found.profile[item.a] == found.profile[item.b]) == (why == "")
