"""Objection classes by the playbook's keywords."""

from __future__ import annotations

import pytest

from knowledge.objections import classify
from tests.fakes.small_shelf import PLAYBOOK


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("客户说太贵了", ("price",)),
        ("客戶說太貴了", ("price",)),
        ("It is Too Expensive for us", ("price",)),
        ("any discounts?", ("price",)),
        ("discounted cash flow", ()),
        ("等保和价格高两个问题", ("price", "security")),
        ("ｓｅｃｕｒｉｔｙ review", ("security",)),
        ("", ()),
        ("今天天气不错", ()),
    ],
)
def test_classes(text: str, classes: tuple[str, ...]) -> None:
    assert classify(text, PLAYBOOK) == classes


def test_an_empty_playbook_knows_no_objection() -> None:
    assert classify("太贵", {}) == ()
    assert classify("太贵", {"objections": [{"id": "price", "keywords": ["", "  "]}]}) == ()
