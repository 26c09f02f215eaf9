"""Published versions of configuration."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from knowledge.model import Blueprint


def active(session: Session, kind: str, name: str) -> Blueprint | None:
    """The version in force; None when nothing was ever published under this name."""
    query = select(Blueprint).where(
        Blueprint.kind == kind, Blueprint.name == name, col(Blueprint.active).is_(True)
    )
    return session.exec(query.order_by(col(Blueprint.published_at).desc(), col(Blueprint.id))).first()


def all_active(session: Session, kind: str) -> Sequence[Blueprint]:
    """What is in force of a kind, by name."""
    query = select(Blueprint).where(Blueprint.kind == kind, col(Blueprint.active).is_(True))
    return session.exec(query.order_by(col(Blueprint.name), col(Blueprint.id))).all()


def of_kind(session: Session, kind: str) -> Sequence[Blueprint]:
    """All versions of a kind, by name, newest first."""
    query = select(Blueprint).where(Blueprint.kind == kind)
    return session.exec(
        query.order_by(col(Blueprint.name), col(Blueprint.published_at).desc(), col(Blueprint.id))
    ).all()


def versions(session: Session, kind: str, name: str) -> Sequence[Blueprint]:
    """All versions, newest first."""
    query = select(Blueprint).where(Blueprint.kind == kind, Blueprint.name == name)
    return session.exec(query.order_by(col(Blueprint.published_at).desc(), col(Blueprint.id))).all()


def put_in_force(session: Session, row: Blueprint) -> Blueprint:
    """Make this version, new or known, the one in force and take all others of the name out of force."""
    for other in versions(session, row.kind, row.name):
        if other.id != row.id and other.active:
            other.active = False
            session.add(other)
    row.active = True
    session.add(row)
    session.flush()
    return row
