"""What minutes call the things a customer tells, in both languages."""

from __future__ import annotations

import re

FIELDS = {
    "budget": ("预算", "budget"),
    "amount": ("金额", "amount"),
    "authority": ("决策权", "authority"),
    "decision_process": ("决策流程", "decision process"),
    "decision_criteria": ("决策标准", "decision criteria"),
    "timing": ("时间", "timing"),
    "payment_terms": ("付款", "payment"),
    "quantity": ("规模", "quantity"),
    "pain": ("痛点", "pain"),
    "need": ("需求", "need"),
    "existing_solution": ("现有方案", "existing solution"),
    "contract_terms": ("合同条款", "contract terms"),
    "security": ("安全", "security"),
    "competitor": ("竞品", "competitor"),
    "product": ("产品", "product"),
}

SIGNS = re.compile(r"签|下单|定下来|采购完|走完流程|\b(?:sign|close|order|purchase)", re.IGNORECASE)
"""Words by which a day is the day of signing."""
