"""Updates of a deal that a call suggests: the next step, a competitor, the day of signing, and what else the customer told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from knowledge.insight.minutes import Minutes, Said
from knowledge.model import Interaction
from knowledge.snapshot import DealFacts

from .call_proposal import Proposal, colleague, end_of, open_todos
from .call_terms import FIELDS, SIGNS
from .minutes import resolve
from .offline.dates import ZONE
from .skill import Turn
from .wording import day


def changes(
    turn: Turn, row: Interaction, facts: DealFacts, made: Minutes, labels: frozenset[str]
) -> Iterator[Proposal]:
    """In the order in which they are shown."""
    for part in (_next_step, _competitor, _close, _note):
        yield from part(turn, row, facts, made, labels)


def _next_step(
    turn: Turn, row: Interaction, facts: DealFacts, made: Minutes, labels: frozenset[str]
) -> Iterator[Proposal]:
    """The first dated promise of ours, else the first one."""
    ours = [one for one in open_todos(turn, made) if colleague(turn, facts, one.owner) is not None]
    step = next((one for one in ours if one.due_iso), ours[0] if ours else None)
    if step is None or step.action == facts.deal.next_step:
        return
    due = end_of(step.due_iso)
    changes = [
        _change(row, "next_step", step.action[:300], step),
        _change(row, "next_step_at", due.isoformat() if due else "", step),
    ]
    when = f" · {day(due)} 18:00" if due else ""
    yield Proposal(
        kind="next_step",
        text=turn.say(f"下一步:{step.action[:300]}{when}", f"Next step: {step.action[:300]}{when}"),
        action="update_deal",
        args={"changes": changes},
        labels={"next_step": labels, "next_step_at": labels if due else frozenset({"rep_input"})},
        said=step,
    )


def _competitor(
    turn: Turn, row: Interaction, facts: DealFacts, made: Minutes, labels: frozenset[str]
) -> Iterator[Proposal]:
    """A competitor that the customer named and the deal does not."""
    before = facts.deal.competitor or ""
    known = before.casefold()
    named = next(
        (
            one
            for one in made.customer_facts
            if one.field == "competitor" and one.value.casefold() not in known
        ),
        None,
    )
    if named is None:
        return
    new = f"{before}、{named.value}" if before else named.value
    yield Proposal(
        kind="competitor",
        text=turn.say(f"竞争对手:{new}", f"Competitor: {new}"),
        action="update_deal",
        args={"changes": [_change(row, "competitor", new, named)]},
        labels={"competitor": labels},
        said=named,
    )


def _close(
    turn: Turn, row: Interaction, facts: DealFacts, made: Minutes, labels: frozenset[str]
) -> Iterator[Proposal]:
    """The day on which the customer says they will sign."""
    on = row.at.astimezone(ZONE).date()
    for one in made.customer_facts:
        when = resolve(one.quote, on) if one.field == "timing" and SIGNS.search(one.quote) else None
        if when is None or when < turn.desk.now.astimezone(ZONE).date():
            continue
        due = end_of(when.isoformat())
        if due is None or (facts.deal.expected_close and day(facts.deal.expected_close) == day(due)):
            return
        yield Proposal(
            kind="close",
            text=turn.say(f"预计成交日:{day(due)} 18:00", f"Expected close: {day(due)} 18:00"),
            action="update_deal",
            args={"changes": [_change(row, "expected_close", due.isoformat(), one)]},
            labels={"expected_close": labels},
            said=one,
        )
        return


def _note(
    turn: Turn, row: Interaction, facts: DealFacts, made: Minutes, labels: frozenset[str]
) -> Iterator[Proposal]:
    """What else the customer told, verbatim, as one note."""
    told = [one for one in made.customer_facts if one.field not in ("competitor", "product")][:8]
    if not told:
        return
    stop = turn.say(";", "; ")
    words = stop.join(
        f"{turn.say(*FIELDS.get(one.field, (one.field,) * 2))}:{one.value}“{one.quote}”" for one in told
    )
    note = turn.say(f"{day(row.at)} 通话({row.id}){words}", f"Call of {day(row.at)} ({row.id}) {words}")[
        :4000
    ]
    if any(note in one.text for one in facts.interactions if one.kind == "note"):
        return
    yield Proposal(
        kind="note",
        text=turn.say(f"备注:{note}", f"Note: {note}"),
        action="update_deal",
        args={"changes": [{"field": "note", "new": note}]},
        labels={"note": labels},
        said=told[0] if len(told) == 1 else None,
    )


def _change(row: Interaction, field: str, new: str, said: Said) -> dict[str, Any]:
    proof = {"interaction_id": row.id, "quote": said.quote[:500]}
    return {"field": field, "new": new} | ({"evidence": proof} if new and len(said.quote) >= 2 else {})
