"""Commands about actions: list, approve, reject, edit, undo, why."""

from __future__ import annotations

from dataclasses import asdict

from sqlmodel import col, select

from actions import sightings
from actions.action import Outcome, State, Status
from actions.settling import Settling
from actions.sight import sees
from actions.tables import Action
from actions.wording import state_name
from bot.cards import card_text, explanation_text
from bot.command_edits import edits
from bot.command_settle import ANSWERS, effect_named
from bot.jobs import WAIT_S, tick
from bot.keeping import keep
from bot.wiring import House
from knowledge.model import Person

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .opening import asker, opened
from .screen import err, out, out_json, table
from .trouble import Trouble

CHANNEL = "cli"


def actions(who: str, *, state: str, waiting: bool, as_json: bool) -> None:
    """Actions the person may see; with --waiting the cards that need their yes."""
    house, person = _at_the_desk(who)
    if waiting:
        cards = house.desk(person, "", CHANNEL, person.language).waiting()
        if as_json:
            out_json([asdict(card) for card in cards])
        else:
            out(
                "\n\n".join(card_text(card, person.language) for card in cards)
                or "没有等你审批的动作 / nothing waits for you"
            )
        return
    with house.store.reading() as session:
        query = (
            select(Action)
            .where(Action.canary_of == "")
            .order_by(col(Action.created_at).desc(), col(Action.id))
        )
        if state:
            query = query.where(Action.state == state)
        rows = [row for row in session.exec(query) if sees(session, person, row, house.clock())]
    if as_json:
        out_json([_record(row) for row in rows])
        return
    table(
        ["code", "action", "state", "deal", "by", "at (UTC)"],
        [
            [
                r.code,
                r.action,
                state_name(r.state, person.language),
                r.resource_id,
                r.requester_id,
                f"{r.created_at:%m-%d %H:%M:%S}",
            ]
            for r in rows
        ],
    )


def _record(row: Action) -> dict[str, object]:
    return {
        "id": row.id, "code": row.code, "action": row.action, "state": row.state, "deal": row.resource_id,
        "requester": row.requester_id, "created_at": row.created_at.isoformat(),
        "due_at": row.due_at.isoformat() if row.due_at else "", "result": row.result,
    }  # fmt: skip


def approve(ref: str, who: str, *, confirm: str, as_json: bool) -> None:
    """Say yes to exactly what the card shows; at high risk with the confirmation code on it."""
    house, person = _at_the_desk(who)
    card = house.desk(person, "", CHANNEL, person.language).card(ref)
    seen = card.payload_hash if card else ""
    outcome = house.approvals.approve(person.id, ref, seen_hash=seen, typed=confirm, channel=CHANNEL)
    told_end(house, person, outcome, as_json)


def reject(ref: str, reason: str, who: str, *, as_json: bool) -> None:
    """Say no, with the reason."""
    house, person = _at_the_desk(who)
    told_end(house, person, house.approvals.reject(person.id, ref, reason, channel=CHANNEL), as_json)


def edit(ref: str, text: str, who: str, *, as_json: bool) -> None:
    """Change it; the change is a new action."""
    try:
        changes = edits(text)
    except ValueError as error:
        raise Trouble(str(error), EXIT_USAGE) from error
    house, person = _at_the_desk(who)
    told_end(house, person, house.approvals.edit(person.id, ref, changes, channel=CHANNEL), as_json)


def undo(ref: str, who: str, *, as_json: bool) -> None:
    """Undo inside the window, or withdraw."""
    house, person = _at_the_desk(who, due_first=False)
    told_end(house, person, house.approvals.undo(person.id, ref, channel=CHANNEL), as_json)


def settle(ref: str, answer: str, who: str, *, as_json: bool) -> None:
    """Say what became of an unknown end, having looked."""
    house, person = _at_the_desk(who)
    if not answer:
        zh, en = sightings.ask(house.gate, person.id, ref)
        out(en if person.language == "en" else zh)
        return
    if answer not in ANSWERS:
        raise Trouble("sent 或 not_sent / sent or not_sent", EXIT_USAGE)
    settling = Settling(house.gate, effect_named)
    told_end(
        house, person, settling.settle(person.id, ref, ANSWERS[answer], channel=CHANNEL), as_json, answer=True
    )


def why(ref: str, who: str, *, as_json: bool) -> None:
    """The rules that decided, the facts they saw, who could approve, what would allow it."""
    house, person = _at_the_desk(who)
    found = house.desk(person, "", CHANNEL, person.language).explain(ref)
    if found is None:
        raise Trouble("没有找到这个动作 / no such action", EXIT_NOT_FOUND)
    out_json(asdict(found)) if as_json else out(explanation_text(found, person.language))


def _at_the_desk(who: str, *, due_first: bool = True) -> tuple[House, Person]:
    house = opened()
    person = asker(house, who)
    if due_first:
        tick(house, wait_s=WAIT_S)
    return house, person


def told_end(house: House, person: Person, outcome: Outcome, as_json: bool, *, answer: bool = False) -> None:
    """Let the clock look, say what came of it, and leave with the code for that."""
    tick(house, wait_s=WAIT_S)
    keep(house)
    if as_json:
        out_json(asdict(outcome))
    else:
        out(outcome.reason_en if person.language == "en" and outcome.reason_en else outcome.reason)
        for warning in outcome.warnings:
            err(f"⚠ {warning}")
    if not outcome.action_id:
        raise SystemExit(EXIT_NOT_FOUND)
    if answer and outcome.state is State.FAILED:
        return  # that it was not sent is the answer that was given
    if (
        outcome.status in (Status.REFUSED, Status.FAILED, Status.UNKNOWN)
        and outcome.state not in _ENDED_AS_WISHED
    ):
        raise SystemExit(EXIT_FAILED)


_ENDED_AS_WISHED = ("rejected", "undone", "cancelled")
