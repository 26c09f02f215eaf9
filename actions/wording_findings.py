"""What the outbound check found, as people say it; the order is that of the card."""

from __future__ import annotations

from knowledge.reading.parts import DANGERS, REASONS

FINDINGS: dict[str, tuple[str, str]] = {
    **{f"danger.{kind}": (f"文件{zh}", f"the file {en}") for kind, (zh, en) in DANGERS.items()},
    "floor": ("底价或成本", "a floor price or cost"),
    "other_customer": ("其他客户", "another customer"),
    **{f"unread.{kind}": (f"未能检查:{zh}", f"not checked: it {en}") for kind, (zh, en) in REASONS.items()},
    "customer_hint": ("疑似其他客户", "perhaps another customer"),
    "other_contact": ("其他客户的联系人", "a contact of another customer"),
    "identity_card": ("身份证号", "an identity card number"),
    "bank_card": ("银行卡号", "a bank card number"),
    "passport": ("护照或通行证号", "a passport number"),
    "mobile": ("手机号", "a mobile number"),
    "third_address": ("第三方邮箱", "somebody else's mail address"),
    "suspicious": ("隐藏或伪装的文字", "hidden or disguised words"),
    "unknown_link": ("未知链接", "an unknown link"),
    "contradiction": ("数量、单价与总额不符", "quantity, unit price and total disagree"),
    "amount": ("金额", "a sum of money"),
    "rate": ("费率", "a rate"),
    "discount": ("折扣", "a discount"),
    "date": ("交期或有效期", "a date or a validity"),
    "payment": ("付款条件", "payment terms"),
    "sla": ("服务水平", "a service level"),
    "exclusive": ("独家", "exclusivity"),
    "gift": ("赠送或免费", "something for free"),
    "refund": ("退款退货", "a refund"),
    "penalty": ("违约或赔付", "a penalty"),
    "warranty": ("质保", "a warranty"),
    "promise": ("保证", "a promise"),
    "commitment": ("承诺", "a commitment"),
    "legal": ("法律条款", "legal terms"),
    "complaint": ("投诉", "a complaint"),
    "maybe_term": ("可能是承诺", "perhaps a commitment"),
}

NOT_TOLD = frozenset({"greeting", "logistics", "url", "email"})
"""Findings that nobody need look at."""
