"""What is to be changed, as it is typed in a terminal and as it is written in a chat."""

from __future__ import annotations

from typing import Any

import pytest

from bot.command_edits import edits


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("subject=新主题 discount=5", {"subject": "新主题", "discount_bp": 500}),
        ("主题: 新主题\n折扣: 5%", {"subject": "新主题", "discount_bp": 500}),
        ("Subject: New one", {"subject": "New one"}),
        ("正文: 您好\n时间: 周四\n谢谢", {"body": "您好\n时间: 周四\n谢谢"}),
        (
            "收件人: a@b.cn;c@d.cn",
            {"to": [{"address": "a@b.cn", "name": ""}, {"address": "c@d.cn", "name": ""}]},
        ),
        ("时间: 2026-11-27 15:00", {"starts_at": "2026-11-27T15:00"}),
    ],
)
def test_a_change_is_read(text: str, changes: dict[str, Any]) -> None:
    assert edits(text) == changes


@pytest.mark.parametrize("text", ["", "改得好一点", "折扣: 很多", "discount=x"])
def test_what_cannot_be_read_says_how(text: str) -> None:
    with pytest.raises(ValueError, match=r"用法|百分数"):
        edits(text)
