"""Skill: what a call or meeting came to, each item with its words, and what could be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from actions.call_proposals import OPEN
from agents import qualifying
from agents.after_call import proposed
from agents.call_basis import minutes_shown, stale_lines
from agents.call_meeting import meeting_told
from agents.call_terms import FIELDS
from agents.calls import WhichCall, each, opened, the_call, title_of
from agents.lookup import Unclear
from agents.skill import Skill, Turn
from agents.won import playbook_of
from agents.wording import day
from knowledge.insight.minutes import Minutes, Said
from knowledge.insight.summary import METHOD
from knowledge.model import Interaction, Suggestion
from knowledge.snapshot import DealFacts

DOUBTS = {
    "owner": ("负责人待确认", "owner to be confirmed"),
    "date": ("日期待确认", "date to be confirmed"),
    "number": ("记录里没有这个数", "a figure nobody said"),
    "quote": ("引文对不上,已略去", "a quote that does not hold, left out"),
    "speaker": ("说话人不清楚", "speakers unclear"),
}
MOST = 8


class Arguments(WhichCall):
    """What summarise_call takes. Dates are ISO days, both included."""

    renew: bool = Field(
        default=False, description="true when the transcript was corrected and the minutes shall be made anew"
    )


def run(turn: Turn, arguments: Arguments) -> str:
    """Minutes of a call or meeting: what it was about, decisions, to-dos with owner and date, what the customer told,
    objections, open questions, each with the words, the speaker and the second ("总结一下昨天和华东医疗的电话", "minutes
    of our last meeting"). It changes nothing; it suggests updates and a follow-up mail that the user may ask for."""
    row = the_call(turn, **arguments.model_dump(exclude={"renew"}))
    if isinstance(row, Unclear):
        return row.sentence
    return told_of(turn, row, renew=arguments.renew)


def told_of(turn: Turn, row: Interaction, *, renew: bool = False, listed: bool = True) -> str:
    """The minutes of this call or recording in words, and what could be done with it; `listed` False where no
    proposals are wanted, or they are shown on a card of their own."""
    facts = opened(turn, row)
    made, basis = minutes_shown(turn, row, facts, renew=renew)
    turn.focus["intent"] = "summarise_call"
    turn.focus["call_version"] = basis.newest
    lines = [_head(turn, row, facts, made), *stale_lines(turn, basis)]
    lines += [*_lists(turn, row, made), *_doubts(turn, made)]
    if facts is not None:
        told = qualifying.lines(turn, facts)
        lines += [turn.say("商机资格(全部通话):", "Qualification (all calls):"), *told] if told else []
    _suggest(turn, made, facts)
    known = proposed(turn, row, facts, made) if listed and not basis.stale else ()
    return "\n".join([*lines, *_proposals(turn, known)])


def _proposals(turn: Turn, known: Sequence[Suggestion]) -> list[str]:
    """Numbered, each in full with the words it rests on; what was accepted or not wanted is not offered again."""
    left = [one for one in known if one.status in OPEN]
    if not left:
        return []
    turn.suggestions.insert(0, turn.say("全部接受", "Accept all"))
    head = turn.say(
        "建议(说“全部接受”“接受1和3”“不要2”;每条单独按规则判定):",
        "Suggestions (say “accept all”, “accept 1 and 3”, “drop 2”; each is asked of the rules by itself):",
    )
    return [head, *(f"{one.payload['n']}. {proposal_line(turn, one)}" for one in left)]


def proposal_line(turn: Turn, one: Suggestion) -> str:
    """What would be done, and who said the words it rests on, when."""
    payload = one.payload
    who = " ".join(filter(None, (str(payload["speaker"]), str(payload["moment"]))))
    source = (
        next((n for n in turn.sources if n.quote == payload["quote"]), None) if payload["quote"] else None
    )
    mark = f" [{source.n}]" if source else ""
    quote = f" — {who}:“{payload['quote']}”{mark}" if payload["quote"] else ""
    return f"{payload['text']}{quote}"


def _head(turn: Turn, row: Interaction, facts: DealFacts | None, made: Minutes) -> str:
    who = turn.say("、", ", ").join(one.name for one in made.attendees)
    how = (
        turn.say("摘录原话,没有用模型", "in their own words, no model wrote this")
        if made.meeting.engine == METHOD
        else turn.say(
            f"由 {made.meeting.engine} 起草,引文逐条核对", f"drafted by {made.meeting.engine}, quotes checked"
        )
    )
    return turn.say(
        f"纪要:{title_of(turn, row, facts)}({who};{how})",
        f"Minutes: {title_of(turn, row, facts)} ({who}; {how})",
    )


def _lists(turn: Turn, row: Interaction, made: Minutes) -> list[str]:
    playbook = playbook_of(turn)
    objections = []
    for one in made.objections:
        known = playbook.objection(one.class_id)
        objections.append((turn.say(known.name, known.name_en) if known else one.class_id, one))
    facts = [
        (f"{turn.say(*FIELDS.get(one.field, (one.field, one.field)))}:{one.value}", one)
        for one in made.customer_facts
    ]
    todos = [(f"{one.owner} · {one.due_iso or turn.say('日期未定', 'no date')}", one) for one in made.todos]
    later = made.next_meeting
    meeting: list[tuple[str, Said]] = [(meeting_told(turn, later), later)] if later else []
    meeting += [(turn.say("前文", "before"), one) for one in later.because] if later else []
    parts: list[tuple[tuple[str, str], list[tuple[str, Said]]]] = [
        (("要点:", "In short:"), [("", one) for one in made.gist]),
        (("决定:", "Decisions:"), [("", one) for one in made.decisions]),
        (("待办:", "To do:"), list(todos)),
        (("下次会面:", "Next meeting:"), meeting),
        (("客户情况:", "What the customer told:"), list(facts)),
        (("异议:", "Objections:"), list(objections)),
        (("没回答的问题:", "Open questions:"), [("", one) for one in made.open_questions]),
    ]
    return [line for head, items in parts for line in each(turn, row, head, items[:MOST])]


def _doubts(turn: Turn, made: Minutes) -> list[str]:
    if not made.uncertain:
        return []
    found = [f"- {turn.say(*DOUBTS[one.about])}:{one.text}" for one in made.uncertain]
    return [turn.say("需要核对:", "To be checked:"), *dict.fromkeys(found)]


def _suggest(turn: Turn, made: Minutes, facts: DealFacts | None) -> None:
    """What the person may say next; each goes its own way through the skills and the gate."""
    if facts is None:
        return
    today = day(turn.desk.now)
    ours = [
        one
        for one in made.todos
        if one.owner == facts.owner.name and (not one.due_iso or one.due_iso >= today)
    ]
    dated = [one for one in ours if one.due_iso]
    step = (dated or [one for one in ours if one.speaker != one.owner])[:1]
    if step:
        turn.suggestions.append(turn.say(f"下一步写:{step[0].action}", f"next step: {step[0].action}"))
    for one in dated[:1]:
        turn.suggestions.append(
            turn.say(f"提醒我 {one.due_iso} {one.action}", f"remind me on {one.due_iso}: {one.action}")
        )
    contact = next(
        (one.name for one in facts.contacts if any(one.name == x.name for x in made.attendees)), ""
    )
    if contact:
        turn.suggestions.append(turn.say(f"给{contact}写封跟进邮件", f"draft a follow-up mail to {contact}"))
    turn.suggestions.append(turn.say("复盘这通电话", "Review this call"))


SKILL = Skill(name="summarise_call", arguments=Arguments, run=run)
