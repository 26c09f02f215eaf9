"""A prepared paper in words: parties, lines and sums with their sources, changed clauses, blanks, files; and its cover mail."""

from __future__ import annotations

from pathlib import Path

from actions.documents.amounts import figures
from actions.documents.rows import Source
from actions.paper_view import LineNote, Prepared
from actions.wording import in_language
from knowledge.model import Paper
from knowledge.snapshot import DealFacts

from .addressee import Addressee
from .answer import FileNote
from .mail_text import salutation
from .skill import Turn
from .wording import money, percent

_RECORDS = {
    "deal": "deal", "account": "account", "contact": "contact", "offer": "offer", "product": "product",
    "person": "person", "company": "company", "template": "template",
}  # fmt: skip


def described(turn: Turn, paper: Prepared) -> str:
    """The paper as the asker should check it, each number with its source."""
    return "\n".join(
        part
        for part in (
            _head(turn, paper),
            _parties(turn, paper),
            *(_line(turn, paper, number, line) for number, line in enumerate(paper.lines, 1)),
            _total(turn, paper),
            _terms(turn, paper),
            _changes(turn, paper),
            _blanks(turn, paper),
            turn.say(*paper.note) if any(paper.note) else "",
            *paper.files,
        )
        if part
    )


def hand_over(turn: Turn, paper: Prepared) -> None:
    """The paper's files belong to this answer: a chat sends them, a terminal shows where they lie."""
    turn.files += [FileNote(path=path, name=f"{paper.title}{Path(path).suffix}") for path in paper.files]


def _head(turn: Turn, paper: Prepared) -> str:
    if paper.kind == "quote":
        return turn.say(
            f"报价《{paper.title}》已备好，有效期至 {paper.valid_until}:",
            f"The quote {paper.title} is ready, valid until {paper.valid_until}:",
        )
    mark = _mark(turn, paper, "offer_id")
    return turn.say(
        f"合同《{paper.title}》(模板 {paper.template})已按报价 {paper.offer_id} 填好{mark}:",
        f"The contract {paper.title} (template {paper.template}) is filled from offer {paper.offer_id}{mark}:",
    )


def _parties(turn: Turn, paper: Prepared) -> str:
    buyer = f"{paper.buyer}{_mark(turn, paper, 'buyer_name')}"
    contact = _value(paper, "buyer_contact")
    comma = turn.say("，", ", ")
    who = f"{comma}{contact}{_mark(turn, paper, 'buyer_contact')}" if contact else ""
    seller = f"{_value(paper, 'seller_name')}{_mark(turn, paper, 'seller_name')}"
    return turn.say(
        f"买方 {buyer}{who}；卖方 {seller}",
        f"Buyer {buyer}{who}; seller {seller}",
    )


def _line(turn: Turn, paper: Prepared, number: int, line: LineNote) -> str:
    """1. name ×2 台 @ price = amount (list price, discount, who must approve, why) [n]."""
    told = (
        f"{number}. {line.name} ×{line.quantity} {line.unit} @ {money(line.unit_price_fen, paper.currency)}"
    )
    told += f" = {money(line.amount_fen, paper.currency)}"
    notes = [turn.say("标价 ", "list price ") + money(line.list_price_fen, paper.currency)]
    if line.discount_bp:
        notes.append(turn.say("折扣 ", "discount ") + percent(line.discount_bp))
    if line.rule_id:
        roles = "+".join(_role(turn, role) for role in line.approvers)
        notes.append(turn.say(f"须{roles}批准 ({line.rule_id})", f"{roles} must approve ({line.rule_id})"))
    if any(line.why):
        notes.append(turn.say(*line.why))
    mark = _mark(turn, paper, f"lines.{number}") + _mark(turn, paper, f"lines.{number}.discount")
    return f"{told}({turn.say('；', '; ').join(notes)}){mark}"


def _role(turn: Turn, role: str) -> str:
    names = {
        "requester": ("本人", "you yourself"),
        "manager": ("经理", "a manager"),
        "director": ("总监", "a director"),
        "finance": ("财务", "finance"),
        "legal": ("法务", "legal"),
    }
    return turn.say(*names.get(role, (role, role)))


def _total(turn: Turn, paper: Prepared) -> str:
    total = figures(paper.total_fen, paper.currency)
    off = turn.say(f"，折扣 {percent(paper.discount_bp)}", f", discount {percent(paper.discount_bp)}")
    mark = _mark(turn, paper, "total")
    return (
        turn.say("合计 ", "Total ") + f"{total} · {paper.total_words}{off if paper.discount_bp else ''}{mark}"
    )


def _terms(turn: Turn, paper: Prepared) -> str:
    """The terms with the lawyers' own values in one line, so that everything filled in has been seen."""
    own = [one for one in paper.sources if one.kind == "template"]
    if not own:
        return ""
    told = turn.say("；", "; ").join(one.quote for one in own)
    return turn.say("模板标准条件: ", "Standard terms: ") + f"{told}{_cite(turn, paper, own[0])}"


def _changes(turn: Turn, paper: Prepared) -> str:
    if paper.kind == "quote":
        return ""
    if not paper.changes:
        return turn.say("与模板相比没有改动条款。", "No clause is changed against the template.")
    head = turn.say("与模板相比的改动([-删去-]{+新增+}):", "Changed against the template ([-gone-]{+new+}):")
    return "\n".join([head, *(f"· {one.told(turn.language)}" for one in paper.changes)])


def _blanks(turn: Turn, paper: Prepared) -> str:
    needed = [turn.say(one.zh, one.en) for one in paper.blanks if one.needed]
    open_ones = [turn.say(one.zh, one.en) for one in paper.blanks if not one.needed]
    lines = []
    if needed:
        lines.append(
            turn.say("还缺，填好才能发出: ", "Needed before it can go out: ")
            + turn.say("；", "; ").join(needed)
        )
    if open_ones:
        lines.append(
            turn.say("留空(记录里没有): ", "Left blank (not on record): ")
            + turn.say("；", "; ").join(open_ones)
        )
    return "\n".join(lines)


def _value(paper: Prepared, field: str) -> str:
    return next((one.value for one in paper.sources if one.field == field), "")


def _mark(turn: Turn, paper: Prepared, field: str) -> str:
    found = next((one for one in paper.sources if one.field == field), None)
    return _cite(turn, paper, found) if found else ""


def _cite(turn: Turn, paper: Prepared, source: Source) -> str:
    """[n] for the record behind a value; a price that several deals stand behind cites the first and names all."""
    if source.kind not in _RECORDS or not source.id:
        return ""
    first = source.id.split(",")[0]
    words = in_language(source.quote, turn.language)
    quote = words if "," not in source.id else f"{words} ({source.id})"
    n = turn.cite(id=first, kind=_RECORDS[source.kind], title=paper.title, date="", quote=quote)
    return f" [{n}]"


def cover(turn: Turn, paper: Paper, facts: DealFacts, to: Addressee) -> tuple[str, str]:
    """Subject and body of the mail that carries the paper: it names no sum, the paper does."""
    me, english = turn.desk.person, paper.language == "en"
    dear = salutation(to.contact, to.name, "en" if english else "zh")
    until = str(paper.fields.get("values", {}).get("valid_until", "")) if paper.kind == "quote" else ""
    if english:
        lines = [f"Dear {dear},", "", f"Please find attached our {paper.title} for {facts.deal.name}."]
        lines += [f"It is valid until {until}."] if until else []
        lines += ["", "Please let me know if you have any questions.", "", "Best regards,"]
    else:
        lines = [f"{dear},您好!", "", f"附上{facts.deal.name}的《{paper.title}》，请查收。"]
        lines += [f"有效期至 {until}。"] if until else []
        lines += ["", "如有任何问题,请随时与我联系。", ""]
    lines += [part for part in (me.name, me.title, me.email) if part]
    subject = f"{paper.title}: {facts.deal.name}" if english else f"{paper.title}:{facts.deal.name}"
    return subject, "\n".join(lines)
