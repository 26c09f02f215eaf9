"""What an export holds: the rows of one team and a fixed list of columns, in which cost and floor prices never are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from knowledge.model import Account, Contact, Deal, Interaction, Person

from .arguments import shown
from .sheets import Cell

ROW_CAP = 1000
LONGEST_TEXT = 2000
WHAT = {
    "deals": ("商机", "deals"),
    "contacts": ("联系人", "contacts"),
    "interactions": ("往来记录", "interactions"),
}
COLUMNS: dict[str, tuple[str, ...]] = {
    "deals": (
        "编号 id", "商机 deal", "客户 account", "负责人 owner", "阶段 stage", "金额 amount", "币种 currency",
        "预计成交 expected close", "下一步 next step", "下一步时间 next step at", "竞争对手 competitor",
        "创建 created", "关闭 closed",
    ),
    "contacts": ("编号 id", "姓名 name", "职务 title", "部门 department", "客户 account", "邮箱 e-mail", "电话 phone"),
    "interactions": (
        "编号 id", "时间 at", "类型 kind", "方向 direction", "客户 account", "商机 deal", "联系人 contact",
        "主题 subject", "内容 text",
    ),
}  # fmt: skip


def count(session: Session, what: str, team_id: str) -> int:
    """How many rows the team has."""
    return int(session.exec(select(func.count()).select_from(_ids(what, team_id).subquery())).one())


def rows(session: Session, what: str, team_id: str, utc_offset_hours: int = 8) -> list[list[Cell]]:
    """The team's rows in the order of their ids, at most ROW_CAP."""
    ids = list(session.exec(_ids(what, team_id).limit(ROW_CAP)))
    return _MAKERS[what](session, ids, utc_offset_hours)


def _ids(what: str, team_id: str) -> Any:
    if what == "deals":
        return select(Deal.id).where(Deal.team_id == team_id).order_by(col(Deal.id))
    if what == "interactions":
        return select(Interaction.id).where(Interaction.team_id == team_id).order_by(col(Interaction.id))
    with_deal = select(Deal.account_id).where(Deal.team_id == team_id)
    owned = select(Account.id).where(or_(Account.team_id == team_id, col(Account.id).in_(with_deal)))
    return select(Contact.id).where(col(Contact.account_id).in_(owned)).order_by(col(Contact.id))


def _deals(session: Session, ids: Sequence[str], offset: int) -> list[list[Cell]]:
    found = session.exec(select(Deal).where(col(Deal.id).in_(ids)).order_by(col(Deal.id))).all()
    accounts, people = _names(session, Account), _names(session, Person)
    return [
        [
            one.id, one.name, accounts.get(one.account_id, ""), people.get(one.owner_id, ""), one.stage,
            _yuan(one.amount_fen), one.currency, shown(one.expected_close, offset), one.next_step,
            shown(one.next_step_at, offset), one.competitor, shown(one.created_at, offset), shown(one.closed_at, offset),
        ]
        for one in found
    ]  # fmt: skip


def _contacts(session: Session, ids: Sequence[str], offset: int) -> list[list[Cell]]:  # noqa: ARG001
    found = session.exec(select(Contact).where(col(Contact.id).in_(ids)).order_by(col(Contact.id))).all()
    accounts = _names(session, Account)
    return [
        [one.id, one.name, one.title, one.department, accounts.get(one.account_id, ""), one.email, one.phone]
        for one in found
    ]


def _interactions(session: Session, ids: Sequence[str], offset: int) -> list[list[Cell]]:
    query = select(Interaction).where(col(Interaction.id).in_(ids)).order_by(col(Interaction.id))
    accounts, deals, contacts = (_names(session, table) for table in (Account, Deal, Contact))
    return [
        [
            one.id, shown(one.at, offset), one.kind, one.direction, accounts.get(one.account_id or "", ""),
            deals.get(one.deal_id or "", ""), contacts.get(one.contact_id or "", ""), one.subject, one.text[:LONGEST_TEXT],
        ]
        for one in session.exec(query)
    ]  # fmt: skip


def _yuan(fen: int) -> int | float:
    """Money as a number a spreadsheet can add up."""
    return fen // 100 if fen % 100 == 0 else fen / 100


def _names(session: Session, table: type[Account | Person | Deal | Contact]) -> dict[str, str]:
    return dict(session.exec(select(table.id, table.name)).all())


_MAKERS = {"deals": _deals, "contacts": _contacts, "interactions": _interactions}
