"""The ladder's arithmetic: every threshold of authority.md E5 at its edge, and what never may rise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.autonomy.measures import Fate, Measures, Trace, falls, fate_of_edit, measure, missing
from actions.levels import CEILING, LEVELS, ceiling, default_level, level_name
from policies.entities import ACTIONS

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
GOOD = Measures(n=200, done=200, as_is=0.9, rejected=0.0, wrong=0.0, undone=0.0, days=60)


def _traces(*fates: Fate, **more: object) -> list[Trace]:
    return [
        Trace(
            code=str(n),
            at=SINCE + timedelta(hours=n),
            fate=fate,
            done=fate is Fate.AS_IS,
            rewritten=fate is Fate.REWRITTEN,
            **more,
        )  # type: ignore[arg-type]
        for n, fate in enumerate(fates)
    ]


def _but(**changes: object) -> Measures:
    from dataclasses import replace

    return replace(GOOD, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("level", "enough", "lacking"),
    [
        (1, {"n": 30, "days": 14}, {"n": 29, "days": 14}), (1, {"n": 30, "days": 14}, {"n": 30, "days": 13}),
        (2, {"n": 30, "as_is": 0.60}, {"n": 30, "as_is": 0.599}), (2, {"wrong": 0.05}, {"wrong": 0.051}),
        (3, {"n": 30, "as_is": 0.60, "wrong": 0.05}, {"n": 29}), (3, {}, {"as_is": None}), (3, {}, {"wrong": 0.06}),
        (3, {}, {"serious": 1}),
        (4, {"n": 100}, {"n": 99}), (4, {"undone": 0.01}, {"undone": 0.0101}), (4, {"rejected": 0.05}, {"rejected": 0.051}),
        (4, {"wrong": 0.02}, {"wrong": 0.021}), (4, {}, {"serious": 1}), (4, {}, {"complaints": 1}),
    ],
)  # fmt: skip
def test_a_step_up_at_its_edge(level: int, enough: dict[str, object], lacking: dict[str, object]) -> None:
    assert missing("send_email", level, _but(**enough)) == ()
    assert missing("send_email", level, _but(**lacking)) != ()


def test_from_off_two_people_decide_without_figures() -> None:
    assert missing("send_email", 0, Measures()) == ()


@pytest.mark.parametrize(("verb", "top"), list(CEILING.items()))
def test_nothing_rises_above_its_ceiling_however_good_it_is(verb: str, top: int) -> None:
    for level in range(len(LEVELS)):
        risen = missing(verb, level, GOOD) == ()
        assert risen == (level < top)
    assert default_level(verb) <= top


def test_the_ceilings_of_the_catalogue() -> None:
    assert set(CEILING) <= set(ACTIONS)
    assert {verb for verb, top in CEILING.items() if top == 6} == {"create_task", "update_deal"}
    for verb in ("send_contract", "send_quote", "give_discount", "export_data"):
        assert ceiling(verb) == 4
    for verb in ("send_email", "message_customer", "book_meeting"):
        assert ceiling(verb) == 5
    assert "change_rule" not in CEILING
    assert level_name(4, "en").startswith("L4 act after")


@pytest.mark.parametrize(
    ("level", "measures", "down"),
    [
        (5, _but(undone_50=1), False), (5, _but(undone_50=2), True), (6, _but(undone_50=2), True), (4, _but(undone_50=9), False),
        (5, _but(complaints=1, any_incident=1), True), (4, _but(complaints=1, any_incident=1), False),
        (6, _but(any_incident=1), True), (5, _but(any_incident=1), False),
        (4, _but(rewrites_10=2), False), (4, _but(rewrites_10=3), True), (3, _but(rewrites_10=3), True),
        (5, _but(rewrites_10=9), False), (2, _but(rewrites_10=9), False),
        *((level, _but(serious=1), True) for level in range(1, 7)),
    ],
)  # fmt: skip
def test_a_step_down_at_its_edge(level: int, measures: Measures, down: bool) -> None:
    assert (falls(level, measures) is not None) == down


@pytest.mark.parametrize(
    ("ratio", "fate"),
    [(0, Fate.AS_IS), (0.1, Fate.AS_IS), (0.101, Fate.EDITED), (0.5, Fate.EDITED), (0.501, Fate.REWRITTEN)],
)
def test_how_much_was_changed(ratio: float, fate: Fate) -> None:
    assert fate_of_edit(ratio) is fate


def test_what_counts() -> None:
    traces = _traces(
        Fate.AS_IS,
        Fate.AS_IS,
        Fate.EDITED,
        Fate.REWRITTEN,
        Fate.REJECTED,
        Fate.UNUSED,
        Fate.LAPSED,
        Fate.OPEN,
    )
    found = measure(traces, SINCE, NOW)
    assert (found.n, found.done, found.days) == (6, 2, 30)
    assert found.as_is == pytest.approx(2 / 6)
    assert found.rejected == pytest.approx(1 / 6)
    assert found.rewrites_10 == 1
    assert measure([], SINCE, NOW).as_is is None


def test_undone_is_counted_among_the_last_fifty() -> None:
    old = _traces(*[Fate.AS_IS] * 5, undone=True)
    new = [Trace(code=f"n{n}", at=NOW - timedelta(hours=n), fate=Fate.AS_IS, done=True) for n in range(50)]
    assert measure([*old, *new], SINCE, NOW).undone_50 == 0
    assert measure([*old, *new[:48]], SINCE, NOW).undone_50 == 2


def test_incidents_are_told_by_kind() -> None:
    traces = [
        Trace(code="a", at=NOW, fate=Fate.AS_IS, incidents=("serious", "complaint")),
        Trace(code="b", at=NOW, fate=Fate.AS_IS, incidents=("wrong",)),
        Trace(code="c", at=NOW, fate=Fate.AS_IS),
    ]
    found = measure(traces, SINCE, NOW)
    assert (found.serious, found.complaints, found.any_incident) == (1, 1, 3)
    assert found.wrong == pytest.approx(2 / 3)


@given(fates=st.lists(st.sampled_from(list(Fate)), max_size=40), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(fates: list[Fate], order: object) -> None:
    traces = _traces(*fates)
    mixed = list(traces)
    order.shuffle(mixed)  # type: ignore[attr-defined]
    assert measure(traces, SINCE, NOW) == measure(mixed, SINCE, NOW)


@given(
    level=st.integers(1, 6),
    serious=st.integers(0, 2),
    n=st.integers(0, 300),
    undone=st.floats(0, 1),
    as_is=st.floats(0, 1),
)
def test_what_falls_may_not_rise(level: int, serious: int, n: int, undone: float, as_is: float) -> None:
    """No figures let a verb go up and down at once, but for a dry run, which is not judged by them."""
    figures = Measures(
        n=n, done=n, as_is=as_is, undone=undone, serious=serious, wrong=0.0, rejected=0.0, days=99
    )
    if level > 1 and falls(level, figures) is not None:
        assert missing("create_task", level, figures) != ()
