"""Which objections a text raises, by the playbook's own keywords: deterministic, Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .terms import fold, is_cjk


def classify(text: str, playbook: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the objection classes whose keywords stand in `text`, in the playbook's order.

    `playbook` is the content of a playbook blueprint. Chinese keywords match anywhere, English ones whole words
    (a plural s is forgiven); case, full-width forms and Traditional characters do not matter."""
    folded = fold(text)
    return tuple(
        str(entry["id"])
        for entry in playbook.get("objections") or ()
        if any(_stands(k, folded) for k in _words(entry))
    )


def _words(entry: Mapping[str, Any]) -> list[str]:
    return [
        fold(str(word))
        for key in ("keywords", "keywords_en")
        for word in entry.get(key) or ()
        if str(word).strip()
    ]


def _stands(keyword: str, folded: str) -> bool:
    if is_cjk(keyword):
        return keyword in folded
    return re.search(rf"(?<![a-z0-9]){re.escape(keyword)}s?(?![a-z0-9])", folded) is not None
