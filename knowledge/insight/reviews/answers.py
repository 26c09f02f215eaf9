"""The automatic answer to each question of a scorecard: by rule, with the moments it rests on. Deterministic."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from knowledge.blueprints.playbook import Playbook
from knowledge.blueprints.scorecard import Question, Scorecard
from knowledge.insight.minutes import Said, acts
from knowledge.insight.minutes.shape import Objection

from .evidence import Answer, Heard
from .spin import asked

SUBSTANCE = 10
"""Characters a reply needs to say anything."""

MOST_EVIDENCE = 3


def answers(heard: Heard, card: Scorecard, playbook: Playbook) -> tuple[Answer, ...]:
    """One answer a question, in the card's order. A value above 0 without the evidence the card asks for becomes 0."""
    return tuple(_checked(one, _answer(heard, one, playbook)) for one in card.questions)


def score(card: Scorecard, found: Sequence[Answer]) -> tuple[float | None, tuple[str, str]]:
    """Sum of weight times value over the sum of weights of what is not NA, in 0..100; None and the reason in two languages
    where a mandatory question has no answer, or none has (definitions.md D5)."""
    by_id = {one.question_id: one for one in found}
    total = weights = 0.0
    for question in card.questions:
        answer = by_id.get(question.id)
        if answer is None or answer.value is None:
            if question.mandatory:
                return None, (
                    f"必答题“{question.text}”没有答案",
                    f"the mandatory question “{question.text_en}” has no answer",
                )
            continue
        total += question.weight * answer.value
        weights += question.weight
    if not weights:
        return None, ("没有一题能答", "no question could be answered")
    return round(100 * total / weights, 1), ("", "")


def rep_reply(heard: Heard, line: int) -> tuple[int, str]:
    """The next turn of our side after a line: its number and words; (-1, "") when nothing of ours follows."""
    for number in range(line + 1, len(heard.talk.lines)):
        spoken = heard.talk.lines[number]
        if spoken.side == "rep":
            return number, spoken.text
    return -1, ""


def answered(heard: Heard, line: int) -> bool:
    """Whether our next turn says something of substance and does not only put it off without a day."""
    number, reply = rep_reply(heard, line)
    if number < 0 or len(reply.strip()) < SUBSTANCE:
        return False
    promised = any(todo.line == number and todo.due_iso for todo in heard.minutes.todos)
    return promised or not acts.deferred(reply)


def objections_of(heard: Heard) -> list[Objection]:
    """The objections, one a line: of several classes in a line the first."""
    return list({one.line: one for one in reversed(heard.minutes.objections)}.values())[::-1]


def _checked(question: Question, answer: Answer) -> Answer:
    if answer.value is None and not question.na_allowed and not question.mandatory:
        return answer.model_copy(update={"value": 0.0})
    if question.evidence_required and answer.value and not answer.evidence:
        return answer.model_copy(
            update={"value": 0.0, "reason": "没有证据,不计分", "reason_en": "no evidence, no points"}
        )
    return answer


def _answer(heard: Heard, question: Question, playbook: Playbook) -> Answer:
    if question.type == "metric":
        return _metric(heard, question)
    if question.detect is None:
        return Answer(question_id=question.id, value=None, reason="由人评分", reason_en="scored by people")
    if not heard.talk.reps or not heard.talk.customers:
        return Answer(
            question_id=question.id, value=None, reason="分不清我方和客户", reason_en="the sides are unknown"
        )
    return _DETECT[question.detect.how](heard, question, playbook)


def _metric(heard: Heard, question: Question) -> Answer:
    found = heard.metrics.get(question.metric_ref)
    if found is None or found.value is None:
        why = (found.reason, found.reason_en) if found else ("没有测量", "not measured")
        return Answer(question_id=question.id, value=None, reason=why[0], reason_en=why[1])
    low, high = question.low, question.high
    inside = (low is None or found.value >= low) and (high is None or found.value <= high)
    told = f"{found.name} = {found.value:g}{found.unit and ' ' + found.unit} (n={found.n})"
    return Answer(question_id=question.id, value=float(inside), reason=told, reason_en=told)


def _fact(heard: Heard, question: Question, _: Playbook) -> Answer:
    assert question.detect is not None
    found = [one for one in heard.minutes.customer_facts if one.field in question.detect.fields]
    return _of(
        question,
        float(len(found) >= question.detect.least),
        [heard.said(one.line, one.quote) for one in found],
    )


def _next_step(heard: Heard, question: Question, _: Playbook) -> Answer:
    found = [one for one in heard.minutes.todos if one.due_iso]
    moments = [heard.said(one.line, one.quote) for one in found]
    later = heard.minutes.next_meeting
    moments += [heard.said(later.line, later.quote)] if later else []
    return _of(question, float(bool(moments)), moments)


def _objections_answered(heard: Heard, question: Question, _: Playbook) -> Answer:
    raised = objections_of(heard)
    if not raised:
        return Answer(
            question_id=question.id, value=None, reason="没有异议", reason_en="no objection was raised"
        )
    good = [one for one in raised if answered(heard, one.line)]
    moments = [heard.said(rep_reply(heard, one.line)[0]) for one in good]
    return _of(question, len(good) / len(raised), moments, f"{len(good)}/{len(raised)}")


def _questions_answered(heard: Heard, question: Question, _: Playbook) -> Answer:
    asked = [one for one in acts.sentences(heard.talk) if one.side == "customer" and acts.question(one.text)]
    if not asked:
        return Answer(
            question_id=question.id, value=None, reason="客户没有提问", reason_en="the customer asked nothing"
        )
    open_lines = {(one.line, one.quote) for one in heard.minutes.open_questions}
    good = [one for one in asked if (one.line, one.text) not in open_lines]
    moments = [heard.said(one.line, one.text) for one in good]
    return _of(question, len(good) / len(asked), moments, f"{len(good)}/{len(asked)}")


def _questions(heard: Heard, question: Question, _: Playbook) -> Answer:
    assert question.detect is not None
    found = [one for one in acts.sentences(heard.talk) if one.side == "rep" and acts.question(one.text)]
    moments = [heard.said(one.line, one.text) for one in found]
    return _of(question, min(1.0, len(found) / question.detect.least), moments, f"n={len(found)}")


def _words(heard: Heard, question: Question, _: Playbook) -> Answer:
    detect = question.detect
    assert detect is not None
    said = [one for one in acts.sentences(heard.talk) if one.side == detect.side]
    found = [one for one in said if any(word.casefold() in one.text.casefold() for word in detect.words)]
    value = min(1.0, len(found) / detect.least)
    return _of(question, value, [heard.said(one.line, one.text) for one in found])


def _nothing_banned(heard: Heard, question: Question, playbook: Playbook) -> Answer:
    bad = banned(heard, playbook)
    return _of(question, float(not bad), bad)


def _tracker(heard: Heard, question: Question, _: Playbook) -> Answer:
    """That a tracker hits often enough; `no_tracker`: that it does not hit at all."""
    detect = question.detect
    assert detect is not None
    found = [heard.said(one.line, one.quote) for one in heard.hits if one.tracker == detect.tracker]
    if detect.how == "no_tracker":
        return _of(question, float(not found), found, f"n={len(found)}")
    return _of(question, min(1.0, len(found) / detect.least), found, f"n={len(found)}")


def _spin(heard: Heard, question: Question, _: Playbook) -> Answer:
    """Few situation questions, and enough of the kinds that lead somewhere."""
    detect = question.detect
    assert detect is not None
    ours = asked(heard.talk)
    if not ours:
        return Answer(
            question_id=question.id, value=None, reason="我方没有提问", reason_en="we asked nothing"
        )
    situation = [said for kind, said in ours if kind == "situation"]
    deeper = [said for kind, said in ours if kind != "situation"]
    value = min(1.0, len(deeper) / detect.least)
    if len(situation) > detect.most_situation:
        value *= 0.5
    told = f"S {len(situation)} (≤{detect.most_situation}), P+I+N {len(deeper)} (≥{detect.least})"
    return _of(question, value, deeper or situation, told)


def banned(heard: Heard, playbook: Playbook) -> list[Said]:
    """Sentences of ours with a phrase that nobody may use."""
    said = [one for one in acts.sentences(heard.talk) if one.side == "rep"]
    return [heard.said(one.line, one.text) for one in said if playbook.banned_in(one.text)]


def _of(question: Question, value: float, moments: Sequence[Said], told: str = "") -> Answer:
    kept = tuple(dict.fromkeys(moments))[:MOST_EVIDENCE]
    return Answer(question_id=question.id, value=round(value, 4), evidence=kept, reason=told, reason_en=told)


_DETECT: dict[str, Callable[[Heard, Question, Playbook], Answer]] = {
    "fact": _fact,
    "next_step": _next_step,
    "objections_answered": _objections_answered,
    "questions": _questions,
    "questions_answered": _questions_answered,
    "words": _words,
    "nothing_banned": _nothing_banned,
    "tracker": _tracker,
    "no_tracker": _tracker,
    "spin": _spin,
}
