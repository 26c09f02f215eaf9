"""Commands about one's calls: a mark of one's own beside the automatic one, a note for oneself, a word about oneself."""

from __future__ import annotations

from typing import Any

from actions.counter import PersonDesk
from agents.moods import OWN_MOOD

from .command_keys import Both, Keys

LONGEST_NOTE = 2000
NO_CALL: Both = ("没有找到这通电话。", "No such call.")
YES = frozenset({"on", "yes", "同意", "开"})
NO = frozenset({"off", "no", "不同意", "撤回", "关"})


def mark(rest: str, _keys: Keys, desk: PersonDesk) -> Both:
    """`/mark CALL QUESTION VALUE [why]`; a question by its id or its number on the card."""
    words = rest.split(None, 3)
    if len(words) < 3:
        return (
            "用法: /mark 通话编号 题号 值 [原因];值为 0 到 1、是/否、选项或 NA",
            "usage: /mark CALL QUESTION VALUE [why]; 0 to 1, yes/no, an option, or NA",
        )
    return mark_call(desk, words[0], words[1], words[2], words[3] if len(words) > 3 else "")[0]


def mark_call(
    desk: PersonDesk, call: str, question: str, value: str, note: str
) -> tuple[Both, dict[str, Any] | None]:
    """A person's own answer to one question about a call they may review: what to say, and what was kept (None: nothing)."""
    from agents.cards import card_for
    from agents.reviewing import may_review, may_see, rep_of
    from agents.skill import Turn

    turn = Turn(desk=desk, text="", language=desk.language)
    row = desk.interaction(call)
    rep = desk.colleague(rep_of(turn, row)) if row is not None and row.kind in ("call", "meeting") else None
    if row is None or rep is None or not may_review(turn, rep):
        return NO_CALL, None
    found = card_for(turn, row, desk.deal(row.deal_id) if row.deal_id else None, rep)
    if found is None or not may_see(turn, rep, found[0]):
        return ("没有评分卡适用于这通电话。", "No scorecard is for this call."), None
    card, version = found
    number = int(question) - 1 if question.isdigit() else -1
    asked = card.questions[number] if 0 <= number < len(card.questions) else card.question(question)
    if asked is None:
        known = ", ".join(f"{at}={one.id}" for at, one in enumerate(card.questions, 1))
        return (f"评分卡没有这一题,可用 {known}", f"no such question; known: {known}"), None
    try:
        asked.value_of(value)
    except ValueError as error:
        return (str(error), str(error)), None
    kept = desk.mark(call, card.id, version, asked.id, value.strip(), note.strip()[:500])
    told = {"call": call, "question": asked.id, "value": value, "by": kept.scorer_id, "note": kept.note}
    return (
        f"已记下:{asked.id} = {value};自动评分保留在旁边。",
        f"Noted: {asked.id} = {value}; the automatic answer stays beside it.",
    ), told


def note(rest: str, _keys: Keys, desk: PersonDesk) -> Both:
    """`/note CALL text`: for oneself alone."""
    call, _, text = rest.strip().partition(" ")
    if not call or not text.strip():
        return "用法: /note 通话编号 内容(只有您看得到)", "usage: /note CALL text (only you see it)"
    try:
        desk.note(call, text.strip()[:LONGEST_NOTE])
    except LookupError:
        return NO_CALL
    return "已记下,只有您看得到。", "Noted; only you see it."


def own_mood(rest: str, _keys: Keys, desk: PersonDesk) -> Both:
    """`/ownmood on|off`: a yes or no to looking at how one sounds oneself."""
    word = rest.strip().casefold()
    if word not in YES | NO:
        state = desk.consented(OWN_MOOD)
        return (
            f"您{'已' if state else '没有'}同意分析自己的语气(只给您自己看,不保存;默认关闭)。用法: /ownmood on|off",
            f"You have {'' if state else 'not '}agreed to it (for your eyes alone, never stored). Usage: /ownmood on|off",
        )
    desk.consent(OWN_MOOD, desk.channel, given=word in YES)
    return (
        ("已记下您同意。", "Your yes is noted.") if word in YES else ("已记下您不同意。", "Your no is noted.")
    )
