"""Change fields of a deal: each with its value before and after, refused when somebody was quicker, put back exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from actions import deal_fields
from actions.arguments import given
from actions.card import CardLine
from actions.deal_fields import Arguments
from actions.effect import BadArguments, Change, Hands, Order, Preview, Scene
from actions.proof import Evidence, proves
from actions.proof import check as check_evidence
from knowledge.model import STAGES, Deal, Interaction, InteractionKind, StageChange
from policies.facts import ActionFacts

CLOSED = ("won", "lost")


class UpdateDeal:
    """The verb `update_deal`: a change of our own row, at once, with a day to take it back."""

    name = "update_deal"
    about = "deal"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        wish = given(Arguments, args, ("商机修改", "change of the deal"))
        names = [one.field for one in wish.changes]
        if len(set(names)) < len(names):
            raise BadArguments("同一个字段改了两次 / a field is changed twice")
        made = []
        for one in wish.changes:
            if one.evidence is not None:
                check_evidence(one.evidence, scene)
            old, new = deal_fields.current(scene.deal, one.field), deal_fields.wanted(one, scene)
            if old == new:
                continue
            made.append(
                {
                    "field": one.field,
                    "old": old,
                    "new": new,
                    "old_shown": deal_fields.shown(one.field, old, scene),
                    "new_shown": deal_fields.shown(one.field, new, scene),
                    "evidence": one.evidence.model_dump() if one.evidence else None,
                }
            )
        if not made:
            raise BadArguments(
                "已经是这个值了,没有要改的 / it already has this value; there is nothing to change"
            )
        return {"deal_id": scene.deal.id, "changes": made}

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        changes = payload["changes"]
        amounts = [
            max(int(c["new"]), abs(int(c["new"]) - int(c["old"]))) for c in changes if c["field"] == "amount"
        ]
        return ActionFacts(
            amount_fen=max(amounts, default=0),
            recipient_class="self",
            recipient_count=0,
            external_domains=0,
            changed_fields=frozenset(_kind(change) for change in changes),
            tainted_args=deal_fields.tainted(scene, self.proven(payload, scene)),
        )

    def proven(self, payload: Mapping[str, Any], scene: Scene) -> frozenset[str]:
        return _proven(payload["changes"], scene)

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:  # noqa: ARG002
        changes = payload["changes"]
        names = [deal_fields.NAMES[change["field"]] for change in changes]
        return Preview(
            headline="更新商机: " + "、".join(zh for zh, _ in names),
            headline_en="Update the deal: " + ", ".join(en for _, en in names),
            lines=tuple(line for change in changes for line in _lines(change)),
            evidence=tuple(c["evidence"]["interaction_id"] for c in changes if c["evidence"]),
        )

    def apply(self, order: Order, session: Session, hands: Hands) -> Change:  # noqa: ARG002
        deal = _locked(session, order)
        before = deal.closed_at
        for change in order.payload["changes"]:
            if deal_fields.current(deal, change["field"]) != change["old"]:
                name = deal_fields.NAMES[change["field"]]
                raise BadArguments(
                    f"{name[0]}在判定之后已被别人改过,没有再改 / somebody else has changed the {name[1]} meanwhile"
                )
            if change["field"] == "note":
                session.add(_note(order, deal, str(change["new"])))
            else:
                deal_fields.put(deal, change["field"], change["new"])
            if change["field"] == "stage":
                deal.closed_at = order.now if change["new"] in CLOSED else None
                session.add(
                    StageChange(id=_row_id(order), deal_id=deal.id, stage=str(change["new"]), at=order.now)
                )
        session.add(deal)
        session.flush()
        return Change(
            detail=_told(order.payload["changes"]),
            reference=deal.id,
            undo={"closed_at": before.isoformat() if before else ""},
        )

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:
        deal = _locked(session, order)
        for one in order.payload["changes"]:
            if one["field"] != "note" and deal_fields.current(deal, one["field"]) != one["new"]:
                name = deal_fields.NAMES[one["field"]]
                raise BadArguments(
                    f"{name[0]}之后又被改过,不能自动撤回 / the {name[1]} was changed again since, so it cannot be put back"
                )
        for one in order.payload["changes"]:
            if one["field"] == "note":
                _drop(session, Interaction, _note_id(order))
            else:
                deal_fields.put(deal, one["field"], one["old"])
            if one["field"] == "stage":
                deal.closed_at = deal_fields.moment_of(str(change.get("closed_at", "")))
                _drop(session, StageChange, _row_id(order))
        session.add(deal)
        session.flush()
        return "已改回原来的值 / everything is as it was"


def _kind(change: Mapping[str, Any]) -> str:
    """What sort of change it is for the rules: forward, back, or the end of a deal."""
    if change["field"] != "stage":
        return str(change["field"])
    if change["new"] in CLOSED:
        return "close"
    return "stage_back" if STAGES.index(change["new"]) < STAGES.index(change["old"]) else "stage"


def _proven(changes: list[Mapping[str, Any]], scene: Scene) -> frozenset[str]:
    """The fields whose value stands in the words they point to."""
    pointers = {c["field"]: Evidence.model_validate(c["evidence"]) for c in changes if c["evidence"]}
    values = {c["field"]: str(c["new"]) for c in changes}
    return frozenset(name for name, value in values.items() if proves(pointers.get(name), value, scene))


def _lines(change: Mapping[str, Any]) -> tuple[CardLine, ...]:
    zh, en = deal_fields.NAMES[change["field"]]
    value = f"{change['old_shown'] or '∅'} → {change['new_shown'] or '∅'}"
    found = [CardLine(zh=zh, en=en, value=value)]
    if change["evidence"]:
        words = f"{change['evidence']['interaction_id']} “{change['evidence']['quote']}”"
        found.append(CardLine(zh=f"{zh}的依据", en=f"Evidence for {en}", value=words))
    return tuple(found)


def _told(changes: list[Mapping[str, Any]]) -> str:
    zh = "；".join(f"{deal_fields.NAMES[c['field']][0]} → {c['new_shown'] or '空'}" for c in changes)
    en = "; ".join(f"{deal_fields.NAMES[c['field']][1]} → {c['new_shown'] or 'empty'}" for c in changes)
    return f"{zh.replace(' / ', ' ')} / {en.replace(' / ', ' ')}"


def _locked(session: Session, order: Order) -> Deal:
    """The row as it is at this moment, held until the end of the transaction."""
    query = select(Deal).where(Deal.id == order.payload["deal_id"]).with_for_update()
    deal = session.exec(query.execution_options(populate_existing=True)).first()
    if deal is None:
        raise BadArguments("没有找到这个商机 / no such deal")
    return deal


def _note(order: Order, deal: Deal, text: str) -> Interaction:
    return Interaction(
        id=_note_id(order),
        kind=InteractionKind.NOTE,
        at=order.now,
        account_id=deal.account_id,
        deal_id=deal.id,
        person_id=order.sender.id,
        team_id=deal.team_id,
        text=text,
        provenance=deal_fields.provenance(order.labels.get("note", frozenset())),
        source="chengdan",
    )


def _row_id(order: Order) -> str:
    return f"SC-{order.action_id}"


def _note_id(order: Order) -> str:
    return f"I-{order.action_id}"


def _drop(session: Session, table: type[Interaction] | type[StageChange], row_id: str) -> None:
    row = session.get(table, row_id)
    if row is not None:
        session.delete(row)
