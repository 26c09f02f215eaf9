"""Skill: what to charge: target and ceiling from peers, each adjustment, what needs nobody's yes; the floor for who may see it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from actions.score_view import PriceNote
from agents.advising import Piece, advise
from agents.citing import cite_deal
from agents.lookup import Unclear, the_deal
from agents.skill import Skill, Turn
from agents.wording import money, percent

SCOPES = {
    "region_and_size": ("同区域同等级客户", "customers of the region and tier"),
    "region": ("同区域客户(同等级的不够)", "customers of the region (too few of the tier)"),
    "size": ("同等级客户(同区域的不够)", "customers of the tier (too few in the region)"),
    "product": ("全部客户(同类的不够)", "all customers (too few alike)"),
    "line": (
        "同产品线的赢单,按标价折算(本产品的不够)",
        "deals of the product line by share of list price (too few of this product)",
    ),
    "house": (
        "全部产品的赢单,按标价折算(同产品线的不够)",
        "all won deals by share of list price (too few of the line)",
    ),
    "product_ever": ("全部客户,不限时间(近一年不够)", "all customers at any time (too few in the last year)"),
}
SEATS = {
    "manager": ("经理", "a manager"),
    "director": ("总监", "a director"),
    "finance": ("财务", "finance"),
    "legal": ("法务", "legal"),
}


class Arguments(BaseModel):
    """What price_range takes."""

    deal: str | None = Field(default=None, description="the deal or customer; omit for the current deal")


def run(turn: Turn, arguments: Arguments) -> str:
    """Tell what price to ask in a deal ("报多少合适", "这单价格区间", "what should we charge"): target and ceiling for one unit
    from won deals of customers alike with their n and ids, each adjustment, and up to which discount nobody need be asked.
    A floor is there only for those who may see it; never put a floor into a text meant for a customer."""
    chosen = the_deal(turn, arguments.deal)
    if isinstance(chosen, Unclear):
        return chosen.sentence
    deal = chosen.facts.deal
    turn.focus["intent"] = "price_range"
    notes = turn.desk.scores.prices(deal.id)
    head = f"{deal.name}({deal.id}) {cite_deal(turn, deal)}"
    if not notes:
        return f"{head}\n" + turn.say(
            "商机没有产品,给不出价格。", "The deal names no product, so there is no price."
        )
    lines = [head, *(line for note in notes for line in _product(turn, note)), *_authority(turn, notes[0])]
    if deal.is_open:
        advise(turn, [_piece(deal.id, note) for note in notes if note.target_fen is not None])
    if chosen.note:
        lines.append(chosen.note)
    turn.suggestions.append(turn.say("给他们出个报价", "Make them a quote"))
    return "\n".join(lines)


def _piece(deal_id: str, note: PriceNote) -> Piece:
    """What was advised, without the floor."""
    advised = {
        "product_id": note.product_id,
        "target_fen": note.target_fen,
        "ceiling_fen": note.ceiling_fen,
        "currency": note.currency,
    }
    return Piece(kind="price", deal_id=deal_id, content=advised, said={"n": note.n, "scope": note.scope})


def _product(turn: Turn, note: PriceNote) -> list[str]:
    one = turn.say(f"/{note.unit}" if note.unit else "", f" per {note.unit}" if note.unit else "")
    quote = f"{note.product} · {money(note.list_price_fen, note.currency)}"
    mark = f"[{turn.cite(id=note.product_id, kind='product', title=note.product, date='', quote=quote)}]"
    listed = f"{money(note.list_price_fen, note.currency)}{one}"
    lines = [turn.say(f"{note.product}(标价 {listed}){mark}", f"{note.product} (list {listed}) {mark}")]
    if note.scope:
        target, ceiling = _price(turn, note.target_fen, note), _price(turn, note.ceiling_fen, note)
        lines.append(turn.say(f"- 目标价 {target},上限 {ceiling}", f"- target {target}, ceiling {ceiling}"))
        lines.append(_peers(turn, note))
        lines += [_adjusted(one.bp, turn.say(one.zh, one.en)) for one in note.adjustments]
    else:
        lines.append(
            turn.say(
                f"- 同类成交只有 n={note.n},数据不足,不给区间:从标价谈起",
                f"- only n={note.n} like deals, not enough data for a range: start from the list price",
            )
        )
    if note.floor_fen is not None:
        floor = money(note.floor_fen, note.currency)
        lines.append(
            turn.say(
                f"- 底价 {floor}(机密,不得告诉客户)", f"- floor {floor} (confidential, not for customers)"
            )
        )
    return lines


def _price(turn: Turn, fen: int | None, note: PriceNote) -> str:
    if fen is None:
        return turn.say("(已到公司允许的下限,请问经理)", "(at the house's limit; ask a manager)")
    off = (
        percent(round((note.list_price_fen - fen) * 10_000 / note.list_price_fen))
        if note.list_price_fen
        else ""
    )
    return f"{money(fen, note.currency)}" + turn.say(f"(折扣 {off})", f" ({off} off)")


def _peers(turn: Turn, note: PriceNote) -> str:
    scope = turn.say(*SCOPES[note.scope])
    marks = "".join(
        f"[{turn.cite(id=one, kind='deal', title=one, date='', quote=one)}]" for one in note.peers[:5]
    )
    return turn.say(
        f"- 依据:{scope},赢单 n={note.n} {marks}", f"- from won deals of {scope}, n={note.n} {marks}"
    )


def _adjusted(bp: int, why: str) -> str:
    return f"- {bp / 100:+g}%: {why}" if bp else f"- {why}"


def _authority(turn: Turn, note: PriceNote) -> list[str]:
    if not note.next_seats:
        return []
    who = turn.say("、", " and ").join(turn.say(*SEATS.get(seat, (seat, seat))) for seat in note.next_seats)
    free = percent(note.free_bp)
    return [
        turn.say(
            f"折扣 {free} 以内不用找别人批;再多要{who}批准",
            f"Up to {free} off you need not ask anybody; beyond it {who} must agree",
        )
    ]


SKILL = Skill(name="price_range", arguments=Arguments, run=run)
