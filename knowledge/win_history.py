"""The company's own closed deals: what they tell by stage, and the table a win model is fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from sqlmodel import Session

from knowledge.blueprints.process import Process
from knowledge.blueprints.scores import WinRules
from knowledge.insight.calendar import days_between
from knowledge.insight.deal_signals import LATER, as_of, moments, signals
from knowledge.insight.scoring.table import Table
from knowledge.insight.win import History, StageCount
from knowledge.library import scores as rows
from knowledge.model import OPEN_STAGES, Deal
from knowledge.snapshot import deal_facts

EVER = datetime(1970, 1, 1, tzinfo=UTC)


def win_history(session: Session, rules: WinRules, now: datetime, but: str = "") -> History:
    """What the deals closed in the last `rules.months` tell; the deal `but` does not count."""
    closed, old = closed_that_count(session, rules, now, but)
    passed = rows.stages_passed(session, closed)
    stages = {}
    for place, stage in enumerate(OPEN_STAGES):
        through = [one for one in closed if stage in passed.get(one.id, ())]
        if not through:  # a stage that records leave out: whoever came further has been there
            later = set(OPEN_STAGES[place + 1 :])
            through = [one for one in closed if later & passed.get(one.id, set())]
        stages[stage] = StageCount(n=len(through), won=sum(one.stage == "won" for one in through))
    won = [one for one in closed if one.stage == "won"]
    ages = [days_between(one.created_at, one.closed_at) for one in won if one.closed_at]
    amounts = [one.amount_fen / 100 for one in won if one.amount_fen > 0 and one.currency == "CNY"]
    return History(
        stages=stages,
        n=len(closed),
        won=len(won),
        usual_amount=median(amounts) if len(amounts) >= 5 else None,
        usual_age=median(ages) if len(ages) >= 5 else None,
        logged=rows.any_talk(session),
        old=old,
    )


def closed_that_count(
    session: Session, rules: WinRules, now: datetime, but: str = ""
) -> tuple[list[Deal], bool]:
    """The deals closed in the last `rules.months`, by id, and whether they are older for want of any such."""
    closed = [one for one in _closed(session, rules, now) if one.id != but]
    if closed:
        return closed, False
    # an export of years ago is all there is: it counts, and it is said
    closed = [one for one in rows.closed_deals(session, EVER, now) if one.id != but]
    return closed, bool(closed)


def win_table(session: Session, rules: WinRules, process: Process, now: datetime) -> tuple[Table, int, int]:
    """One row for each open stage a closed deal went through, as the deal stood in its middle; and how many deals were won
    and lost. Rows of one deal are one group; their moment is when they were looked at."""
    closed = _closed(session, rules, now)
    first_won = first_wins(closed)
    cells: list[dict[str, str]] = []
    labels, groups, times = [], [], []
    for deal in closed:
        facts = deal_facts(session, deal.id, now)
        for moment in moments(facts) if facts else ():
            then = as_of(facts, moment) if facts else None
            if then is None:
                continue
            before = first_won.get(deal.account_id, now) < moment
            found = signals(then, process, returning=before).cells
            cells.append({name: cell for name, cell in found.items() if name not in LATER})
            labels.append(int(deal.stage == "won"))
            groups.append(deal.id)
            times.append(moment.isoformat(timespec="minutes"))
    names = list(cells[0]) if cells else []
    table = Table(
        columns={name: [row[name] for row in cells] for name in names},
        labels=labels,
        groups=groups,
        times=times,
    )
    won = sum(one.stage == "won" for one in closed)
    return table, won, len(closed) - won


def first_wins(closed: Sequence[Deal]) -> dict[str, datetime]:
    """Customer -> when one of these deals with them was first won."""
    found: dict[str, datetime] = {}
    for deal in closed:
        if deal.stage == "won" and deal.closed_at:
            found[deal.account_id] = min(deal.closed_at, found.get(deal.account_id, deal.closed_at))
    return found


def _closed(session: Session, rules: WinRules, now: datetime) -> Sequence[Deal]:
    return rows.closed_deals(session, now - timedelta(days=round(rules.months * 30.44)), now)
