"""Skill: what was said in a call about something, word for word, with the speaker and the second."""

from __future__ import annotations

import re

from pydantic import Field

from agents.calls import WhichCall, opened, quoted, the_call, title_of
from agents.lookup import Unclear
from agents.minutes import minutes_of, talk_of
from agents.skill import Skill, Turn
from knowledge.insight.minutes import Said, Talk, acts
from knowledge.terms import is_cjk, query_terms

SHOWN = 4
SUBJECTS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (name, fields, re.compile(pattern, re.I))
    for name, fields, pattern in (
        ("budget", ("budget",), r"预算|经费|资金|\bbudget|\bfunds?\b"),
        ("price", ("amount",), r"价格|报价|多少钱|单价|折扣|太?贵|便宜|\bprices?\b|\bcosts?\b|\bquot|\bdiscount|expensive|cheap"),
        ("authority", ("authority", "decision_process"), r"拍板|决策|谁定|说了算|领导|审批|同意|批|\bdeci[ds]|\bboard\b|approv"),
        ("timing", ("timing",), r"时间|什么时候|上线|交付|工期|签约|日期|\bwhen\b|\btiming\b|\bdeliver|\bsign\b|timeline|go live"),
        ("payment", ("payment_terms",), r"付款|账期|预付|分期|尾款|\bpay"),
        ("competitor", ("competitor",), r"竞品|竞争对手|别家|对手|友商|另一家|\bcompetit|other vendor"),
        ("need", ("need", "quantity", "decision_criteria"), r"需求|要求|在意|关心|\bneeds?\b|requirement|\bcares?\b"),
        ("pain", ("pain",), r"痛点|担心|抱怨|问题|顾虑|\bworr|\bproblem|\bpain|concern"),
        ("terms", ("contract_terms",), r"合同|条款|质保|维保|违约|\bcontract|warrant"),
        ("security", ("security",), r"安全|等保|内网|国产化|\bsecur"),
        ("next", (), r"下一?步|答应|承诺|见面|\bpromis|next step|\bagree"),
    )
)  # fmt: skip
"""What a question may be about: the customer facts that tell of it, and how it is spoken of."""

_ASKING_WORDS = """
录音 音里 这段 段录 那段 通话 话里 电话 这通 那通 会议 说的 怎么 么说 什么 提到 说过 有没 没有 原话 关于 客户 对方 里他 他对 她对 分钟
几分 recording call said say mention minute second customer part exact word
"""
_ASKING = frozenset(_ASKING_WORDS.split())
_THEIRS = re.compile(r"他|她|客户|对方|人家|\b(?:he|she|they|customer|client)\b", re.I)


class Arguments(WhichCall):
    """What ask_call takes. Dates are ISO days, both included."""

    question: str = Field(min_length=1, max_length=500, description="what to look for, in the user's words")


def run(turn: Turn, arguments: Arguments) -> str:
    """What was said in one call, meeting or recording about something, word for word with speaker and second ("这段录音里
    他对预算怎么说的?", "does she mention a competitor in the recording?"). Says so when it was not mentioned."""
    row = the_call(turn, **arguments.model_dump(exclude={"question"}))
    if isinstance(row, Unclear):
        return row.sentence
    facts = opened(turn, row)
    turn.focus["intent"] = "ask_call"
    talk = talk_of(row, facts)
    told = {(one.line, one.quote): one.field for one in minutes_of(turn, row, facts).customer_facts}
    found = answer(talk, told, arguments.question, _speaker(turn, talk, arguments))
    title = title_of(turn, row, facts)
    if not found:
        return turn.say(
            f"{title}:这段对话里没有提到。可以在全部记录里找:“{arguments.question[:40]}”",
            f"{title}: it is not mentioned in this talk. To search everything: “{arguments.question[:40]}”",
        )
    turn.suggestions.append(turn.say("总结一下这通电话", "Summarise this call"))
    return "\n".join([f"{title}:", *(f"- {quoted(turn, row, one)}" for one in found)])


def answer(talk: Talk, told: dict[tuple[int, str], str], question: str, speaker: str = "") -> list[Said]:
    """The sentences that speak of it, in the order they were said. Facts about the subject count most, then words of the
    subject, then words of the question; of the person asked about before others."""
    subjects = [(fields, pattern) for _, fields, pattern in SUBJECTS if pattern.search(question)]
    wanted = {term for term in query_terms(question) if len(term) > 1} - _ASKING
    scored: list[tuple[float, acts.Sentence]] = []
    for one in acts.sentences(talk):
        score = 3.0 * any(told.get((one.line, one.text)) in fields for fields, _ in subjects)
        score += 2.0 * any(pattern.search(one.text) for _, pattern in subjects)
        shared = wanted & set(query_terms(one.text))
        score += sum(1.0 if is_cjk(term) else 1.5 for term in shared)
        if score and (speaker in ("", one.speaker) or (speaker == "customer" and one.side == "customer")):
            scored.append((score, one))
    top = max((score for score, _ in scored), default=0.0)
    kept = [pair for pair in scored if pair[0] >= max(1.0, top / 2)]
    kept = sorted(kept, key=lambda pair: (-pair[0], pair[1].line))[:SHOWN]
    return [
        Said(quote=one.text, line=one.line, speaker=one.speaker, t=talk.lines[one.line].start)
        for _, one in sorted(kept, key=lambda pair: pair[1].line)
    ]


def _speaker(turn: Turn, talk: Talk, arguments: Arguments) -> str:
    """Whose words are asked for: somebody named who speaks here, the customer's side for "he", else anybody's."""
    named = [
        one.name for one in turn.desk.names().spot(arguments.question) if one.kind in ("contact", "person")
    ]
    names = [*named, *([arguments.contact] if arguments.contact else [])]
    here = next((name for name in names if any(line.speaker == name for line in talk.lines)), "")
    if here:
        return here
    return "customer" if _THEIRS.search(arguments.question) and talk.customers else ""


SKILL = Skill(name="ask_call", arguments=Arguments, run=run)
