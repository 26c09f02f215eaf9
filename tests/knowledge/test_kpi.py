"""The KPI report against a recount by brute force; the order of the log and what happens later change nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import blueprints
from knowledge.blueprints.advice import DEEDS, Advice
from knowledge.insight.advice import Entry, arm_of, fates
from knowledge.insight.kpi import Report, as_json, report
from knowledge.insight.shares import difference, wilson

START = datetime(2026, 11, 1, tzinfo=UTC)
SINCE, UNTIL = START + timedelta(days=10), START + timedelta(days=25)
RULES = Advice.model_validate(blueprints.default("advice")).model_copy(
    update={"floor_share": 1, "floor_arm": 1, "floor_prediction": 2}
)

DETAILS: dict[str, list[dict[str, Any]]] = {
    "suggested": [{"subject": "D-1"}, {"subject": "D-2", "arm": "treated"}, {"subject": "D-3", "arm": "held_out"}, {}],
    "shown": [{}],
    "opened": [{}],
    "accepted": [{"mode": "as_is", "edit_ratio": 0.0}, {"mode": "edited", "edit_ratio": 0.3}],
    "rejected": [{"reason": "rewritten", "edit_ratio": 0.8}, {"reason": "rejected"}],
    "expired": [{}],
    "undone": [{}],
    "outcome": [{"won": True}, {"won": False}],
}  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> list[Entry]:
    """Up to thirty suggestions with events at any time, in any order; one moment may hold several."""
    found: list[Entry] = []
    for number in range(draw(st.integers(0, 30))):
        kind = draw(st.sampled_from([*DEEDS, "win", "lead_score"]))
        person = draw(st.sampled_from(["p-1", "p-2", "p-3"]))
        names = ["suggested", *draw(st.lists(st.sampled_from(sorted(DETAILS)), max_size=6))]
        for event in dict.fromkeys(names):
            seconds = draw(st.integers(0, 30 * 86_400 // 7)) * 7
            detail = dict(draw(st.sampled_from(DETAILS[event])))
            if event == "suggested" and kind in ("win", "lead_score"):
                detail |= {
                    "chance": draw(st.sampled_from([0.1, 0.5, 0.9])),
                    "grade": draw(st.sampled_from("ABCD")),
                }
            actor = person if event in ("opened", "accepted", "rejected", "undone") else "system"
            found.append(
                Entry(
                    suggestion_id=f"s-{number:02d}", event=event, at=START + timedelta(seconds=seconds), kind=kind,
                    person_id=person, team_id="t", actor=actor, detail=detail,
                )
            )  # fmt: skip
    return draw(st.permutations(found))


LICENSED = {date(2026, 11, 1) + timedelta(days=n): {"t": ["p-1", "p-2", "p-3", "p-4"]} for n in range(30)}


def made(log: list[Entry]) -> Report:
    return report(log, LICENSED, SINCE, UNTIL, RULES)


def recount(log: list[Entry]) -> dict[str, tuple[int, int]]:
    """(k, n) of each share, counted the long way."""
    rows: dict[str, dict[str, list[Entry]]] = {}
    for one in log:
        if one.at < UNTIL:
            rows.setdefault(one.suggestion_id, {}).setdefault(one.event, []).append(one)
    counts = {
        name: [0, 0]
        for name in ("acceptance", "as_is", "edited", "rewritten", "ignored", "unread_accept", "retained")
    }
    for events in rows.values():
        kind = next(iter(events.values()))[0].kind
        if kind not in DEEDS:
            continue
        yes, no = events.get("accepted", []), events.get("rejected", [])
        final = None
        if yes or no:  # one of each at most here: the later decides, a no where both are of one moment
            final = no[0] if no and (not yes or no[0].at >= yes[0].at) else yes[0]
        taken = final if final is not None and final.event == "accepted" else None
        if taken is not None and SINCE - timedelta(days=7) <= taken.at < UNTIL - timedelta(days=7):
            undone = [one for one in events.get("undone", []) if one.at >= taken.at]
            counts["retained"][1] += 1
            counts["retained"][0] += not undone or undone[0].at > taken.at + timedelta(days=7)
        if "shown" not in events or not SINCE <= events["shown"][0].at < UNTIL:
            continue
        for name in ("acceptance", "rewritten", "ignored"):
            counts[name][1] += 1
        counts["acceptance"][0] += taken is not None
        counts["rewritten"][0] += final is not None and final.detail.get("reason") == "rewritten"
        counts["ignored"][0] += final is None and "expired" in events
        if taken is not None:
            for name in ("as_is", "edited", "unread_accept"):
                counts[name][1] += 1
            counts["as_is"][0] += taken.detail["mode"] == "as_is"
            counts["edited"][0] += taken.detail["mode"] == "edited"
            gap = (taken.at - events["shown"][0].at).total_seconds()
            counts["unread_accept"][0] += 0 <= gap < 3
    return {name: (k, n) for name, (k, n) in counts.items()}


@settings(max_examples=150, deadline=None)
@given(logs())
def test_every_share_equals_a_recount_by_brute_force(log: list[Entry]) -> None:
    found, counted = made(log), recount(log)
    for name, (k, n) in counted.items():
        one = found.figures[name]
        assert (one.k, one.n) == (k, n), name
        assert len(one.rows) == n
        if n:
            assert one.value == pytest.approx(k / n)
            low, high = wilson(k, n)
            assert (one.low, one.high) == (low, high)
    shown = sum(one.shown for one in found.kinds)
    assert shown == found.figures["acceptance"].n
    for one in found.kinds:
        assert one.shown == one.as_is + one.edited + one.rejected + one.expired + one.open


@settings(max_examples=60, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_order_and_what_comes_later_change_nothing(log: list[Entry], chance: Any) -> None:
    before = as_json(made(log))
    shuffled = list(log)
    chance.shuffle(shuffled)
    later = [
        Entry(
            suggestion_id=f"s-{n:02d}", event="undone", at=UNTIL, kind="email", person_id="p-1", team_id="t"
        )
        for n in range(30)
    ]
    assert as_json(made([*shuffled, *later])) == before


def entry(event: str, hours: float = 0, sid: str = "s", **detail: Any) -> Entry:
    at = SINCE + timedelta(hours=hours)
    return Entry(
        suggestion_id=sid,
        event=event,
        at=at,
        kind="email",
        person_id="p",
        team_id="t",
        actor="p",
        detail=detail,
    )


def test_what_was_mostly_rewritten_is_not_accepted() -> None:
    log = [
        entry("suggested"),
        entry("shown"),
        entry("accepted", 1, mode="as_is"),
        entry("rejected", 2, reason="rewritten"),
    ]
    found = made(log)
    assert found.figures["acceptance"].k == 0
    assert found.figures["rewritten"].k == 1
    assert found.reasons == {"rewritten": 1}


def test_an_expiry_decides_nothing_that_a_person_has_decided() -> None:
    fate = fates([entry("shown"), entry("accepted", 1, mode="edited", edit_ratio=0.2), entry("expired", 50)])[
        0
    ]
    assert (fate.mode, fate.expired_at, fate.edit_ratio) == ("edited", None, 0.2)


def test_unread_acceptance_alarms_above_its_share_only() -> None:
    def log(quick: int) -> list[Entry]:
        rows = []
        for n in range(10):
            rows += [entry("suggested", sid=f"s{n}"), entry("shown", sid=f"s{n}")]
            rows.append(entry("accepted", (1 if n < quick else 60) / 3600, sid=f"s{n}", mode="as_is"))
        return rows

    assert not made(log(3)).alarm
    assert made(log(4)).alarm


def test_below_the_floor_there_is_no_value() -> None:
    rules = RULES.model_copy(update={"floor_share": 2})
    one = report([entry("suggested"), entry("shown")], {}, SINCE, UNTIL, rules).figures["acceptance"]
    assert (one.n, one.value, one.enough) == (1, None, False)


def test_a_prediction_counts_once_a_deal_by_the_first_that_was_made() -> None:
    log = []
    for n, (chance, won) in enumerate([(0.8, True), (0.3, False)]):
        for again in range(3):
            one = entry(
                "suggested", again - 24, sid=f"w{n}{again}", subject=f"D-{n}", chance=chance + again / 100
            )
            log.append(Entry(**{**vars(one), "kind": "win"}))
            log.append(Entry(**{**vars(entry("outcome", 5, sid=f"w{n}{again}", won=won)), "kind": "win"}))
    found = made(log).predicted["win"]
    assert found.n == 2
    assert found.figures is not None
    assert found.figures.brier == pytest.approx((0.2**2 + 0.3**2) / 2)


def test_arms_are_drawn_once_for_ever_and_near_their_share() -> None:
    drawn = [arm_of(f"D-{n}", 10, "advice") for n in range(5000)]
    assert drawn == [arm_of(f"D-{n}", 10, "advice") for n in range(5000)]
    assert 0.085 < drawn.count("held_out") / 5000 < 0.115
    assert arm_of("D-1", 0, "x") == "treated"


def test_the_gap_of_two_shares_has_newcombes_interval() -> None:
    low, high = difference(56, 70, 48, 80)  # Newcombe 1998, table II, case (a): 0.0524 to 0.3339
    assert (low, high) == (pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4))
