"""The manager's view over a user's own export: sums and counts to the cent, and chances that keep near the base rate."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel

from knowledge import own_models
from knowledge.blueprints import process_in_force
from knowledge.feeds import ingest
from knowledge.forecasting import closed_of, judged
from knowledge.insight.deal_signals import as_of, signals
from knowledge.insight.forecast import forecast
from knowledge.insight.scoring.figures import figures
from knowledge.insight.win import WinOdds, win_odds
from knowledge.library import deals as deal_rows
from knowledge.library import plans
from knowledge.snapshot import many_facts
from knowledge.store import Store
from knowledge.win_replay import learned_history

ROOT = Path(__file__).resolve().parents[2]
EXPORT = ROOT.parent / "shared" / "data" / "crm_sales_opportunities"
NOW = datetime(2018, 1, 2, tzinfo=UTC)
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not EXPORT.is_dir(), reason="the shared data folder is absent"),
]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("crm")
    store = Store(f"sqlite:///{folder / 'crm.db'}")
    SQLModel.metadata.create_all(store.engine)
    target = ROOT / "examples" / "crm_sales_opportunities" / "import.yaml"
    ingest(store, target, base=EXPORT, now=NOW, rejected=folder / "rejected")
    with store.reading() as found:
        yield found
    store.close()


def lines() -> list[dict[str, str]]:
    with (EXPORT / "sales_pipeline.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_what_was_won_and_what_is_open_equal_the_file(session: Session) -> None:
    deals = deal_rows.deals(session)
    found = judged(session, deals, NOW)
    made = forecast(
        [one.expected for one in found], closed_of(deals, NOW), NOW, date(2017, 10, 1), date(2018, 1, 31)
    )
    won = [
        float(row["close_value"]) for row in lines()
        if row["deal_stage"] == "Won" and "2017-10-01" <= row["close_date"] <= "2018-01-01"
    ]  # fmt: skip
    (book,) = made.books
    assert book.currency == "USD"
    assert (book.whole.won_n, book.whole.won_fen) == (len(won), round(100 * sum(won)))
    counted = Counter(row["deal_stage"] for row in lines())
    stages = Counter(one.expected.stage for one in found)
    assert stages == {"negotiation": counted["Engaging"], "discovery": counted["Prospecting"]}
    assert len(made.undated) == len(found)
    ended = Counter(one.won for one in closed_of(deals, NOW))
    assert (ended[True], ended[False]) == (counted["Won"], counted["Lost"])


def test_chances_keep_near_the_base_rate_and_say_what_they_rest_on(session: Session) -> None:
    deals = deal_rows.deals(session)
    found = judged(session, deals, NOW)
    closed = closed_of(deals, NOW)
    base = sum(one.won for one in closed) / len(closed)
    given = [one.expected for one in found if one.expected.chance is not None]
    assert len(given) > 500
    # stalled and old ones were won as often as others: the experts' odds are drawn to that
    assert all(abs((one.chance or 0) - base) < 0.03 for one in given)
    assert sum(one.p for one in given) / len(given) == pytest.approx(base, abs=0.015)
    assert {one.n for one in given} == {len(closed)}
    assert {one.category for one in given} <= {"best case", "pipeline"}


def test_deals_judged_by_what_had_closed_before_are_no_worse_than_the_base_rate(session: Session) -> None:
    """Open on a day half way, judged by the deals closed until then, held against how they ended."""
    then = datetime(2017, 8, 4, tzinfo=UTC)
    rules = own_models.scores_of(session).win
    process = process_in_force(session)
    history = learned_history(session, rules, process, then)
    assert history.learned is not None
    assert history.learned.n <= history.n < 2000
    bought = plans.bought_before(session, then)
    deals = [
        one for one in deal_rows.deals(session)
        if one.created_at < then and one.closed_at is not None and one.closed_at > then
    ]  # fmt: skip
    labels, chances = [], []
    for facts in many_facts(session, deals, NOW):
        seen = as_of(facts, then)
        assert seen is not None
        found = win_odds(
            seen, signals(seen, process, returning=facts.deal.account_id in bought), process, rules, history
        )
        if isinstance(found, WinOdds):
            labels.append(int(facts.deal.stage == "won"))
            chances.append(found.chance)
            total = found.scored.intercept + sum(one.points for one in found.scored.parts)
            assert total == pytest.approx(found.scored.logit, abs=1e-6)
    assert len(labels) > 400
    ours = figures(labels, chances)
    plain = figures(labels, [history.won / history.n] * len(labels))
    assert ours is not None
    assert plain is not None
    assert ours.brier <= plain.brier + 0.002
    assert ours.log_loss <= plain.log_loss + 0.004
    assert sum(chances) / len(chances) == pytest.approx(history.won / history.n, abs=0.06)
