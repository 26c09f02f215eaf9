"""What was made of a call: its minutes, its review, and a person's own mark beside the automatic one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .opening import asker, opened
from .screen import out, out_json
from .trouble import Trouble

if TYPE_CHECKING:
    from agents.skill import Turn
    from bot.wiring import House

PATIENCE = 10
"""A command may wait so many times longer for a model than a chat: a long call has many parts."""


def summary(call: str, who: str, *, renew: bool, as_json: bool) -> None:
    """The minutes as the chat shows them, or the D14 object with the version of the transcript it rests on."""
    from agents.call_basis import minutes_shown
    from agents.skills import summarise_call

    house, turn = _turn(who)
    row = _call(turn, call)
    with _answering(house, turn):
        if as_json:
            facts = turn.desk.deal(row.deal_id) if row.deal_id else None
            made, basis = minutes_shown(turn, row, facts, renew=renew)
            rests = {"version": basis.number, "newest": basis.newest, "stale": basis.stale}
            out_json(made.model_dump(mode="json") | {"transcript": rests})
        else:
            out(summarise_call.run(turn, summarise_call.Arguments(call=call, renew=renew)))


def accept(
    call: str, numbers: Sequence[int], who: str, *, refuse: bool, give: Sequence[str], as_json: bool
) -> None:
    """Proposals of a call: accepted, not wanted, or a task given to a colleague; each becomes a wish of its own."""
    from bot.call_accepting import Accepting

    house, turn = _turn(who)
    _call(turn, call)
    desk = house.desk(turn.desk.person, "", "terminal", turn.language)
    accepting = Accepting(desk, house.approvals)
    if give:
        pairs = [one.partition("=") for one in give]
        if not all(number.strip().isdigit() and name.strip() for number, _, name in pairs):
            raise Trouble("--give 写成 4=赵磊 / --give is NUMBER=NAME", EXIT_USAGE)
        lines = [
            line for number, _, name in pairs for line in accepting.give(call, int(number), name.strip())
        ]
    else:
        lines = (accepting.refuse if refuse else accepting.accept)(call, tuple(numbers))
    known = [
        {"n": one.payload["n"], "kind": one.payload["kind"], "status": one.status, "action": one.action_id}
        for one in desk.proposals(call)
    ]
    out_json({"said": lines, "proposals": known}) if as_json else out("\n".join(lines))


def review(call: str, who: str, *, as_json: bool) -> None:
    """The review as the chat shows it, or the stored object with people's marks beside it."""
    from agents.cards import card_for, marks_of
    from agents.reviewing import may_review, may_see, rep_of, reviewed
    from agents.skills import review_call

    house, turn = _turn(who)
    row = _call(turn, call)
    rep = turn.desk.colleague(rep_of(turn, row))
    if rep is None or not may_review(turn, rep):
        raise Trouble(f"没有找到通话 {call} / no call {call}", EXIT_NOT_FOUND)
    with _answering(house, turn):
        if not as_json:
            out(review_call.run(turn, review_call.Arguments(call=call, person=rep.name)))
            return
        card = card_for(turn, row, turn.desk.deal(row.deal_id) if row.deal_id else None, rep)
        if card is None or not may_see(turn, rep, card[0]):
            raise Trouble(f"没有可以看的评分卡适用于 {call} / no scorecard for {call}", EXIT_NOT_FOUND)
        made = reviewed(turn, row, *card)
        if not made.open:
            raise Trouble(
                "本人还没看过自己的复盘,暂不开放 / the rep has not seen their own review yet", EXIT_FAILED
            )
        marks = [
            {"scorer": who.scorer, "edits": who.edits, **said.model_dump(mode="json")}
            for who in marks_of(turn, row, card[0])
            for said in who.answers.values()
        ]
        out_json(made.review.model_dump(mode="json") | {"marks": marks})


def mark(call: str, question: str, value: str, note: str, who: str, *, as_json: bool) -> None:
    """The asker's own answer to one question about a call; the automatic one stays."""
    from bot.command_calls import NO_CALL, mark_call

    house, turn = _turn(who)
    desk = house.desk(turn.desk.person, "", "terminal", turn.language)
    (zh, en), kept = mark_call(desk, call, question, value, note)
    if kept is None:
        code = EXIT_NOT_FOUND if (zh, en) == NO_CALL else EXIT_USAGE
        raise Trouble(zh if zh == en else f"{zh} / {en}", code)
    out_json(kept) if as_json else out(f"{zh} / {en}")


def _turn(who: str) -> tuple[House, Turn]:
    from agents.skill import Turn

    house = opened()
    person = asker(house, who)
    language = person.language or "zh"
    return house, Turn(desk=house.desk(person, "", "terminal", language), text="", language=language)


def _call(turn: Turn, call: str) -> Any:
    row = turn.desk.interaction(call)
    if row is None or row.kind not in ("call", "meeting"):
        raise Trouble(f"没有找到通话 {call} / no call {call}", EXIT_NOT_FOUND)
    return row


def _answering(house: House, turn: Turn) -> Any:
    """With the configured model, and a deadline for it; else nothing to wait for."""
    from bot.drilled import model_options

    options = model_options(house.settings)
    if options is None:
        return nullcontext()
    from agents.deadline import within
    from agents.models import chat_model

    turn.written_by(options.model, chat_model(options))
    return within(PATIENCE * options.deadline_s)
