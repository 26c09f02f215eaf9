"""Skill: calls scored by the card that is for them, each verdict with its moment, and a few points to do better."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, Field

from agents.calls import between, opened, the_call
from agents.cards import calls_of, card_for, cards_of, is_of
from agents.lookup import Unclear, the_colleague_id
from agents.measuring import rules_of
from agents.moods import mood_in, own_mood
from agents.periods import call_figures, past_of, period_figures, period_means, trend
from agents.pictures import mood_picture, picture_of
from agents.review_text import call_text, mood_text, points_text, tracker_text
from agents.reviewing import Reviewed, facts_of, may_review, reviewed
from agents.skill import Skill, Turn
from agents.wording import day
from knowledge.blueprints.scorecard import Scorecard
from knowledge.model import Interaction, Person

MOST_CALLS = 20
IN_DETAIL = 3


class Arguments(BaseModel):
    """What review_call takes. Dates are ISO days, both included."""

    person: str | None = Field(default=None, description="the colleague whose calls; omit for the user's own")
    deal: str | None = Field(default=None, description="only calls about this deal or customer")
    contact: str | None = Field(default=None, description="only with this person of the customer's")
    account: str | None = Field(default=None, description="the customer, when it does not matter which deal")
    kind: str | None = Field(default=None, description="call or meeting")
    since: date | None = Field(default=None, description="from this day on, YYYY-MM-DD")
    until: date | None = Field(default=None, description="up to and including this day, YYYY-MM-DD")
    call: str | None = Field(default=None, description="id of one call or meeting, if known")


def run(turn: Turn, arguments: Arguments) -> str:
    """Review calls by the scorecard: score, evidence for each point, and at most three things to do better with a better
    line from won deals ("复盘一下小李上周的通话", "review my last call"). The user's own calls; a manager also those of the
    team, after the rep has seen them. No judgement of a person, no mood of a colleague."""
    person = _person(turn, arguments)
    if isinstance(person, Unclear):
        return person.sentence
    rows = _calls(turn, arguments, person)
    if isinstance(rows, Unclear):
        return rows.sentence
    made = [one for row in rows[:MOST_CALLS] if (one := _reviewed(turn, row, person)) is not None]
    rejected = [one for one in made if one.tampered]
    made = [one for one in made if not one.tampered]
    shown = [one for one in made if one.open]
    turn.focus["intent"] = "review_call"
    hidden = len(made) - len(shown)
    if not shown:
        return "\n".join([_nothing(turn, person, hidden), *_rejected(turn, rejected)])
    if len(shown) == 1:
        opened(turn, shown[0].row)
    lines = [_head(turn, person, shown), *_body(turn, person, shown)]
    return "\n".join([*lines, *_hidden(turn, hidden), *_rejected(turn, rejected)])


def _reviewed(turn: Turn, row: Interaction, person: Person) -> Reviewed | None:
    """None for a call that no card is for, or in which they did not take part as the card asks."""
    card = card_for(turn, row, facts_of(turn, row), person)
    return None if card is None else reviewed(turn, row, *card)


def _body(turn: Turn, person: Person, shown: Sequence[Reviewed]) -> list[str]:
    past, alone = past_of(turn, person, shown), len(shown) == 1
    lines: list[str] = []
    unseen: list[str] = []
    for one in shown:
        told = call_text(turn, one, person, whole=alone)
        if shown.index(one) >= IN_DETAIL:
            lines += told[:1]
            continue
        mood = mood_in(turn, one.row)
        lines += [*told, *call_figures(turn, one, past), *mood_text(turn, one.row, mood)]
        lines += tracker_text(turn, [one.row], quotes=True) if alone else []
        unseen.append(picture_of(turn, one))
        if alone or mood.change is not None:
            unseen.append(mood_picture(turn, one.row.id, day(one.row.at), mood))
    if alone:
        lines += _own(turn, shown[0].row)
    else:
        lines += [*period_means(turn, shown, past), *period_figures(turn, shown, past)]
        lines += tracker_text(turn, [one.row for one in shown], quotes=False)
        unseen.append(trend(turn, person, shown, past))
    return [*lines, *points_text(turn, person, shown), *dict.fromkeys(filter(None, unseen))]


def _own(turn: Turn, row: Interaction) -> list[str]:
    """What only the person themselves sees of their own call: their notes, and their own mood where all conditions hold."""
    notes = turn.desk.notes(row.id)
    lines = [
        turn.say(f"  我的备注(只有您看得到):{one.text}", f"  my note (only you see it): {one.text}")
        for one in notes
    ]
    found = own_mood(turn, row, rules_of(turn, row).own_mood)
    if not isinstance(found, tuple) and found.mean is not None:
        lines.append(
            turn.say(
                f"  您自己的语气(只有您看得到,不保存):均值 {found.mean:+.2f}(n={found.n} 轮)",
                f"  how you sounded yourself (only you see it, nothing is stored): mean {found.mean:+.2f} (n={found.n} turns)",
            )
        )
    return lines


def _person(turn: Turn, arguments: Arguments) -> Person | Unclear:
    """Whose calls. A colleague one may not review sounds like one without calls."""
    if not arguments.person:
        return turn.desk.person
    found = turn.desk.colleague(the_colleague_id(turn, arguments.person))
    if found is None or not may_review(turn, found):
        said = arguments.person[:30]
        return Unclear(
            turn.say(
                f"没有可以给您看的“{said}”的通话复盘。您能看自己的;经理和总监能看本组的。",
                f"There is no call review of “{said}” for you. You see your own; managers and directors their team's.",
            )
        )
    return found


def _calls(turn: Turn, arguments: Arguments, person: Person) -> Sequence[Interaction] | Unclear:
    """The newest first: those of the period or deal that were asked for, else the last one."""
    given = arguments.model_dump(exclude={"person"})
    if arguments.since or arguments.until:
        since, until = between(arguments.since, arguments.until)
        rows = calls_of(turn, person, since, until)
    elif (
        arguments.call
        or arguments.deal
        or arguments.contact
        or arguments.account
        or _about_the_talk(turn, arguments)
    ):
        row = the_call(turn, **given)
        if isinstance(row, Unclear):
            return row
        rows = [row] if is_of(turn, row, person) else []
    else:
        rows = calls_of(turn, person)[: 5 if person.id != turn.desk.person.id else 1]
    return rows


def _about_the_talk(turn: Turn, arguments: Arguments) -> bool:
    return not arguments.person and bool(turn.focus.get("call_id"))


def _nothing(turn: Turn, person: Person, hidden: int) -> str:
    if hidden:
        return "\n".join(_hidden(turn, hidden))
    return turn.say(
        f"这段时间没有{person.name}的可复盘的通话(数据不足)。",
        f"No call of {person.name} to review (not enough data).",
    )


def _hidden(turn: Turn, hidden: int) -> list[str]:
    if not hidden:
        return []
    days = max(card.own_first_days for card, _ in cards_of(turn))
    return [
        turn.say(
            f"另有 {hidden} 通本人还没看过自己的复盘,看过后或通话满 {days} 天后开放。",
            f"{hidden} more not shown: the rep sees their own first; open once they have, or {days} days after the call.",
        )
    ]


def _rejected(turn: Turn, rejected: Sequence[Reviewed]) -> list[str]:
    """Stored reviews whose quotes were changed: named, not shown."""
    return [
        turn.say(
            f"⚠ {one.row.id} 的存档复盘里有引文与文字稿不符,已拒绝,不予显示。",
            f"⚠ The stored review of {one.row.id} quotes what the transcript does not say: rejected, not shown.",
        )
        for one in rejected
    ]


def _head(turn: Turn, person: Person, shown: Sequence[Reviewed]) -> str:
    days = sorted(day(one.row.at) for one in shown)
    span = days[0] if days[0] == days[-1] else f"{days[0]} ~ {days[-1]}"
    cards: dict[str, tuple[Scorecard, str]] = {
        one.review.card: (one.card, one.review.card_version) for one in shown
    }
    zh = "、".join(f"“{card.name}”版本 {version[:8]}" for card, version in cards.values())
    en = ", ".join(f"“{card.name_en}” version {version[:8]}" for card, version in cards.values())
    rests = shown[0].review.transcript[:8] if len(shown) == 1 else ""
    words = turn.say(f",文字稿 {rests}", f", transcript {rests}") if rests else ""
    return turn.say(
        f"{person.name} 的通话复盘:{span},n={len(shown)},评分卡{zh}{words},按规则评分",
        f"Call review of {person.name}: {span}, n={len(shown)}, scorecard {en}{words}, by rules",
    )


SKILL = Skill(name="review_call", arguments=Arguments, run=run)
