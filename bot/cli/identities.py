"""`chengdan identity`: who is who, why, and what people decide about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from actions.identities import NOBODY, Identities, Known, Refused

from . import EXIT_FAILED, EXIT_NOT_FOUND, EXIT_USAGE
from .opening import asker, opened
from .screen import err, out, out_json
from .trouble import Trouble

YES, NO = ("yes", "是", "同意"), ("no", "否", "撤回")
_KINDS = {
    "user": "登录账号 login", "phone": "手机 phone", "email": "邮箱 e-mail", "wecom": "企业微信 WeCom", "anon": "匿名 anonymous",
    "device": "设备 device", "session": "会话 session", "shared": "多人共用 shared", "clash": "身份冲突 clash",
}  # fmt: skip
_WHY = {
    "": "",
    "unique": "会把两个登录账号并成一人 two logins",
    "claimed": "设备已属他人 device of another",
    "hub": "太多人共用 used by too many",
}


def show(whom: str, who: str, *, as_json: bool) -> None:
    """One person."""
    known = _asked(lambda desk: desk.show(whom), who)
    out_json(known.as_json()) if as_json else _tell(known)


def why(whom: str, who: str, *, as_json: bool) -> None:
    """Every edge of one person, with its evidence."""
    known = _asked(lambda desk: desk.show(whom), who)
    if as_json:
        out_json(known.edges)
        return
    _tell(known)
    _edges(known.edges)


def merge(whom: str, other: str, reason: str, who: str, *, as_json: bool) -> None:
    """Two are one."""
    known = _asked(lambda desk: desk.merge(whom, other, reason), who)
    out_json(known.as_json()) if as_json else _tell(known)


def unmerge(edge: str, reason: str, who: str, *, as_json: bool) -> None:
    """They are not."""
    parted, rest = _asked(lambda desk: desk.unmerge(edge, reason), who)
    if as_json:
        out_json({"profiles": [one.as_json() for one in parted], "still_joined_by": rest})
        return
    for known in parted:
        _tell(known)
    if rest:
        out("仍由这些关联连在一起 / these edges still join them:")
        _edges(rest)


def consent(whom: str, purpose: str, word: str, how: str, who: str) -> None:
    """Agreed, or taken back."""
    if word.lower() not in YES + NO:
        raise Trouble("写 yes 或 no / write yes or no", EXIT_USAGE)
    granted = word.lower() in YES
    _asked(lambda desk: desk.consent(whom, purpose, granted=granted, how=how), who)
    out(f"已记下: {purpose} {'同意 agreed' if granted else '撤回 taken back'}")


def export(whom: str, path: Path | None, who: str) -> None:
    """All there is of one person."""
    made = _asked(lambda desk: desk.copy(whom), who)
    if path is None:
        out_json(made)
        return
    path.write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    path.chmod(0o600)
    err(f"{path}: {len(made['events'])} 个事件 / events")


def _asked(do: Any, who: str) -> Any:
    house = opened()
    try:
        return do(Identities(house.gate, house.identity_key, asker(house, who)))
    except Refused as error:
        raise Trouble(str(error), EXIT_NOT_FOUND if str(error) == NOBODY else EXIT_FAILED) from error


def _tell(known: Known) -> None:
    row = known.profile
    whose = (
        " · ".join(one for one in (row.account_id, row.contact_id, row.lead_id) if one)
        or "没有对应的客户 no record"
    )
    out(f"{row.id}  {_KINDS.get(row.kind, row.kind)}  {whose}")
    out(
        f"  事件 events: {known.events}"
        + (f" ({known.first[:16]} … {known.last[:16]})" if known.events else "")
    )
    for one in known.identifiers:
        shared = f"  自 {one['shared_since'][:16]} 起多人共用 shared since" if one["shared_since"] else ""
        out(f"  {one['id']}{shared}")
    said = {True: "同意 yes", False: "撤回 no", None: "没有表示 –"}
    out("  " + " · ".join(f"{purpose}: {said[word]}" for purpose, word in known.consent.items()))


def _edges(edges: list[dict[str, Any]]) -> None:
    """One line an edge; its id whole, because `unmerge` wants it."""
    for one in edges:
        state = " ".join(filter(None, (one["state"], _WHY.get(one["why"], one["why"]))))
        seen = one["note"] or f"{one['event']} ×{one['seen']}"
        if one["kind"] == "seen" and one["note"]:
            seen = f"{one['event']} ×{one['seen']} · {one['note']}"
        out(
            f"  {one['id']}  {one['a'][:14]} — {one['b'][:14]}  {one['at'][:16]}  {seen}  [{state}]  {one['rule']}"
        )
