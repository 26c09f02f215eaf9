"""A touch is complete, frozen and has one order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.insight.journey.events import SOURCES, Touch, Utm, by_person, in_order

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def touch(name: str, minutes: int = 0, person: str = "p", **more: object) -> Touch:
    return Touch(
        id=f"{name}-{minutes}",
        at=NOON + timedelta(minutes=minutes),
        name=name,
        person=person,
        **{"source": "web", **more},  # type: ignore[arg-type]
    )


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Touch(id="t", at=datetime(2026, 1, 1), name="page_view", source="web", person="p")


def test_only_what_a_customer_writes_is_an_enquiry() -> None:
    assert touch("message", source="wecom", direction="in").is_enquiry
    assert not touch("message", source="wecom", direction="out").is_enquiry
    assert not touch("page_view", direction="in").is_enquiry


def test_an_empty_utm_is_nothing() -> None:
    assert not Utm()
    assert Utm(campaign="spring")
    assert "web" in SOURCES


@given(st.permutations([touch("a"), touch("b"), touch("c", 5, "q"), touch("d", -5)]))
def test_order_is_the_same_however_they_came(shuffled: list[Touch]) -> None:
    assert [item.name for item in in_order(shuffled)] == ["d", "a", "b", "c"]
    people = by_person([*shuffled, touch("crawl", bot=True)])
    assert list(people) == ["p", "q"]
    assert [item.name for item in people["p"]] == ["d", "a", "b"]
