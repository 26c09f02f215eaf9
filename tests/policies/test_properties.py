"""What must hold for any facts: monotone, deterministic, most restrictive, default deny, explained."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decision import Decision, Verdict
from policies.engine import Judge
from policies.facts import ActionFacts, ApprovalFacts
from tests.fakes.policy_people import ACTS, FOREIGN, LINA, OWN, ROLES, TERMS, facts

JUDGE = Judge.load()
QUICK = settings(max_examples=150, deadline=None)


def ask(action: str, given_facts: ActionFacts) -> Decision:
    return JUDGE.decide(LINA, action, OWN, given_facts)


@QUICK
@given(
    action=st.sampled_from(TERMS),
    base=facts(),
    discounts=st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)),
)
def test_more_discount_is_never_judged_more_mildly(
    action: str, base: ActionFacts, discounts: tuple[int, int]
) -> None:
    less, more = sorted(discounts)
    mild, strict = (ask(action, replace(base, discount_bp=bp)) for bp in (less, more))
    assert strict.verdict.strictness >= mild.verdict.strictness


@QUICK
@given(
    action=st.sampled_from(ACTS),
    base=facts(),
    amounts=st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)),
)
def test_more_money_is_never_judged_more_mildly(
    action: str, base: ActionFacts, amounts: tuple[int, int]
) -> None:
    less, more = sorted(amounts)
    mild, strict = (ask(action, replace(base, amount_fen=fen)) for fen in (less, more))
    assert strict.verdict.strictness >= mild.verdict.strictness


@QUICK
@given(action=st.sampled_from(ACTS), base=facts(), role=st.sampled_from(ROLES))
def test_one_more_approval_is_never_judged_more_strictly(action: str, base: ActionFacts, role: str) -> None:
    had = base.approvals
    more = replace(base, approvals=ApprovalFacts(roles=had.roles | {role}, count=had.count + 1))
    assert ask(action, more).verdict.strictness <= ask(action, base).verdict.strictness


@QUICK
@given(action=st.sampled_from(ACTS), base=facts())
def test_the_roles_that_are_asked_for_are_enough_and_none_is_idle(action: str, base: ActionFacts) -> None:
    decision = ask(action, base)
    if decision.verdict is not Verdict.APPROVE:
        assert decision.approvers == ()
        return
    had = base.approvals
    roles, count = had.roles | set(decision.approvers), had.count + len(decision.approvers)
    full = replace(base, approvals=ApprovalFacts(roles=roles, count=count))
    assert ask(action, full).verdict in (Verdict.ALLOW, Verdict.ALLOW_UNDO)
    for role in decision.approvers:
        if role in had.roles:
            continue
        without = replace(base, approvals=ApprovalFacts(roles=roles - {role}, count=count - 1))
        assert ask(action, without).verdict is Verdict.APPROVE


@QUICK
@given(action=st.sampled_from(ACTS), base=facts())
def test_the_verdict_is_the_strictest_of_the_rules_that_are_named(action: str, base: ActionFacts) -> None:
    decision = ask(action, base)
    assert decision.verdict is max(
        (hit.verdict for hit in decision.rules), key=lambda verdict: verdict.strictness
    )


@QUICK
@given(action=st.sampled_from(ACTS), base=facts())
def test_whatever_is_not_plainly_allowed_says_why_and_what_would_change_it(
    action: str, base: ActionFacts
) -> None:
    decision = ask(action, base)
    assert decision.reason("zh")
    assert decision.reason("en")
    assert decision.policy_version == JUDGE.policy_version
    if decision.verdict not in (Verdict.ALLOW, Verdict.ALLOW_UNDO):
        assert decision.unlock
        assert decision.unlock_en
    assert (decision.undo_seconds > 0) == (decision.verdict is Verdict.ALLOW_UNDO)


@QUICK
@given(action=st.sampled_from(ACTS), base=facts())
def test_the_kill_switch_and_foreign_rows_beat_everything(action: str, base: ActionFacts) -> None:
    everybody = ApprovalFacts(roles=frozenset(ROLES), count=len(ROLES))
    stopped = replace(base, system_state="stopped", approvals=everybody)
    assert ask(action, stopped).verdict is Verdict.DENY
    foreign = JUDGE.decide(LINA, action, FOREIGN, replace(base, approvals=everybody))
    assert foreign.verdict is Verdict.DENY
    assert "not-own-deal" not in {hit.id for hit in foreign.rules}


@settings(max_examples=100, deadline=None)
@given(action=st.text(max_size=30).filter(lambda name: name not in ACTS), base=facts())
def test_an_unknown_action_is_denied(action: str, base: ActionFacts) -> None:
    decision = ask(action, base) if action not in ("read", "approve", "change_rule") else None
    assert decision is None or decision.verdict is Verdict.DENY


def test_thousand_random_facts_come_out_the_same_twice_in_two_judges() -> None:
    dice = random.Random(20261123)
    other = Judge.load()
    for _ in range(1000):
        asked = ActionFacts(
            amount_fen=dice.randrange(0, 10**8),
            discount_bp=dice.randrange(0, 4000),
            recipient_class=dice.choice(["colleague", "contact_on_deal", "new_domain", "free_mail"]),
            content_classes=frozenset(
                dice.sample(["info", "price", "legal", "commitment"], dice.randrange(0, 4))
            ),
            local_hour=dice.randrange(24),
            unanswered=dice.randrange(4),
        )
        action = dice.choice(ACTS)
        assert JUDGE.decide(LINA, action, OWN, asked) == other.decide(LINA, action, OWN, asked)
