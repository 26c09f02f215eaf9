"""What happened in the small company of tests.fakes.company: calls, mails and meetings before NOW."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from knowledge.model import Interaction

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def ago(days: float) -> datetime:
    """So many days before NOW."""
    return NOW - timedelta(days=days)


def talk(*lines: tuple[str, str, str]) -> dict[str, Any]:
    """Text and segments of a conversation from (speaker, side, words)."""
    return {
        "text": "\n".join(f"{speaker}: {words}" for speaker, _, words in lines),
        "segments": [
            {"speaker": speaker, "side": side, "text": words, "start": None, "end": None}
            for speaker, side, words in lines
        ],
    }


def interaction(id: str, kind: str, days: float, **values: Any) -> Interaction:
    """An interaction of deal D-001 unless `values` say otherwise."""
    base: dict[str, Any] = {
        "id": id,
        "kind": kind,
        "at": ago(days),
        "deal_id": "D-001",
        "account_id": "A-001",
        "team_id": "t-east-1",
        "contact_id": "C-001",
        "person_id": "p-lina",
        "provenance": "imported_file",
        "language": "zh",
    }
    return Interaction(**(base | values))


def interactions() -> list[Interaction]:
    """All of it, new objects every time."""
    return [
        interaction(
            "I-001",
            "call",
            20,
            subject="价格沟通",
            provenance="call_transcript",
            **talk(
                ("王建国", "customer", "你们这个报价太贵了,锐影科技便宜不少。"),
                ("李娜", "rep", "我理解,我们先把三年总成本一起算清楚。"),
                ("王建国", "customer", "老数据迁移要停机几个小时?"),
                ("李娜", "rep", "这个我回去确认后再回复您。"),
            ),
        ),
        interaction(
            "I-002",
            "mail",
            3,
            subject="关于付款方式",
            direction="inbound",
            provenance="inbound_mail",
            contact_id="C-002",
            text="李娜你好:\n付款能否改成分三期?\n刘敏",
            extra={"message_id": "<m1@huadongmed.example.com>"},
        ),
        interaction(
            "I-020",
            "meeting",
            120,
            deal_id="D-002",
            account_id="A-002",
            contact_id=None,
            subject="价格谈判会",
            provenance="call_transcript",
            **talk(
                ("陈院长", "customer", "这个价格太贵了,超出我们的预期。"),
                ("李娜", "rep", "我们按三年总成本算过,停机损失每年能省四十万,我把明细给您过目。"),
            ),
        ),
        interaction(
            "I-060",
            "call",
            5,
            deal_id="D-060",
            account_id="A-060",
            team_id="t-south-1",
            contact_id=None,
            text="主任: 价格太贵了。",
        ),
    ]
