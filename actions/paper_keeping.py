"""Keeping a drafted paper: what both local effects share (a contract is prepared, a quote is drafted)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from knowledge.library import papers
from knowledge.model import Paper
from policies.facts import ActionFacts

from .action import UNTRUSTED_LABELS
from .card import CardLine
from .documents.amounts import figures
from .documents.draft import Desktop, Draft
from .documents.faults import DocumentRefused
from .documents.pdf_text import lacking
from .effect import BadArguments, Change, Files, Order, Preview, Scene

CHANGED_SINCE = "记录刚刚有变动，请重新生成 / the records have just changed; make it again"


def desktop(scene: Scene) -> Desktop:
    """The moment and the working clock of a scene."""
    return Desktop(now=scene.now, utc_offset_hours=scene.utc_offset_hours, folder=scene.templates)


def paper_payload(draft: Draft, given_sha256: str, pdf_sha256: str, files: Files) -> dict[str, Any]:
    """The canonical payload of a paper: made from the records anew, and the same bytes that the person was shown.

    Raises BadArguments when they are not, or when the PDF does not say what the contract says.
    """
    if given_sha256 != draft.docx_sha256:
        raise BadArguments(CHANGED_SINCE)
    suffix = ".docx"
    payload = draft.as_payload()
    files.keep(draft.docx, suffix)
    payload["template_sha256"] = files.keep(draft.template.data, suffix)
    payload["baseline_sha256"] = files.keep(draft.baseline, suffix)
    payload["pdf_sha256"] = pdf_sha256
    if pdf_sha256:
        check_pdf(files, pdf_sha256, payload)
    return payload


def check_pdf(files: Files, sha256: str, payload: Mapping[str, Any]) -> None:
    """Read the PDF back: the number and the sums of the payload stand in it. Raises BadArguments."""
    values = payload["values"]
    wanted = [str(payload["paper_id"]), str(values["total"]), str(values["total_words"])]
    wanted += [str(line["amount"]) for line in values["lines"]]
    try:
        missing = lacking(files.read(sha256), wanted)
    except (DocumentRefused, ValueError, FileNotFoundError) as error:
        raise BadArguments(f"PDF 不能用：{error} / the PDF cannot be used: {error}") from error
    if missing:
        told = ", ".join(missing[:3])
        raise BadArguments(f"PDF 里没有 {told}，与合同不符 / the PDF does not say {told}")


def paper_facts(payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
    """What the judge needs to know of a paper that stays in the house."""
    tainted = {name for name, labels in scene.labels.items() if labels & UNTRUSTED_LABELS}
    return ActionFacts(
        amount_fen=int(payload["amount_fen"]),
        discount_bp=int(payload["discount_bp"]),
        margin_below_floor=bool(payload["below_floor"]),
        template_distance_bp=int(payload["distance_bp"]),
        tainted_args=frozenset(tainted),
        recipient_class="self",
        recipient_count=0,
        external_domains=0,
    )


def paper_preview(payload: Mapping[str, Any]) -> Preview:
    """The card of a paper."""
    contract = payload["kind"] == "contract"
    names = ("合同", "contract") if contract else ("报价", "quote")
    return Preview(
        headline=f"准备{names[0]}《{payload['title']}》",
        headline_en=f"Prepare the {names[1]} {payload['title']}",
        amount_line=amount_line(payload),
        amount_fen=int(payload["amount_fen"]),
        difference=clause_difference(payload),
        lines=paper_lines(payload),
        evidence=paper_evidence(payload),
    )


def amount_line(payload: Mapping[str, Any]) -> str:
    """¥1,288,000.00 · 折扣 8 %."""
    total = figures(int(payload["amount_fen"]), str(payload["currency"]))
    discount = int(payload["discount_bp"])
    return total + (f" · 折扣 {discount / 100:g} %" if discount else "")


def clause_difference(payload: Mapping[str, Any]) -> str:
    """Every changed clause with its words marked."""
    kinds = {"changed": "改动 / changed", "added": "新增 / added", "removed": "删除 / removed"}
    return "\n".join(f"{one['clause']}（{kinds[one['kind']]}）：{one['diff']}" for one in payload["clauses"])


def paper_lines(payload: Mapping[str, Any]) -> tuple[CardLine, ...]:
    """Parties, goods, dates and files of a paper, as they stand in it."""
    values = payload["values"]
    lines = [
        CardLine(zh="买方", en="Buyer", value=str(values["buyer_name"])),
        CardLine(zh="大写", en="In words", value=str(values["total_words"])),
    ]
    lines += [
        CardLine(
            zh=f"第 {line['number']} 项",
            en=f"Line {line['number']}",
            value=f"{line['name']} ×{line['quantity']} @ {line['unit_price']} = {line['amount']}",
        )
        for line in values["lines"]
    ]
    if payload["valid_until"]:
        lines.append(CardLine(zh="有效期至", en="Valid until", value=str(payload["valid_until"])[:10]))
    lines += [CardLine(zh="待填", en="To be filled in", value=one["zh"]) for one in payload["blanks"]]
    lines.append(CardLine(zh="Word 文件", en="Word file", value=f"sha256 {payload['docx_sha256'][:16]}"))
    if payload["pdf_sha256"]:
        lines.append(CardLine(zh="PDF 文件", en="PDF file", value=f"sha256 {payload['pdf_sha256'][:16]}"))
    return tuple(lines)


def paper_evidence(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The records behind the paper."""
    ids = [one for source in payload["sources"] for one in source["id"].split(",")]
    return tuple(dict.fromkeys(one for one in ids if one))


def keep_paper(order: Order, session: Session) -> Change:
    """The paper's row; an older draft of the same kind on the deal is superseded."""
    payload, deal = order.payload, order.subject.deal
    assert deal is not None, "a paper is about a deal"
    if session.get(Paper, payload["paper_id"]) is not None:
        raise BadArguments(CHANGED_SINCE)
    older = papers.drafts(session, deal.id, str(payload["kind"]))
    for one in older:
        one.status = "superseded"
        session.add(one)
    session.add(_row(order, deal.id, deal.team_id, older[-1].id if older else ""))
    session.flush()
    detail = f"已生成《{payload['title']}》 / {payload['title']} has been made"
    return Change(
        detail=detail, reference=str(payload["paper_id"]), undo={"superseded": [one.id for one in older]}
    )


def drop_paper(order: Order, session: Session, change: Mapping[str, Any]) -> str:
    """Take the draft back: its number is never used again. Raises BadArguments when it has gone out."""
    paper = session.get(Paper, order.payload["paper_id"])
    if paper is None or paper.status != "draft":
        raise BadArguments("这份文件已发出或已有新版本，不能撤销 / it has gone out or has a newer version")
    paper.status = papers.WITHDRAWN
    session.add(paper)
    for paper_id in change.get("superseded", [])[-1:]:
        before = session.get(Paper, paper_id)
        if before is not None and before.status == "superseded":
            before.status = "draft"
            session.add(before)
    return f"《{paper.title}》已撤销 / {paper.title} was taken back"


def _row(order: Order, deal_id: str, team_id: str, supersedes: str) -> Paper:
    payload = order.payload
    until = payload["valid_until"]
    return Paper(
        id=payload["paper_id"],
        kind=payload["kind"],
        deal_id=deal_id,
        team_id=team_id,
        version=payload["version"],
        title=payload["title"],
        template_id=payload["template_id"],
        template_sha256=payload["template_sha256"],
        offer_id=payload["offer_id"],
        amount_fen=payload["amount_fen"],
        discount_bp=payload["discount_bp"],
        language=payload["language"],
        fields={
            name: payload[name]
            for name in ("values", "lines", "wish", "blanks", "currency", "baseline_sha256")
        },
        sources=list(payload["sources"]),
        clauses=list(payload["clauses"]),
        distance_bp=payload["distance_bp"],
        docx_sha256=payload["docx_sha256"],
        pdf_sha256=payload["pdf_sha256"],
        valid_until=datetime.fromisoformat(until) if until else None,
        created_by=order.sender.id,
        action_id=order.action_id,
        supersedes=supersedes,
        created_at=order.now,
    )
