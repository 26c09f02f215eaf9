"""A paper on its way to the customer: what both outward effects share (send_contract, send_quote)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session, col, select

from knowledge.library import deals, papers
from knowledge.model import Paper
from policies.facts import ActionFacts

from .action import UNTRUSTED_LABELS, State
from .documents.clauses import distance_bp
from .documents.draft import USABLE, products_by_id
from .documents.faults import DocumentRefused
from .documents.rows import SPOKEN
from .effect import BadArguments, Files, Order, Preview, Scene
from .mailing import Address, mail_facts, mail_preview, one_line, recipient
from .outbound import OutboundContext, scan
from .outbound_records import outbound_context
from .paper_keeping import amount_line, check_pdf, clause_difference, paper_evidence, paper_lines
from .tables import Action

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FAR_BP = 10_000
"""The distance of a paper whose files cannot be compared: as strict as can be."""


class Arguments(BaseModel):
    """What sending a paper takes; which file goes along is looked up, never given."""

    model_config = ConfigDict(extra="forbid")

    paper_id: str = Field(min_length=1, max_length=80)
    to: list[Address] = Field(min_length=1, max_length=50)
    cc: list[Address] = Field(default_factory=list, max_length=50)
    subject: str = Field(min_length=1, max_length=300)
    body: str = Field(min_length=1, max_length=20_000)
    in_reply_to: str = Field(default="", max_length=300)
    language: str = Field(default="zh", max_length=8)


def sending_payload(args: Mapping[str, Any], scene: Scene, kind: str) -> tuple[dict[str, Any], Paper]:
    """The canonical payload of the mail and the paper it carries: file name, size and hash from the shelf.

    Raises BadArguments for a paper that is unknown, replaced, incomplete, or whose file is not what was made.
    """
    edited = "paper" in args  # an edit starts from the payload; what is looked up is looked up again
    try:
        given = Arguments.model_validate(_own_fields(args) if edited else dict(args))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadArguments(f"{where} 不对 / field {where}: {first['msg']}") from error
    paper = _paper(scene, given.paper_id, kind)
    _only_one(scene, paper, kind, 1 if edited else 0)
    payload: dict[str, Any] = {
        "deal_id": scene.deal.id,
        "to": [recipient(one, scene) for one in given.to],
        "cc": [recipient(one, scene) for one in given.cc],
        "subject": one_line(given.subject),
        "body": given.body.replace("\r\n", "\n").strip() + "\n",
        "template_text": "",
        "discount_bp": 0,  # what the paper says is a fact of its own; this is what the words of the mail add
        "in_reply_to": given.in_reply_to,
        "language": given.language,
        "attachments": [_attachment(paper, scene.files)],
        "paper": paper_record(paper),
    }
    if edited and args.get("attachments") != payload["attachments"]:
        raise BadArguments(
            "附件不能修改，请重新生成文件 / the attachment cannot be edited; make the paper anew"
        )
    if paper.pdf_sha256:
        check_pdf(scene.files, paper.pdf_sha256, payload["paper"])
    return payload, paper


def _own_fields(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a person may edit of a payload."""
    paper = payload["paper"]
    kept = {name: payload[name] for name in Arguments.model_fields if name in payload}
    return {**kept, "paper_id": str(paper.get("paper_id", "")) if isinstance(paper, Mapping) else ""}


def _only_one(scene: Scene, paper: Paper, kind: str, allowed: int) -> None:
    """A paper goes out once: nothing else may be under way with it. Raises BadArguments."""
    if paper.status == "sent":
        raise BadArguments(
            f"{paper.id} 已经发出过，请生成新版本 / {paper.id} has been sent; make a new version"
        )
    live = (State.PENDING, State.SCHEDULED, State.EXECUTING, State.UNKNOWN)
    query = select(Action).where(
        Action.action == f"send_{kind}", Action.resource_id == paper.deal_id, col(Action.state).in_(live)
    )
    same = [one for one in scene.session.exec(query) if f'"paper_id":"{paper.id}"' in one.payload]
    if len(same) > allowed:
        raise BadArguments(
            f"{paper.id} 正在发送流程中（{same[0].code}） / {paper.id} is on its way ({same[0].code})"
        )


def _paper(scene: Scene, paper_id: str, kind: str) -> Paper:
    paper = scene.session.get(Paper, paper_id)
    if (
        paper is None
        or paper.deal_id != scene.deal.id
        or paper.kind != kind
        or paper.status == papers.WITHDRAWN
    ):
        raise BadArguments(f"没有找到文件 {paper_id[:40]} / no such paper")
    if paper.status == "superseded":
        newest = next(iter(papers.papers(scene.session, paper.deal_id, kind)), paper)
        raise BadArguments(f"{paper.id} 已有新版本 {newest.id} / {paper.id} was replaced by {newest.id}")
    blanks = paper.fields.get("blanks", [])
    if blanks:
        zh, en = "；".join(one["zh"] for one in blanks), "; ".join(one["en"] for one in blanks)
        raise BadArguments(f"合同还有空白，不能发出：{zh} / it still has blanks: {en}")
    return paper


def paper_record(paper: Paper) -> dict[str, Any]:
    """The paper as plain JSON, in the shape in which it was prepared."""
    return {
        "paper_id": paper.id,
        "kind": paper.kind,
        "version": paper.version,
        "title": paper.title,
        "template_id": paper.template_id,
        "amount_fen": paper.amount_fen,
        "discount_bp": paper.discount_bp,
        "currency": paper.fields["currency"],
        "values": paper.fields["values"],
        "lines": paper.fields["lines"],
        "blanks": paper.fields.get("blanks", []),
        "baseline_sha256": paper.fields["baseline_sha256"],
        "sources": paper.sources,
        "clauses": paper.clauses,
        "distance_bp": paper.distance_bp,
        "docx_sha256": paper.docx_sha256,
        "pdf_sha256": paper.pdf_sha256,
        "valid_until": paper.valid_until.isoformat() if paper.valid_until else "",
    }


def _attachment(paper: Paper, files: Files) -> dict[str, Any]:
    """The PDF, or the Word file where no PDF could be made."""
    sha, suffix, kind = (
        (paper.pdf_sha256, ".pdf", PDF) if paper.pdf_sha256 else (paper.docx_sha256, ".docx", DOCX)
    )
    try:
        size = len(files.read(sha))
    except (ValueError, FileNotFoundError) as error:
        raise BadArguments(str(error)) from error
    return {"name": f"{paper.title}{suffix}", "sha256": sha, "size": size, "content_type": kind}


def sending_facts(payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
    """Facts of the mail and of the paper in it, from records: sums, discount, floor, distance of the clauses."""
    paper = payload["paper"]
    mail = mail_facts(payload, scene, amount_fen=int(paper["amount_fen"]))
    typed = [source for source in paper["sources"] if source["kind"] in SPOKEN]
    words = scan("\n".join(source["value"] for source in typed), outbound_context(scene))
    said = any(source["kind"] in UNTRUSTED_LABELS for source in typed)
    return replace(
        mail,
        leaks_floor=mail.leaks_floor or words.leaks_floor,
        leaks_other_customer=mail.leaks_other_customer or words.leaks_other_customer,
        discount_bp=max(mail.discount_bp, int(paper["discount_bp"])),
        margin_below_floor=mail.margin_below_floor or _below_floor(paper, scene.session),
        price_matches_offer=_as_offered(payload, scene),
        template_distance_bp=_distance(paper, scene.files),
        tainted_args=mail.tainted_args | ({"attachment"} if said else frozenset()),
    )


def _below_floor(paper: Mapping[str, Any], session: Session) -> bool:
    products = products_by_id(session)
    return any(
        (known := products.get(str(line["product_id"]))) is not None
        and int(line["unit_price_fen"]) < known.floor_price_fen
        for line in paper["lines"]
    )


def _as_offered(payload: Mapping[str, Any], scene: Scene) -> bool:
    """Whether these very lines stand in an approved, sent or accepted offer of the deal, and the mail names no other sum
    than the paper does."""
    paper = payload["paper"]
    wanted = sorted(_key(line) for line in paper["lines"])
    offers = [one for one in deals.offers(scene.session, scene.deal.id) if one.status in USABLE]
    known = any(sorted(_key(line) for line in one.lines) == wanted for one in offers)
    sums = {int(paper["amount_fen"]), *(int(line["unit_price_fen"]) for line in paper["lines"])}
    return known and sums.issuperset(_sums_said(payload))


def _key(line: Mapping[str, Any]) -> tuple[str, int, int]:
    return str(line["product_id"]), int(line["quantity"]), int(line["unit_price_fen"])


def _sums_said(payload: Mapping[str, Any]) -> tuple[int, ...]:
    return scan(f"{payload['subject']}\n{payload['body']}", OutboundContext()).amounts_fen


def _distance(paper: Mapping[str, Any], files: Files) -> int:
    """How far the clauses of the file itself are from the template, read from the bytes and not from the row."""
    try:
        return distance_bp(files.read(paper["baseline_sha256"]), files.read(paper["docx_sha256"]))
    except (ValueError, FileNotFoundError, DocumentRefused):
        return FAR_BP


def sending_preview(payload: Mapping[str, Any], facts: Mapping[str, Any], what: tuple[str, str]) -> Preview:
    """The card of a paper that goes out: the mail, then the paper with its sums, changed clauses and sources."""
    paper = payload["paper"]
    mail = mail_preview(payload, facts, what)
    floor = " · 低于底价" if facts.get("margin_below_floor") else ""
    return replace(
        mail,
        amount_line=amount_line(paper) + floor,
        amount_fen=int(paper["amount_fen"]),
        difference=clause_difference(paper),
        lines=(*mail.lines, *paper_lines(paper)),
        evidence=tuple(dict.fromkeys((*mail.evidence, *paper_evidence(paper)))),
    )


def mark_sent(order: Order, session: Session) -> Paper | None:
    """The paper has gone out. None when its row is gone."""
    paper = session.get(Paper, order.payload["paper"]["paper_id"])
    if paper is not None:
        paper.status, paper.action_id = "sent", order.action_id
        session.add(paper)
    return paper
