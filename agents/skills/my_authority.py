"""Skill: what the assistant may do alone for the asker, and what needs a person. It tells; no skill can change it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from actions.levels import APPROVE, OFF, SHADOW, UNDO, Power
from actions.wording import verb
from agents.skill import Skill, Turn


class Arguments(BaseModel):
    """my_authority takes nothing."""


def run(turn: Turn, arguments: Arguments) -> str:  # noqa: ARG001  every skill has the same shape
    """Tell what the assistant may now do by itself, what it does only after a yes, and what it only drafts, as the autonomy
    ladder says for the user's region ("助手现在能自己做什么?", "what can you do without asking?"). It cannot change that:
    people do, two of them for more."""
    powers = turn.desk.powers()
    turn.focus.update(intent="my_authority")
    groups = (
        (
            [p for p in powers if p.in_pilot and p.level >= UNDO],
            ("我可以自己做(可以撤回)", "I may do by myself (it can be undone)"),
        ),
        (
            [p for p in powers if p.in_pilot and p.level == APPROVE],
            ("有人批准后我才做", "I do only after somebody's yes"),
        ),
        (
            [p for p in powers if p.level > OFF and (not p.in_pilot or p.level < APPROVE)],
            ("我只起草或记录", "I only draft or record"),
        ),
        ([p for p in powers if p.level == OFF], ("已关闭", "switched off")),
    )
    lines = [_line(turn, found, *label) for found, label in groups if found]
    if not lines:
        return turn.say("还没有设定我能做什么。", "Nothing has been set for me yet.")
    lines.append(
        turn.say(
            "每一次仍由规则逐条判断:价格、折扣、承诺、陌生收件人等还是要人批准。升级要数据达标并由两个人同意,我改不了。",
            "Rules still judge each single case: prices, discounts, promises and unknown recipients need a person. More takes "
            "figures and two people; I cannot change it.",
        )
    )
    return "\n".join(lines)


def _line(turn: Turn, powers: Sequence[Power], zh: str, en: str) -> str:
    named = turn.say("、", ", ").join(_named(turn, power) for power in powers)
    text = turn.say(f"{zh}: {named}", f"{en}: {named}")
    n = turn.cite(
        id="autonomy", kind="rule", title=turn.say("自主级别", "autonomy levels"), date="", quote=text
    )
    return f"{text} [{n}]"


def _named(turn: Turn, power: Power) -> str:
    name = verb(power.verb, turn.language)
    if not power.in_pilot:
        return turn.say(f"{name}(试点外)", f"{name} (outside the pilot)")
    return turn.say(f"{name}(影子运行)", f"{name} (dry run)") if power.level == SHADOW else name


SKILL = Skill(name="my_authority", arguments=Arguments, run=run)
