"""Rule books made from the one that ships: stricter, milder, broken, and the admin of the firm who proposes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from actions.action import ActionRequest, Outcome
from knowledge.model import Person
from policies.bundle import Bundle
from tests.fakes.firm import Firm

RULE = """
@id("{id}")
@outcome("approve")
@approvers("{who}")
@reason("今天已发 {least} 封，须批准")
@reason_en("{least} mails today already, so it needs a yes")
@unlock("明天再发")
@unlock_en("it waits until tomorrow")
forbid (principal, action in Action::"message", resource)
when {{ context.mails_by_rep_today >= {least} && context.mails_by_rep_today < 49 }}
unless {{ {unless} }};
"""
CASE = """
  - {{name: {id} 试一下, facts: {{mails_by_rep_today: {least}}}, expect: {{verdict: approve, approvers: [{who}], rules: [{id}]}}}}
"""


def book(change: Callable[[dict[str, str]], None] = lambda files: None) -> Bundle:
    """The rules that ship, with some files changed."""
    shipped = Bundle.of()
    files = dict(shipped.files)
    change(files)
    return replace(shipped, files=files)


def stricter(least: int = 3, who: str = "requester", id: str = "many-mails") -> Bundle:
    """From the `least`-th mail of a day on somebody must say yes."""

    def change(files: dict[str, str]) -> None:
        yes = "!context.approvals.roles.isEmpty()"
        if who != "requester":
            yes = f'context.approvals.roles.contains("{who}")'
        files["quota_time.cedar"] += RULE.format(id=id, who=who, least=least, unless=yes)
        files["quota_time.cases.yaml"] += CASE.format(id=id, who=who, least=least)

    return book(change)


def milder() -> Bundle:
    """Text may move as far from its template as it likes."""

    def change(files: dict[str, str]) -> None:
        text = files["mail.cedar"]
        begin, end = text.index('@id("template-distance")'), text.index('@id("leak-floor")')
        files["mail.cedar"] = text[:begin] + text[end:]
        for name in [name for name in files if name.endswith(".cases.yaml")]:
            lines = files[name].splitlines(keepends=True)
            files[name] = "".join(line for line in lines if "template-distance" not in line)

    return book(change)


def request(key: str, who: str, **args: Any) -> ActionRequest:
    """A wish to change what rules."""
    return ActionRequest(
        action="change_rule", args=args, resource_id="rules", on_behalf_of=who, idempotency_key=key
    )


def propose(firm: Firm, key: str, who: str = "p-admin", **args: Any) -> Outcome:
    """Ask for a change, and let the clock look once."""
    outcome = firm.gate.submit(request(key, who, **args))
    firm.performer.tick()
    return outcome


def publish(
    firm: Firm, key: str, content: Bundle | Mapping[str, Any], who: str = "p-admin", **more: Any
) -> Outcome:
    plain = content.as_content() if isinstance(content, Bundle) else dict(content)
    return propose(firm, key, who, kind="policy", content=plain, **more)


def agree(firm: Firm, who: str, ref: str) -> Outcome:
    """A yes, and what is due then."""
    outcome = firm.approve(who, ref)
    firm.performer.tick()
    return outcome


def with_admin(firm: Firm) -> Firm:
    """The firm with two administrators and a second director."""
    with firm.store.session() as session:
        for id, name, role in (
            ("p-admin", "管理员", "admin"),
            ("p-admin2", "副管理员", "admin"),
            ("p-shen", "沈总", "director"),
        ):
            email = f"{id.removeprefix('p-')}@us.example.cn"
            session.add(Person(id=id, name=name, email=email, roles=[role], region="east"))
    return firm
