"""Contracts and quotes that were made for a deal."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from knowledge.model import Paper

WITHDRAWN = "withdrawn"


def papers(session: Session, deal_id: str, kind: str = "") -> Sequence[Paper]:
    """The papers of a deal, newest first; those taken back are left out. Empty `kind` means any."""
    query = select(Paper).where(Paper.deal_id == deal_id, Paper.status != WITHDRAWN)
    if kind:
        query = query.where(Paper.kind == kind)
    return session.exec(query.order_by(col(Paper.created_at).desc(), col(Paper.version).desc())).all()


def drafts(session: Session, deal_id: str, kind: str) -> Sequence[Paper]:
    """The papers of this kind that have not gone out, oldest version first."""
    query = select(Paper).where(Paper.deal_id == deal_id, Paper.kind == kind, Paper.status == "draft")
    return session.exec(query.order_by(col(Paper.version))).all()


def latest_version(session: Session, deal_id: str, kind: str) -> int:
    """The highest version a paper of this kind ever had, taken back ones included; 0 when there is none."""
    query = select(func.max(Paper.version)).where(Paper.deal_id == deal_id, Paper.kind == kind)
    return int(session.exec(query).one() or 0)
