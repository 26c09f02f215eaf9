"""The papers' side of the desk: drafts contracts and quotes for one person, turns them into files, asks for nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any

from sqlmodel import Session

from knowledge.library import papers as paper_rows
from knowledge.library.papers import WITHDRAWN
from knowledge.model import Deal, Paper, Person
from policies.facts import ActionFacts, Resource

from .documents.clauses import clauses_of
from .documents.contracting import ContractWish, contract_draft, contract_template, usable_offer
from .documents.draft import Desktop, Draft, EditSpec
from .documents.faults import DocumentRefused
from .documents.offer_money import Line
from .documents.pdf import PdfConverter
from .documents.pdf_text import lacking
from .documents.quoting import QuoteWish, quote_draft
from .documents.wishes import understood
from .files import Shelf
from .gate import Gate
from .paper_view import ContractAsk, Declined, LineNote, Prepared, QuoteAsk
from .people import deal_resource, principal_of
from .subjects import find_subject

UNKNOWN = Declined(zh="没有找到这个商机。", en="No such deal was found.")
NO_PDF = (
    "没有 PDF 转换程序，所以只有 Word 文件。",
    "there is no PDF converter, so there is only the Word file",
)


@dataclass(frozen=True)
class PaperDesk:
    """Bound to one person; implements actions.paper_view.Papers. `may_read` asks the policy; `office` makes PDFs."""

    gate: Gate
    asker: Person
    may_read: Callable[[Session, Resource], bool]
    office: PdfConverter | None = None

    def contract(self, deal_id: str, ask: ContractAsk) -> Prepared | Declined:
        """A contract; changes of words are understood against the contract as it is now."""
        with self.gate.store.reading() as session:
            deal = self._deal(session, deal_id)
            if deal is None:
                return UNKNOWN
            try:
                wish = self._contract_wish(session, deal, ask)
                if isinstance(wish, Declined):
                    return wish
                draft = contract_draft(session, deal, wish, self._desktop)
            except DocumentRefused as error:
                return Declined(zh=error.zh, en=error.en)
            lines = tuple(
                self._note(session, deal, line, ("", ""), (draft.offer_id,)) for line in draft.money.lines
            )
        return self._prepared("prepare_contract", wish.model_dump(), draft, lines)

    def quote(self, deal_id: str, ask: QuoteAsk) -> Prepared | Declined:
        """A quote; each line says which records its price comes from and who must approve its discount."""
        with self.gate.store.reading() as session:
            deal = self._deal(session, deal_id)
            if deal is None:
                return UNKNOWN
            wish = QuoteWish(
                discount_bp=ask.discount_bp,
                discount_label="rep_input" if ask.label == "rep_input" else "llm_inferred",
                valid_days=ask.valid_days,
                language=ask.language,
            )
            try:
                quote = quote_draft(session, deal, wish, self.asker, self._desktop)
            except DocumentRefused as error:
                return Declined(zh=error.zh, en=error.en)
            lines = tuple(
                self._note(session, deal, one.line, (one.zh, one.en), one.evidence) for one in quote.lines
            )
        return self._prepared("create_draft", wish.model_dump(), quote.draft, lines)

    def paper(self, paper_id: str) -> Paper | None:
        with self.gate.store.reading() as session:
            row = session.get(Paper, paper_id)
            if row is None or row.status == WITHDRAWN or self._deal(session, row.deal_id) is None:
                return None
            return row

    def latest(self, deal_id: str, kind: str = "") -> Paper | None:
        with self.gate.store.reading() as session:
            if self._deal(session, deal_id) is None:
                return None
            return next(iter(paper_rows.papers(session, deal_id, kind)), None)

    @property
    def _desktop(self) -> Desktop:
        rules = self.gate.rules
        return Desktop(now=self.gate.clock(), utc_offset_hours=rules.utc_offset_hours, folder=rules.templates)

    def _deal(self, session: Session, deal_id: str) -> Deal | None:
        deal = session.get(Deal, deal_id)
        return deal if deal is not None and self.may_read(session, deal_resource(deal)) else None

    def _contract_wish(self, session: Session, deal: Deal, ask: ContractAsk) -> ContractWish | Declined:
        """What was wished before and what is wished now, as terms and edits."""
        wish = self._before(session, deal, ask)
        today = self._desktop.now.astimezone(timezone(timedelta(hours=self._desktop.utc_offset_hours))).date()
        if ask.delivery_date:
            wish.terms["delivery_date"] = ask.delivery_date
            wish.labels["delivery_date"] = ask.date_label
        offer = usable_offer(session, deal, self._desktop)
        sold = [str(line["product_id"]) for line in offer.lines]
        template = contract_template(session, deal, wish.template_id, sold, self._desktop)
        wish.template_id = template.id
        wish.terms = {name: value for name, value in wish.terms.items() if name in template.terms}
        if not ask.changes:
            return wish
        clauses = clauses_of(contract_draft(session, deal, wish, self._desktop).docx)
        new = understood(ask.changes, template, clauses, today)
        if new.unclear:
            told = "”、“".join(new.unclear)
            return Declined(
                zh=f"没看懂这处改动：“{told}”。请写成“第五条: 新文字”，或“质保改成 24 个月”。",
                en=f"I did not understand the change “{told}”. Write “第五条: new words” or “warranty to 24 months”.",
            )
        wish.terms |= dict(new.terms)
        wish.labels |= {name: ask.label for name in new.terms}
        if new.edits:
            wish.edits += [EditSpec(**vars(edit)) for edit in new.edits]
            wish.labels["changes"] = min(
                ask.label, wish.labels.get("changes", ask.label)
            )  # llm_inferred sorts first
        return wish

    def _before(self, session: Session, deal: Deal, ask: ContractAsk) -> ContractWish:
        """The wishes of the paper that is being changed; none for a new contract or another template."""
        before = session.get(Paper, ask.based_on) if ask.based_on else None
        if before is None or before.deal_id != deal.id or before.kind != "contract":
            return ContractWish(template_id=ask.template)
        kept = ContractWish.model_validate(before.fields["wish"])
        return (
            kept
            if not ask.template or ask.template == kept.template_id
            else ContractWish(template_id=ask.template)
        )

    def _note(
        self, session: Session, deal: Deal, line: Line, why: tuple[str, str], evidence: tuple[str, ...]
    ) -> LineNote:
        approvers, rule_id = self._authority(session, deal, line.discount_bp)
        return LineNote(
            name=line.name,
            quantity=line.quantity,
            unit=line.unit,
            list_price_fen=line.list_price_fen,
            unit_price_fen=line.unit_price_fen,
            amount_fen=line.amount_fen,
            discount_bp=line.discount_bp,
            approvers=approvers,
            rule_id=rule_id,
            why=why,
            evidence=evidence,
        )

    def _authority(self, session: Session, deal: Deal, bp: int) -> tuple[tuple[str, ...], str]:
        """Who must say yes to this discount, and the rule that says so: asked of the judge, never of a table beside it."""
        subject = find_subject(session, self.asker, "deal", deal.id)
        if subject is None or not bp:
            return (), ""
        facts = ActionFacts(discount_bp=bp)
        decision = self.gate.judge_for(session).decide(
            principal_of(session, self.asker), "give_discount", subject.resource, facts
        )
        hits = [hit for hit in decision.rules if hit.id.startswith("discount-")]
        return (tuple(hits[0].approvers), hits[0].id) if hits else ((), "")

    def _prepared(
        self, action: str, wish: dict[str, Any], draft: Draft, lines: tuple[LineNote, ...]
    ) -> Prepared:
        """The draft with its files on the shelf."""
        files = self.gate.hands.files
        files.keep(draft.docx, ".docx")
        pdf, note = self._pdf(draft)
        pdf_sha256 = files.keep(pdf, ".pdf") if pdf else ""
        shown = [draft.docx_sha256, *([pdf_sha256] if pdf_sha256 else [])]
        paths = tuple(str(files.path(sha)) for sha in shown) if isinstance(files, Shelf) else ()
        return Prepared(
            action=action,
            args={**wish, "docx_sha256": draft.docx_sha256, "pdf_sha256": pdf_sha256},
            paper_id=draft.number,
            kind=draft.kind,
            title=draft.title,
            template=f"{draft.template.id} {draft.template.title}",
            language=draft.template.language,
            buyer=str(draft.values["buyer_name"]),
            total_fen=draft.money.total_fen,
            total_words=str(draft.values["total_words"]),
            currency=draft.money.currency,
            discount_bp=draft.money.discount_bp,
            offer_id=draft.offer_id,
            valid_until=draft.valid_until.date().isoformat() if draft.valid_until else "",
            lines=lines,
            sources=draft.sources,
            changes=draft.changes,
            distance_bp=draft.distance_bp,
            blanks=draft.blanks,
            files=paths,
            note=note,
        )

    def _pdf(self, draft: Draft) -> tuple[bytes, tuple[str, str]]:
        """The PDF, read back; without one a sentence why there is only the Word file."""
        if self.office is None:
            return b"", NO_PDF
        try:
            pdf = self.office.convert(draft.docx)
            missing = lacking(pdf, [draft.number, str(draft.values["total"])])
        except DocumentRefused as error:
            return b"", (error.zh, error.en)
        if missing:
            return b"", (
                f"转出的 PDF 里读不到 {'、'.join(missing)}（多半缺少中文字体），所以只给 Word 文件。",
                f"the PDF does not say {', '.join(missing)} (a Chinese font may be missing); there is only the Word file",
            )
        return pdf, ("", "")
