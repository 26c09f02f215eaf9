"""One step of `chengdan connect`: the setting asked for, in words, and where in the platform's console it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Step:
    """`setting` is the name in .env; `where` names the console's page and field."""

    setting: str
    ask_zh: str
    ask_en: str
    where_zh: str = ""
    where_en: str = ""
    secret: bool = False
    optional: bool = False
