"""Skill: the journey of one customer as one line of touches over every channel and device, with the stage of everybody there."""

from __future__ import annotations

from collections import Counter
from functools import partial

from pydantic import BaseModel, Field

from actions.journey_view import JourneyLine
from agents.drawing import show
from agents.journey_text import channel, cite_touch, event_name, stage_name, told_touch
from agents.lookup import not_found, the_account_id
from agents.skill import Skill, Turn
from agents.wording import day, short
from knowledge.blueprints.journey import Journey
from knowledge.insight.journey.events import Touch
from knowledge.insight.journey.picture import paint_line
from knowledge.insight.journey.placing import Move

MOST_PEOPLE = 8
LEAST_WORDS = 8


class Arguments(BaseModel):
    """What customer_journey takes."""

    customer: str | None = Field(
        default=None,
        max_length=120,
        description="the customer, a deal or a contact of theirs; omit for the current one",
    )
    limit: int = Field(default=12, ge=1, le=60, description="how many of the newest touches to list")


def run(turn: Turn, arguments: Arguments) -> str:
    """Show a customer's journey ("华东医疗的旅程", "他们接触过我们几次", "journey of Chenghu Hospital"): every touch over web,
    chat, mail, calls, meetings and orders in one line, who is in which stage since when and by which touch, with a picture.
    Report the numbers exactly as returned."""
    account_id = _account(turn, arguments.customer)
    line = turn.desk.journeys.line(account_id) if account_id else None
    if line is None:
        if not arguments.customer:
            return turn.say("请告诉我是哪个客户。", "Which customer do you mean?")
        return not_found(turn, arguments.customer).sentence
    turn.focus["account_id"], turn.focus["intent"] = account_id, "customer_journey"
    book, _, _ = turn.desk.journeys.books()
    contacts = [one for one in line.touches if not one.props.get("milestone")]
    if not line.touches:
        return turn.say(
            f"{line.account.name}:没有您能看到的接触。", f"{line.account.name}: no touch that you may see."
        )
    lines = [_head(turn, line, contacts), *_people(turn, line, book)]
    shown = list({one.id: one for one in line.touches}.values())[
        -arguments.limit :
    ]  # a deal's step is everybody's
    lines.append(turn.say(f"最近 {len(shown)} 次:", f"The last {len(shown)}:"))
    lines += [_line(turn, line, one) for one in reversed(shown)]
    lines += _kept_back(turn)
    title = turn.say(f"{line.account.name} 的旅程", f"Journey of {line.account.name}")
    paint = partial(paint_line, touches=line.touches, moves=line.moves, book=book, title=title,
                    english=turn.language == "en")  # fmt: skip
    rows = len({one.source for one in contacts})
    alt = turn.say(f"{title}(n={len(contacts)} 次接触)", f"{title} (n={len(contacts)} touches)")
    sorry = show(turn, f"{line.account.id}_journey", alt, paint, size=(10.0, 1.6 + 0.5 * max(1, rows)))
    turn.suggestions.append(turn.say("各阶段健康度", "Health of each stage"))
    return "\n".join([*lines, *([sorry] if sorry else [])])


def _account(turn: Turn, said: str | None) -> str:
    """The customer meant: by its name, by a deal or contact of theirs, else the one talked of."""
    if said and said.strip():
        found = the_account_id(turn, said)
        if found:
            return found
        for mention in turn.desk.names().resolve(said)[:1]:
            deal = turn.desk.deal(mention.id) if mention.kind == "deal" else None
            contact = turn.desk.contact(mention.id) if mention.kind == "contact" else None
            return deal.account.id if deal else contact.account_id if contact else ""
        return ""
    facts = turn.desk.deal(str(turn.focus.get("deal_id") or ""))
    return facts.account.id if facts else str(turn.focus.get("account_id") or "")


def _head(turn: Turn, line: JourneyLine, contacts: list[Touch]) -> str:
    counts = Counter(channel(turn, one) for one in contacts)
    told = turn.say("、", ", ").join(f"{name} {n}" for name, n in counts.most_common())
    first, last = line.touches[0], line.touches[-1]
    return turn.say(
        f"{line.account.name}({line.account.id})的旅程:{day(first.at)} 至 {day(last.at)},共 {len(contacts)} 次接触({told})",
        f"Journey of {line.account.name} ({line.account.id}): {day(first.at)} to {day(last.at)}, {len(contacts)} touches ({told})",
    )


def _people(turn: Turn, line: JourneyLine, book: Journey) -> list[str]:
    """Everybody's moves: stage with the day it was entered, the present one with the touch that led there."""
    by_id = {(one.id, one.person): one for one in line.touches}
    persons: dict[str, list[Move]] = {}
    for move in line.moves:
        persons.setdefault(move.person, []).append(move)
    lines = []
    ordered = sorted(persons, key=lambda who: (persons[who][-1].at, who), reverse=True)
    for who in ordered[:MOST_PEOPLE]:
        steps = " → ".join(f"{stage_name(turn, book, one.stage)} {day(one.at)}" for one in persons[who])
        touch = by_id.get((persons[who][-1].touch_id, who))
        mark = f" {cite_touch(turn, touch)}" if touch else ""
        lines.append(f"· {_called(turn, line, who)}: {steps}{mark}")
    if len(ordered) > MOST_PEOPLE:
        more = len(ordered) - MOST_PEOPLE
        lines.append(turn.say(f"……另有 {more} 人", f"... and {more} more people"))
    return [turn.say("谁在哪个阶段:", "Who is in which stage:"), *lines] if lines else []


def _called(turn: Turn, line: JourneyLine, person: str) -> str:
    name = line.names.get(person, "")
    return (
        name
        or turn.say("未识别的访客", "somebody not identified")
        + f" {person.partition(':')[2][:8] or person[:8]}"
    )


def _line(turn: Turn, line: JourneyLine, one: Touch) -> str:
    arrow = {"in": "←", "out": "→"}.get(one.direction, "·")
    who = _called(turn, line, one.person)
    device = turn.say(f" · 设备 {one.device[-6:]}", f" · device {one.device[-6:]}") if one.device else ""
    told = told_touch(turn, one) if one.props.get("milestone") or not one.props.get("text") else (
        f"{event_name(turn, one)}“{_words(one)}”"
    )  # fmt: skip
    if one.props.get("milestone"):
        return f"- {day(one.at)} {told} {cite_touch(turn, one)}"
    return f"- {day(one.at)} {channel(turn, one)} {arrow} {who}: {told}{device} {cite_touch(turn, one)}"


def _words(one: Touch) -> str:
    """The first line that says something: a greeting alone does not."""
    lines = [line for line in str(one.props["text"]).splitlines() if line.strip()]
    return short(
        next((line for line in lines if len(line.strip()) > LEAST_WORDS), lines[0] if lines else ""), 40
    )


def _kept_back(turn: Turn) -> list[str]:
    if not turn.desk.journeys.sight.stages:
        return []
    return [turn.say("您的角色只看部分阶段。", "Your role sees some of the stages only.")]


SKILL = Skill(name="customer_journey", arguments=Arguments, run=run)
