"""Sentences written without the rules: what a salesperson may write, what the offer says itself, what needs a look."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.outbound import OutboundContext, scan

HERE = Path(__file__).parent
CASES: list[Any] = [
    case
    for number in (1, 2, 3, 4)
    for case in yaml.safe_load((HERE / f"outbound_fresh_{number}.yaml").read_text(encoding="utf-8"))
]
RISKY = {"price", "discount", "commitment", "legal", "complaint", "personal_data", "third_party", "terms"}
CONTEXT = OutboundContext(
    offer_totals_fen=frozenset({128_000_000}),
    unit_prices_fen=frozenset({2_800_000, 16_000_000}),
    offer_lines=frozenset({(2_800_000, 40), (16_000_000, 1)}),
    offer_discounts_bp=frozenset({800}),
    floor_prices_fen=frozenset({88_000_000}),
    ladders=frozenset({(139_130_400, 88_000_000)}),
    other_customers=frozenset({"仁心医院", "Renxin Hospital"}),
    other_contacts=frozenset({"孙立群"}),
    other_domains=frozenset({"rx.example.com"}),
    own_names=frozenset({"华东医疗器械有限公司", "华东医疗"}),
    own_domains=frozenset({"chengdan-demo.cn", "hd.example.com"}),
    known_domains=frozenset({"chengdan-demo.cn", "hd.example.com"}),
    open_numbers=frozenset({"139 1234 5678"}),
    approved_texts=("付款方式:合同签订后 30%,到货 60%,验收 10%",),
    approved_dates=frozenset({date(2026, 10, 15)}),
    today=date(2026, 9, 10),
)
SEEN_AS = {
    "price": {"amount", "rate"},
    "personal": {
        "mobile",
        "identity_card",
        "bank_card",
        "passport",
        "third_address",
        "other_contact",
        "other_customer",
    },
    "other_customer": {"other_customer", "customer_hint", "other_contact"},
    "quantity": {"contradiction"},
    "discount": {"discount", "amount"},
    "commitment": {"commitment", "promise", "warranty", "sla", "penalty"},
    "penalty": {"penalty", "legal"},
}
"""A label of the sets -> the kinds of findings that say it."""


@pytest.mark.parametrize("case", CASES, ids=[str(case[0])[:40] for case in CASES])
def test_fresh_sentence(case: Any) -> None:
    text, labels = case
    found = scan(text, CONTEXT)
    leaks = found.leaks_floor or found.leaks_other_customer
    risky = found.content_classes & RISKY
    kinds = {span.kind for span in found.spans}
    if not labels:
        assert not risky
        assert not leaks
    elif labels == ["offered"]:
        assert not leaks
        assert risky <= {"price", "discount"}
        assert found.price_matches_offer
    else:
        assert leaks or risky - {"price", "discount"} or not found.price_matches_offer or found.discount_bp
        assert all(kinds & (SEEN_AS.get(label, {label}) | {"maybe_term"}) for label in labels), kinds


def test_half_of_them_are_harmless() -> None:
    harmless = [case for case in CASES if case[1] in ([], ["offered"])]
    assert len(CASES) >= 180
    assert len(harmless) * 10 >= len(CASES) * 4


def test_what_was_never_learnt_from_is_mostly_found_and_nothing_harmless_is() -> None:
    """outbound_fresh_5.yaml: first measured at 29 of 32 found, 0 of 20 harmless sentences flagged."""
    cases = yaml.safe_load((HERE / "outbound_fresh_5.yaml").read_text(encoding="utf-8"))
    flagged = {text: _needs_a_look(text) for text, _ in cases}
    harmless = [text for text, labels in cases if labels in ([], ["offered"])]
    rest = [text for text, labels in cases if labels not in ([], ["offered"])]
    assert not [text for text in harmless if flagged[text]]
    assert sum(flagged[text] for text in rest) * 100 >= 85 * len(rest)


def _needs_a_look(text: str) -> bool:
    found = scan(text, CONTEXT)
    leaks = found.leaks_floor or found.leaks_other_customer
    offered = found.content_classes & RISKY <= {"price", "discount"} and found.price_matches_offer
    return leaks or not offered
