"""A review in words: the verdicts with their moments, SPIN, trackers, mood, people's marks, and what to do better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from knowledge.blueprints.scorecard import Question
from knowledge.insight.minutes import Said
from knowledge.insight.mood import Mood
from knowledge.insight.reviews import SPIN_KINDS, Answer, Point, few_points, with_marks
from knowledge.insight.tracking import Hit
from knowledge.model import Interaction, Person

from .advising import Piece, advise
from .calls import quoted, title_of
from .cards import Marked, marks_of
from .citing import cite_interaction
from .moods import levels
from .pictures import moment_of
from .reviewing import Reviewed, may_see
from .skill import Turn
from .tracking import hits_of, trackers_of
from .won import better_line, playbook_of

_SPIN = {"situation": ("情境", "situation"), "problem": ("难点", "problem"), "implication": ("影响", "implication"),
         "need": ("价值", "need-payoff")}  # fmt: skip
MOST_SITUATION = 3
"""Situation questions above this are pointed at (definitions.md D3: limit to 2-3)."""


def call_text(turn: Turn, one: Reviewed, rep: Person, *, whole: bool) -> list[str]:
    """A call: its score and each answer with its moment; of several calls only what is missing."""
    card, found = one.card, one.review
    mark = cite_interaction(turn, one.row, one.row.subject) if one.row.subject else ""
    title = title_of(turn, one.row, one.facts)
    if not may_see(turn, rep, card):
        shut = turn.say("这张评分卡的结果不对您开放", "what this card says is not open to you")
        return [f"● {title}:{shut} {mark}".rstrip()]
    lines = [f"● {title}:{_score(turn, one)} {mark}".rstrip()]
    marked = marks_of(turn, one.row, card)
    lines += _by_people(turn, one, marked)
    for answer in found.answers:
        question = card.question(answer.question_id)
        if question and (whole or (answer.value is not None and answer.value < 1)):
            lines.append(_verdict(turn, one.row, question, answer, marked))
    passed = [
        is_passed
        for answer in found.answers
        if (is_passed := _passed(card.question(answer.question_id), answer)) is not None
    ]
    if passed:
        lines.append(turn.say(f"  达标 {sum(passed)}/{len(passed)}", f"  passed {sum(passed)}/{len(passed)}"))
    if found.spin.n:
        lines.append(_spin(turn, one))
    return lines


def _score(turn: Turn, one: Reviewed) -> str:
    found = one.review
    return f"{found.score:g}" if found.score is not None else turn.say(found.no_score, found.no_score_en)


def _by_people(turn: Turn, one: Reviewed, marked: Sequence[Marked]) -> list[str]:
    """A line a person who scored: the score with their answers in the place of the automatic ones, which stay."""
    lines = []
    for who in marked:
        value, why = with_marks(one.card, one.review.answers, who.answers)
        told = f"{value:g}" if value is not None else turn.say(*why)
        again = turn.say(f",改过 {who.edits} 次", f", changed {who.edits} times") if who.edits else ""
        lines.append(
            turn.say(
                f"  人工评分后({who.name}{again}):{told}", f"  with the marks of {who.name}{again}: {told}"
            )
        )
    return lines


def _passed(question: Question | None, answer: Answer) -> bool | None:
    return question.passed(answer.value) if question else None


def _verdict(
    turn: Turn, row: Interaction, question: Question, answer: Answer, marked: Sequence[Marked]
) -> str:
    passed = question.passed(answer.value)
    full, none = (
        answer.value is not None and answer.value >= 1,
        answer.value is not None and answer.value <= 0,
    )
    sign = "—" if answer.value is None else "✓" if passed or full else "✗" if none or passed is False else "△"
    why = turn.say(answer.reason, answer.reason_en)
    moments = turn.say(";", "; ").join(quoted(turn, row, said) for said in answer.evidence[:2])
    by_people = [(who.name, said) for who in marked if (said := who.answers.get(question.id)) is not None]
    human = "".join(
        turn.say(f" · 人工 {_mark(said)}({name})", f" · by {name} {_mark(said)}") for name, said in by_people
    )
    parts = [part for part in (f"({why})" if why else "", moments) if part]
    return f"  {sign} {turn.say(question.text, question.text_en)}{human} {' '.join(parts)}".rstrip()


def _mark(said: Answer) -> str:
    value = "NA" if said.value is None else f"{said.value:g}"
    return f"{value}:{said.reason}" if said.reason else value


def _spin(turn: Turn, one: Reviewed) -> str:
    found = one.review.spin
    parts = [
        f"{turn.say(*_SPIN[kind])} {getattr(found, kind)}({100 * (found.share(kind) or 0):.0f} %)"
        for kind in SPIN_KINDS
    ]
    told = turn.say("、", ", ").join(parts)
    most = next(
        (q.detect.most_situation for q in one.card.questions if q.detect and q.detect.how == "spin"),
        MOST_SITUATION,
    )
    much = (
        turn.say(f";情境问题超过 {most} 个", f"; more than {most} situation questions")
        if found.situation > most
        else ""
    )
    return turn.say(f"  提问 SPIN:{told},n={found.n}{much}", f"  SPIN: {told}, n={found.n}{much}")


def mood_text(turn: Turn, row: Interaction, mood: Mood) -> list[str]:
    """How the customer sounded, and the sentence at which it changed."""
    if not mood.n:
        return []
    if mood.reason:
        return [f"  {turn.say('客户情绪', 'Mood of the customer')}:{turn.say(mood.reason, mood.reason_en)}"]
    told = turn.say(
        f"  客户情绪:均值 {mood.mean:+.2f}(n={mood.n} 轮",
        f"  Mood of the customer: mean {mood.mean:+.2f} (n={mood.n} turns",
    )
    found, change = mood.turn, mood.change
    if found is None or change is None:
        return [told + turn.say(",没有明显转折)", ", no change of level)")]
    word = turn.say("变差", "falls") if change.down else turn.say("变好", "rises")
    said = Said(quote=found.quote, line=found.line, speaker=found.speaker, t=found.start)
    return [
        told
        + turn.say(
            f"),{moment_of(turn, mood)}起{word}({levels(change)}):{quoted(turn, row, said)}",
            f"), {word} from {moment_of(turn, mood)} on ({levels(change)}): {quoted(turn, row, said)}",
        )
    ]


def tracker_text(turn: Turn, rows: Sequence[Interaction], *, quotes: bool) -> list[str]:
    """How often each tracker hit, in how many calls; of one call the first hit of each with its second."""
    found: list[tuple[Interaction, Hit]] = [(row, one) for row in rows for one in hits_of(turn, row)]
    if not found:
        return []
    names = {one.id: one.title(turn.language) for one in trackers_of(turn)}
    counts = Counter(one.tracker for _, one in found)
    calls = {key: len({row.id for row, one in found if one.tracker == key}) for key in counts}
    if not quotes:
        told = turn.say("、", ", ").join(
            turn.say(
                f"{names[key]} {counts[key]} 次({calls[key]}/{len(rows)} 通)",
                f"{names[key]} {counts[key]} ({calls[key]}/{len(rows)})",
            )
            for key in sorted(counts, key=lambda one: (-counts[one], one))
        )
        return [turn.say(f"追踪词:{told}", f"Trackers: {told}")]
    first: dict[str, tuple[Interaction, Hit]] = {}
    for row, one in found:
        first.setdefault(one.tracker, (row, one))
    return [
        f"  # {names[key]} ×{counts[key]} {quoted(turn, row, _said(one))}"
        for key, (row, one) in sorted(first.items())
    ]


def _said(one: Hit) -> Said:
    return Said(quote=one.quote, line=one.line, speaker=one.speaker, t=one.t)


def points_text(turn: Turn, person: Person, shown: Sequence[Reviewed]) -> list[str]:
    """At most the card's number of points, one for somebody new; each with its moment and a better line."""
    card = shown[0].card
    new = len(turn.desk.calls(person.id)) < card.new_rep_calls
    chosen = few_points([one.review for one in shown], 1 if new else card.most_points)
    if not chosen:
        return [turn.say("没有需要改进的要点。", "Nothing to improve was found.")]
    by_call = {one.review.call_id: one for one in shown}
    lines = [turn.say("辅导要点:", "To do better:")]
    for number, (found, point) in enumerate(chosen, 1):
        lines += _point(turn, number, by_call[found.call_id], point)
    if (
        person.id == turn.desk.person.id
    ):  # advice to the person themselves; followed when the next call is without it
        given = [(by_call[found.call_id], point) for found, point in chosen]
        advise(turn, [_piece(one, point) for one, point in given])
    return lines


def _piece(one: Reviewed, point: Point) -> Piece:
    deal_id = one.facts.deal.id if one.facts and one.facts.deal.is_open else ""
    content = {"call": one.review.call_id, "point": point.kind}
    return Piece(kind="coaching", deal_id=deal_id, content=content, said={"point": point.kind})


def _point(turn: Turn, number: int, one: Reviewed, point: Point) -> list[str]:
    better = better_line(turn, point.kind, point.class_id, point.moment.quote, playbook_of(turn), one.facts)
    if better is None:
        told = turn.say("赢单里没有找到可参考的说法", "no such line was found in a won deal")
    else:
        mark = cite_interaction(turn, better.row, better.text, better.speaker)
        source = f"{better.facts.deal.name}({better.facts.deal.id})"
        told = turn.say("赢单里的说法", "from a won deal") + f" {source}:“{better.text}” {mark}"
    where = f"{title_of(turn, one.row, one.facts)}({one.row.id})"
    return [
        f"{number}. {turn.say(point.why, point.why_en)} — {where} {quoted(turn, one.row, point.moment)}",
        f"   → {told}",
    ]
