"""Skill: how a customer has sounded over time, and the message or call at which it changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, Field

from agents.calls import between, quoted, title_of
from agents.citing import cite_interaction
from agents.lookup import Unclear, not_found, the_account_id, the_deal
from agents.moods import levels, mood_in, mood_over
from agents.pictures import mood_picture
from agents.skill import Skill, Turn
from agents.wording import day
from knowledge.insight.minutes import Said
from knowledge.insight.mood import Mood, heaviest
from knowledge.model import Interaction

METHOD = (
    "按词汇、语速和打断的规则计算,不是模型判断",
    "by rules over words, pace and interruptions, not by a model",
)


class Arguments(BaseModel):
    """What customer_mood takes. Dates are ISO days, both included."""

    deal: str | None = Field(default=None, description="the deal or customer; omit for the current one")
    account: str | None = Field(default=None, description="the customer, over all their deals")
    since: date | None = Field(default=None, description="from this day on, YYYY-MM-DD")
    until: date | None = Field(default=None, description="up to and including this day, YYYY-MM-DD")


def run(turn: Turn, arguments: Arguments) -> str:
    """How the customer has sounded over time in mails, chats and calls, and the sentence at which it changed ("华东医疗最近情绪怎么样",
    "客户的态度什么时候变的", "how has the mood of this customer changed"). Only the customer's own words; nothing about colleagues."""
    turn.focus["intent"] = "customer_mood"
    found = _rows(turn, arguments)
    if isinstance(found, Unclear):
        return found.sentence
    title, rows = found
    mood = mood_over(rows)
    by_id = {row.id: row for row in rows}
    if mood.reason:
        return f"{title}:{turn.say(mood.reason, mood.reason_en)}"
    lines = [
        turn.say(
            f"{title} 的客户情绪:均值 {mood.mean:+.2f}(n={mood.n} 次往来),{METHOD[0]}",
            f"Mood of the customer, {title}: mean {mood.mean:+.2f} (n={mood.n} interactions), {METHOD[1]}",
        )
    ]
    lines += _change(turn, mood, by_id)
    lines += _newest(turn, mood, by_id)
    why = mood_picture(turn, str(rows[0].deal_id or rows[0].account_id), title, mood)
    return "\n".join([*lines, *([why] if why else [])])


def _rows(turn: Turn, arguments: Arguments) -> tuple[str, Sequence[Interaction]] | Unclear:
    """The interactions of a deal, or of all deals of a customer that one sees, oldest first."""
    since, until = between(arguments.since, arguments.until)
    if arguments.account and not arguments.deal:
        account_id = arguments.account
        if turn.desk.account(account_id) is None:
            account_id = the_account_id(turn, arguments.account) or ""
        account = turn.desk.account(account_id) if account_id else None
        if account is None:
            return not_found(turn, arguments.account)
        deals = [one.id for one in turn.desk.deals() if one.account_id == account_id]
        title, facts = account.name, [turn.desk.deal(one) for one in deals]
    else:
        chosen = the_deal(turn, arguments.deal)
        if isinstance(chosen, Unclear):
            return chosen
        title, facts = chosen.facts.deal.name, [chosen.facts]
    rows = {
        row.id: row
        for one in facts
        if one is not None
        for row in one.interactions
        if (since is None or row.at >= since) and (until is None or row.at <= until)
    }
    return title, sorted(rows.values(), key=lambda row: (row.at, row.id))


def _change(turn: Turn, mood: Mood, by_id: dict[str, Interaction]) -> list[str]:
    """When the level changed, by which words; inside a call also the turn."""
    if mood.turn is None or mood.change is None:
        return [turn.say("没有明显转折。", "No change of level.")]
    row, change = by_id[mood.turn.id], mood.change
    word = turn.say("变差", "falls") if change.down else turn.say("变好", "rises")
    facts = turn.desk.deal(row.deal_id) if row.deal_id else None
    mark = cite_interaction(turn, row, mood.turn.quote)
    told = turn.say(
        f"从 {title_of(turn, row, facts)} 起{word}({levels(change)}):“{mood.turn.quote}” {mark}",
        f"It {word} from {title_of(turn, row, facts)} on ({levels(change)}): “{mood.turn.quote}” {mark}",
    )
    inside = mood_in(turn, row) if row.segments else None
    if inside is None or inside.turn is None or inside.change is None:
        return [told]
    at = inside.turn
    said = Said(quote=at.quote, line=at.line, speaker=at.speaker, t=at.start)
    return [
        told,
        turn.say(
            f"这通里的转折:{quoted(turn, row, said)}",
            f"Inside that call it turned at: {quoted(turn, row, said)}",
        ),
    ]


def _newest(turn: Turn, mood: Mood, by_id: dict[str, Interaction]) -> list[str]:
    """The last three values, each with its words."""
    lines = []
    for one in mood.moments[-3:]:
        row = by_id[one.id]
        first = heaviest(one.quote, down=one.value < 0)[:80]
        lines.append(f"- {day(row.at)} {one.value:+.2f} “{first}” {cite_interaction(turn, row, first)}")
    return [turn.say("最近:", "Latest:"), *lines]


SKILL = Skill(name="customer_mood", arguments=Arguments, run=run)
