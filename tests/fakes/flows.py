"""A policy folder in which the approval of 5-15 % discounts is replaced by another flow."""

from __future__ import annotations

import shutil
from pathlib import Path

from policies.engine import POLICY_FOLDER

RULE = """
@id("discount-manager-{n}")
@outcome("approve")
@approvers("{approvers}")
{step}
@reason("折扣超过 5 %，须批准")
@reason_en("a discount above 5 % needs a yes")
@unlock("折扣降到 5 % 以内")
@unlock_en("the discount is at most 5 %")
forbid (principal, action in Action::"terms", resource)
when {{ context.discount_bp > 500 && context.discount_bp <= 1500 }}
unless {{ {unless} }};
"""


def with_mail_rule(folder: Path, *rules: tuple[str, str, str]) -> Path:
    """The real rules, with `discount-manager` replaced by these (approvers, step annotation, unless)."""
    shutil.copytree(POLICY_FOLDER / "rules", folder / "rules")
    shutil.copy(POLICY_FOLDER / "schema.cedarschema", folder)
    path = folder / "rules" / "discounts.cedar"
    text = path.read_text("utf-8")
    begin, end = text.index('@id("discount-manager")'), text.index('@id("discount-director")')
    made = [RULE.format(n=n, approvers=a, step=s, unless=u) for n, (a, s, u) in enumerate(rules)]
    path.write_text(text[:begin] + "\n".join(made) + text[end:], "utf-8")
    return folder
