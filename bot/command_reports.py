"""Commands about what went wrong: a serious incident, a complaint, an error; and what one made of a draft oneself."""

from __future__ import annotations

from actions.counter import PersonDesk
from actions.incidents import Incidents

from .command_keys import Both, Keys

_EDITED = frozenset({"edited", "changed", "改了", "改过", "修改", "修改后"})


def serious(rest: str, keys: Keys, desk: PersonDesk) -> Both:
    return _report("serious", rest, keys, desk)


def complaint(rest: str, keys: Keys, desk: PersonDesk) -> Both:
    return _report("complaint", rest, keys, desk)


def wrong(rest: str, keys: Keys, desk: PersonDesk) -> Both:
    return _report("wrong", rest, keys, desk)


def did(rest: str, keys: Keys, desk: PersonDesk) -> Both:
    """`/did CODE` for "I did exactly this myself", `/did CODE 改了` for "with changes"."""
    ref, _, how = rest.strip().partition(" ")
    if not ref:
        return "用法: /did 编号 [改了]", "usage: /did CODE [edited]"
    kind = "edited" if how.strip().lower() in _EDITED else "as_is"
    said = Incidents(keys.gate).did(desk.person.id, ref, kind, channel=desk.channel)
    return said.zh, said.en


def _report(kind: str, rest: str, keys: Keys, desk: PersonDesk) -> Both:
    ref, _, why = rest.strip().partition(" ")
    if not ref or not why.strip():
        return f"用法: /{kind} 编号 原因", f"usage: /{kind} CODE reason"
    said = Incidents(keys.gate).report(desk.person.id, ref, kind, why.strip(), channel=desk.channel)
    return said.zh, said.en
