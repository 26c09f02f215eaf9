"""Skill: calls scored by the card in force, each verdict with its moment, and a few points to do better."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import BaseModel, Field

from agents.calls import between, opened, quoted, the_call, title_of
from agents.citing import cite_interaction
from agents.lookup import Unclear, the_colleague_id
from agents.pictures import picture_of
from agents.reviewing import Reviewed, card_of, marks_of, may_review, rep_of, reviewed
from agents.skill import Skill, Turn
from agents.won import better_line, playbook_of
from agents.wording import day
from knowledge.blueprints.scorecard import Question, Scorecard
from knowledge.insight.reviews import Answer, Point, few_points, means, with_marks
from knowledge.model import Interaction, Person

MOST_CALLS = 20
IN_DETAIL = 3
PAST_DAYS = 90


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
    team, after the rep has seen them. No judgement of a person, no mood."""
    person = _person(turn, arguments)
    if isinstance(person, Unclear):
        return person.sentence
    rows = _calls(turn, arguments, person)
    if isinstance(rows, Unclear):
        return rows.sentence
    card, version = card_of(turn)
    rows = [
        row
        for row in rows
        if row.kind in card.call_filter.kinds and len(row.segments) >= card.call_filter.least_lines
    ]
    made = [reviewed(turn, row, card, version) for row in rows[:MOST_CALLS]]
    shown = [one for one in made if one.open]
    turn.focus["intent"] = "review_call"
    hidden = len(made) - len(shown)
    if not shown:
        return _nothing(turn, person, card, hidden)
    if len(shown) == 1:
        opened(turn, shown[0].row)
    no_picture = [picture_of(turn, one) for one in shown[:IN_DETAIL]]
    lines = [_head(turn, person, shown, card, version)]
    for one in shown[:IN_DETAIL]:
        lines += _one(turn, one, card, whole=len(shown) == 1)
    lines += _period(turn, person, shown, card, version)
    lines += _points(turn, person, shown, card)
    lines += dict.fromkeys(filter(None, no_picture))
    return "\n".join([*lines, *_hidden(turn, hidden, card)])


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
        rows = turn.desk.calls(person.id, since, until)
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
        rows = [row] if rep_of(turn, row) == person.id else []
    else:
        rows = turn.desk.calls(person.id)[: 5 if person.id != turn.desk.person.id else 1]
    return rows


def _about_the_talk(turn: Turn, arguments: Arguments) -> bool:
    return not arguments.person and bool(turn.focus.get("call_id"))


def _nothing(turn: Turn, person: Person, card: Scorecard, hidden: int) -> str:
    if hidden:
        return "\n".join(_hidden(turn, hidden, card))
    return turn.say(
        f"这段时间没有{person.name}的可复盘的通话(数据不足)。",
        f"No call of {person.name} to review (not enough data).",
    )


def _hidden(turn: Turn, hidden: int, card: Scorecard) -> list[str]:
    if not hidden:
        return []
    return [
        turn.say(
            f"另有 {hidden} 通本人还没看过自己的复盘,看过后或通话满 {card.own_first_days} 天后开放。",
            f"{hidden} more not shown: the rep sees their own first; open once they have, or {card.own_first_days} days "
            "after the call.",
        )
    ]


def _head(turn: Turn, person: Person, shown: Sequence[Reviewed], card: Scorecard, version: str) -> str:
    days = sorted(day(one.row.at) for one in shown)
    span = days[0] if days[0] == days[-1] else f"{days[0]} ~ {days[-1]}"
    return turn.say(
        f"{person.name} 的通话复盘:{span},n={len(shown)},评分卡“{card.name}”版本 {version[:8]},按规则评分",
        f"Call review of {person.name}: {span}, n={len(shown)}, scorecard “{card.name_en}” version {version[:8]}, by rules",
    )


def _one(turn: Turn, one: Reviewed, card: Scorecard, *, whole: bool) -> list[str]:
    """A call: its score and each answer with its moment; of several calls only what is missing."""
    marks = marks_of(turn, one.row, card)
    found = one.review
    score = f"{found.score:g}" if found.score is not None else turn.say(found.no_score, found.no_score_en)
    mark = cite_interaction(turn, one.row, one.row.subject) if one.row.subject else ""
    lines = [f"● {title_of(turn, one.row, one.facts)}:{score} {mark}".rstrip()]
    if marks:
        by_people, why = with_marks(card, found.answers, marks)
        told = f"{by_people:g}" if by_people is not None else turn.say(*why)
        lines.append(turn.say(f"  人工评分后:{told}", f"  with people's marks: {told}"))
    for answer in found.answers:
        question = card.question(answer.question_id)
        if question and (whole or (answer.value is not None and answer.value < 1)):
            lines.append(_verdict(turn, one.row, question, answer, marks.get(question.id)))
    return lines


def _verdict(turn: Turn, row: Interaction, question: Question, answer: Answer, mark: Answer | None) -> str:
    sign = "—" if answer.value is None else "✓" if answer.value >= 1 else "✗" if answer.value <= 0 else "△"
    why = turn.say(answer.reason, answer.reason_en)
    moments = turn.say(";", "; ").join(quoted(turn, row, said) for said in answer.evidence[:2])
    human = (
        turn.say(f" · 人工 {mark.value:g}", f" · by a person {mark.value:g}")
        if mark and mark.value is not None
        else ""
    )
    parts = [part for part in (f"({why})" if why else "", moments) if part]
    return f"  {sign} {turn.say(question.text, question.text_en)}{human} {' '.join(parts)}".rstrip()


def _period(
    turn: Turn, person: Person, shown: Sequence[Reviewed], card: Scorecard, version: str
) -> list[str]:
    """The mean of the period beside that of the rep's own ninety days before it; not enough data where n is small."""
    if len(shown) < 2:
        return []
    mean, n = means([one.review for one in shown], card.least_calls)
    first = min(one.row.at for one in shown)
    before = turn.desk.calls(person.id, first - timedelta(days=PAST_DAYS), first - timedelta(microseconds=1))
    old = [
        reviewed(turn, row, card, version)
        for row in before[:MOST_CALLS]
        if len(row.segments) >= card.call_filter.least_lines
    ]
    past, m = means([one.review for one in old if one.open], card.least_calls)
    little = turn.say(
        f"数据不足(至少 {card.least_calls} 通)", f"not enough data ({card.least_calls} calls at least)"
    )
    now_told = f"{mean:g}" if mean is not None else little
    past_told = f"{past:g}" if past is not None else little
    return [
        turn.say(
            f"本期均分:{now_told}(n={n});此前 {PAST_DAYS} 天本人均分:{past_told}(n={m})",
            f"Mean of the period: {now_told} (n={n}); own mean of the {PAST_DAYS} days before: {past_told} (n={m})",
        )
    ]


def _points(turn: Turn, person: Person, shown: Sequence[Reviewed], card: Scorecard) -> list[str]:
    """At most the card's number of points, one for somebody new; each with its moment and a better line."""
    new = len(turn.desk.calls(person.id)) < card.new_rep_calls
    chosen = few_points([one.review for one in shown], 1 if new else card.most_points)
    if not chosen:
        return [turn.say("没有需要改进的要点。", "Nothing to improve was found.")]
    by_call = {one.review.call_id: one for one in shown}
    lines = [turn.say("辅导要点:", "To do better:")]
    for number, (found, point) in enumerate(chosen, 1):
        lines += _point(turn, number, by_call[found.call_id], point)
    return lines


def _point(turn: Turn, number: int, one: Reviewed, point: Point) -> list[str]:
    better = better_line(turn, point.kind, point.class_id, point.moment.quote, playbook_of(turn), one.facts)
    if better is None:
        told = turn.say("赢单里没有找到可参考的说法", "no such line was found in a won deal")
    else:
        mark = cite_interaction(turn, better.row, better.text, better.speaker)
        source = f"{better.facts.deal.name}({better.facts.deal.id})"
        told = turn.say("赢单里的说法", "from a won deal") + f" {source}:“{better.text}” {mark}"
    return [
        f"{number}. {turn.say(point.why, point.why_en)} — {quoted(turn, one.row, point.moment)}",
        f"   → {told}",
    ]


SKILL = Skill(name="review_call", arguments=Arguments, run=run)
