"""Erase what the house holds about one person or firm. An administrator asks, legal or another administrator agrees.

It goes through the gate like every deed: one payload (a kind and an id, never a name), one card with what would be emptied,
a second person with the code of a high risk, one transaction, and its place in the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from actions.card import CardLine
from actions.effect import BadArguments, Change, Hands, Order, Preview, Scene
from actions.erasing.change import bytes_of
from actions.erasing.files import bearing
from actions.erasing.found import find_everything
from actions.erasing.whom import Whom, find_whom, held
from actions.erasing.writing import counts, write
from actions.tables import Sweep
from policies.facts import ActionFacts

NAMES = {"contact": ("联系人", "contact"), "person": ("同事", "colleague"), "account": ("客户", "customer")}


class Arguments(BaseModel):
    """Whose data, and why. The reason must not name them: it stays."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    id: str = Field(min_length=1)
    reason: str = Field(min_length=1, max_length=300)


class EraseData:
    """The verb `erase_data`. Nothing brings it back."""

    name = "erase_data"
    about = "rule"
    reversible = False

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        try:
            given = Arguments.model_validate(dict(args))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise BadArguments(f"删除请求的 {where} 不对 / field {where}: {first['msg']}") from error
        whom = find_whom(scene.session, given.kind, given.id)
        if whom.redactor.touches(given.reason, near=True):
            raise BadArguments(
                "原因里不要写名字,它会留下来 / do not name them in the reason: it stays on record"
            )
        _not_held(scene.session, whom, scene.action_id)
        found = find_everything(scene.session, whom)
        return {
            "kind": given.kind,
            "id": given.id,
            "reason": given.reason.strip(),
            "rows": counts(found),
            "namesakes": list(whom.namesakes),
        }

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:  # noqa: ARG002
        return ActionFacts(recipient_class="self", recipient_count=0, external_domains=0)

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:  # noqa: ARG002
        zh, en = NAMES[payload["kind"]]
        rows = payload["rows"]
        shown = ", ".join(f"{table} {count}" for table, count in rows.items()) or "–"
        lines = [
            CardLine(zh="原因", en="Why", value=payload["reason"]),
            CardLine(zh="将清空的行", en="Rows that are emptied", value=f"{sum(rows.values())} ({shown})"),
            CardLine(
                zh="另外", en="And", value="文件、索引、数据库空页 / files, index, free pages of the database"
            ),
        ]
        if payload["namesakes"]:
            value = ", ".join(payload["namesakes"])
            lines.append(CardLine(zh="同名者(不动)", en="Of the same name (left alone)", value=value))
        return Preview(
            headline=f"永久删除{zh} {payload['id']} 的个人数据,无法恢复",
            headline_en=f"Erase the personal data of {en} {payload['id']} for good",
            lines=tuple(lines),
            evidence=(payload["id"],),
        )

    def apply(self, order: Order, session: Session, hands: Hands) -> Change:
        payload = order.payload
        whom = find_whom(session, payload["kind"], payload["id"])
        _not_held(session, whom, order.action_id)
        found = find_everything(session, whom, order.action_id)
        files = bearing(hands.folder, whom, bytes_of(found))
        write(session, whom, found, order.action_id, order.sender.id, order.now)
        mails = [name for name in files if name.endswith(".eml")]
        session.add(
            Sweep(
                action_id=order.action_id, papers=sorted(set(files) - set(mails)), mails=mails, at=order.now
            )
        )
        session.flush()
        rows = sum(counts(found).values())
        return Change(
            detail=f"已清空 {rows} 行,{len(files)} 个文件待清理 / {rows} rows emptied, {len(files)} files to be swept",
            reference=payload["id"],
        )

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:  # noqa: ARG002
        raise BadArguments("删除的内容无法恢复 / what was erased cannot be brought back")


def _not_held(session: Session, whom: Whom, but: str) -> None:
    codes = held(session, whom, but)
    if codes:
        shown = ", ".join(codes[:5])
        raise BadArguments(
            f"还有未完结的动作涉及此人({shown}),先了结再删除 / open actions are about them ({shown}): settle those first"
        )
