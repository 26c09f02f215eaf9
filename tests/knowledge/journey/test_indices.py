"""The indices of the journey equal a recount that knows nothing of them: on 10 000 random events, and on small sets by chance."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.insight.journey.events import Touch, by_person
from knowledge.insight.journey.health import WEEK, Counted, percentile, stage_health
from knowledge.insight.journey.placing import moves, stage_at, stays
from knowledge.insight.journey.sessions import (
    all_sessions,
    bounce,
    dwell_drop,
    dwell_drops,
    enquiry_frequency,
    sessions,
)
from knowledge.insight.journey.survival import Share, lasting
from knowledge.insight.journey.touch_numbers import touch_numbers
from tests.fakes.journeys import BOOK, START, message, payment, touch

from . import naive

NOW = START + timedelta(days=400)
PAGES = ("/", "/products", "/价格", "/cases", "/docs/参数")


def chance_events(n: int, seed: int, people: int) -> list[Touch]:
    """Random events of so many people over a year: visits in bursts, talk, deals' steps, payments, crawlers."""
    dice = random.Random(seed)
    made: list[Touch] = []
    for i in range(n):
        person = f"contact:C-{dice.randrange(people):04d}"
        day = dice.random() * 390
        if made and dice.random() < 0.5:  # somebody goes on where they were, within an hour or so
            person, day = made[-1].person, (made[-1].at - START) / timedelta(days=1) + dice.random() / 20
        kind = dice.random()
        if kind < 0.66:
            made.append(touch(
                f"e{i}", day, person, page=dice.choice(PAGES), bot=dice.random() < 0.03,
                visible_s=dice.choice([None, 1.0, 4.0, 9.9, 40.0, 5000.0]), engaged=dice.choice([None, True, False]),
                conversion=dice.random() < 0.05, name=dice.choice(["page_view", "download"]),
            ))  # fmt: skip
        elif kind < 0.86:
            made.append(
                message(f"e{i}", day, dice.choice(["在吗", "报价多少", "安装多久", "坏了报修"]), person)
            )
        elif kind < 0.93:
            props = {"stage": dice.choice(["discovery", "proposal", "won"]), "milestone": True}
            made.append(touch(f"e{i}", day, person, source="other", name="deal_stage", page="", props=props))
        else:
            made.append(payment(f"e{i}", day, person))
    return made


@pytest.fixture(scope="module")
def events() -> list[Touch]:
    return chance_events(10_000, 11, 1200)


@pytest.fixture(scope="module")
def people(events: list[Touch]) -> dict[str, list[Touch]]:
    found: dict[str, list[Touch]] = {}
    for one in events:
        found.setdefault(one.person, []).append(one)
    return found


@pytest.fixture(scope="module")
def paths(people: dict[str, list[Touch]]) -> dict[str, list[tuple[str, datetime, str]]]:
    return {person: naive.path(touches, BOOK) for person, touches in people.items()}


def test_sessions_and_bounce(events: list[Touch], people: dict[str, list[Touch]]) -> None:
    expected = [part for person in sorted(people) for part in naive.sessions(people[person])]
    found = list(all_sessions(by_person(events).values()))
    assert [[t.id for t in one.touches] for one in found] == [[t.id for t in part] for part in expected]
    told = bounce(found)
    assert (told.n, told.bounced) == (len(expected), sum(not naive.engaged(part) for part in expected))
    assert 0 < told.bounced < told.n


def test_stages_conversion_and_stays(
    people: dict[str, list[Touch]], paths: dict[str, list[tuple[str, datetime, str]]]
) -> None:
    for person, touches in people.items():
        assert [(m.stage, m.at, m.touch_id) for m in moves(touches, BOOK)] == paths[person]
    found = stage_health((people[one] for one in sorted(people)), BOOK, NOW)
    counted = Counted(BOOK, NOW)
    for touches in people.values():
        counted.add(touches)
    for stage in BOOK.stages:
        begin, end = counted.closed(stage.id)
        share = found[stage.id].conversion.share
        assert (share.k, share.n) == naive.conversion(paths, BOOK, stage.id, begin, end)
        assert end == NOW - timedelta(days=stage.within_days)
        assert end - begin == BOOK.weeks * WEEK
        spells = []
        for steps in paths.values():
            for n, (name, at, _) in enumerate(steps):
                if name == stage.id:
                    over = n + 1 < len(steps)
                    until = steps[n + 1][1] if over else NOW
                    spells.append(((until - at) / timedelta(days=1), over))
        told = found[stage.id].lasting
        assert (told.n, told.ended) == (len(spells), sum(over for _, over in spells))
        assert told.median == (naive.kaplan_meier(spells, 0.5) if len(spells) < 300 else told.median)
        assert set(found[stage.id].here) == {
            p for p, steps in paths.items() if steps and steps[-1][0] == stage.id
        }


def test_bounce_of_a_stage_counts_the_visits_made_in_it(
    people: dict[str, list[Touch]], paths: dict[str, list[tuple[str, datetime, str]]]
) -> None:
    found = stage_health(people.values(), BOOK, NOW)
    begin = NOW - BOOK.weeks * WEEK
    for stage in BOOK.stages:
        n = bounced = 0
        for person, touches in people.items():
            steps = paths[person]
            for part in naive.sessions(touches):
                at = part[0].at
                here = [name for name, when, _ in steps if when <= at]
                if begin < at <= NOW and here and here[-1] == stage.id:
                    n += 1
                    bounced += not naive.engaged(part)
        assert (found[stage.id].bounce.n, found[stage.id].bounce.bounced) == (n, bounced)


def test_touch_numbers(people: dict[str, list[Touch]]) -> None:
    found = touch_numbers(people.values())
    expected = naive.touch_numbers(people)
    assert sorted(one.ordinal for one in found.found) == expected
    assert len(expected) > 20
    share = found.at_least(3)
    assert (share.k, share.n) == (sum(n >= 3 for n in expected), len(expected))
    assert share.interval == pytest.approx(naive.wilson(share.k, share.n))
    assert found.median == median(expected)


def test_health_is_the_sum_of_its_parts(people: dict[str, list[Touch]]) -> None:
    told = [
        one.parts
        for day in (120, 200)
        for one in stage_health(people.values(), BOOK, START + timedelta(days=day)).values()
    ]
    whole = [one for one in told if one.health is not None]
    assert whole
    for one in whole:
        assert one.conversion_norm is not None
        assert one.dwell_norm is not None
        assert one.bounce is not None
        expected = 40 * one.conversion_norm + 30 * (1 - one.dwell_norm) + 30 * (1 - one.bounce)
        assert one.health == pytest.approx(expected)
        assert 0 <= one.health <= 100


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 50), st.booleans()), min_size=1, max_size=25))
def test_kaplan_meier_is_the_product_limit(stretches: list[tuple[float, bool]]) -> None:
    told = lasting(stretches)
    assert told.median == naive.kaplan_meier(stretches, 0.5)
    assert told.p75 == naive.kaplan_meier(stretches, 0.25)


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 40))
def test_the_order_in_which_touches_come_does_not_matter(dice: random.Random, seed: int) -> None:
    events = chance_events(40, seed, 2)
    mixed = events[:]
    dice.shuffle(mixed)
    for person in {one.person for one in events}:
        a = [one for one in events if one.person == person]
        b = [one for one in mixed if one.person == person]
        assert moves(a, BOOK) == moves(b, BOOK)
        assert sessions(a) == sessions(b)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 500), st.floats(0, 400))
def test_a_person_is_in_exactly_one_stage_at_every_time(seed: int, day: float) -> None:
    at = START + timedelta(days=day)
    for touches in by_person(chance_events(60, seed, 3)).values():
        found = moves(touches, BOOK)
        stretches = [one for one in stays(found) if one.begin <= at and (one.end is None or at < one.end)]
        assert len(stretches) == int(bool(found) and at >= found[0].at)
        assert stage_at(found, at) == (stretches[0].stage if stretches else "")
        assert [one.end for one in stays(found)[:-1]] == [one.begin for one in stays(found)[1:]]


def test_the_share_of_nothing_is_not_told() -> None:
    assert Share(k=0, n=0).value is None
    assert Share(k=0, n=0).interval == (0.0, 1.0)
    assert percentile([0.5, None, 0.2, 0.9]) is None
    assert percentile([0.5, None, 0.2, 0.9, 0.1]) == pytest.approx(0.625)


def test_page_dwell_is_capped_and_a_drop_is_seen_against_ones_own_month() -> None:
    long = [touch(f"a{n}", n, visible_s=9000.0) for n in range(30)]
    now = START + timedelta(days=36.9)
    drop = dwell_drop([*long, touch("b", 35, visible_s=60.0)], now)
    assert drop is not None
    assert drop.usual_s == 1800.0
    assert drop.recent_s == 60.0
    assert drop.fell()
    steady = [touch(f"c{n}", n, visible_s=60.0) for n in range(37)]
    same = dwell_drop(steady, now)
    assert same is not None
    assert not same.fell()


def test_a_week_without_a_visit_is_a_drop_and_two_visits_are_no_usual_level() -> None:
    visits = [touch(f"a{n}", n * 3, visible_s=100.0) for n in range(9)]
    weeks = dwell_drops(visits, START + timedelta(days=40), 2)
    assert [one.recent_s for one in weeks] == [0.0, 0.0]
    assert dwell_drops(visits[:2], START + timedelta(days=20), 2) == []


def test_enquiries_a_week() -> None:
    asked = [message(f"m{n}", n) for n in range(10)]
    assert enquiry_frequency(asked, START + timedelta(days=9.5)) == 7.0
    assert enquiry_frequency(asked, START + timedelta(days=9.5), days=14) == 5.0
