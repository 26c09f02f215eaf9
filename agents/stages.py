"""A stage of the sales process by any of its names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge.blueprints.process import Process

_WORDS = (
    ("won", r"赢单|赢了|成交了|签下|签了|拿下|成单了|\bwon\b|\bwin\b|closed[- ]won"),
    ("lost", r"丢单|丢了|输单|输了|丢掉|\blost\b|closed[- ]lost"),
    ("commit", r"成单确认|待签|\bcommit(?:ted|ment)?\b"),
    ("negotiation", r"谈判|商务谈|negotiat"),
    ("proposal", r"报价|\bproposal\b|quot"),
    ("evaluation", r"方案|评估|evaluat"),
    ("discovery", r"初访|需求|初步接触|discovery|qualif"),
)


def meant(words: str) -> str:
    """The stage that words of a sentence mean; "" when they mean none."""
    return next((id for id, pattern in _WORDS if re.search(pattern, words, re.I)), "")


def stage_of(said: str, process: Process) -> str:
    """The stage's id: by its id, its name in either language, or words that mean it; "" when none is meant."""
    wanted = said.strip().casefold().removesuffix("阶段").removesuffix(" stage").strip()
    for stage in process.stages:
        names = {stage.id, stage.name.casefold(), stage.name_en.casefold(), *stage.name.casefold().split("/")}
        if wanted in names:
            return stage.id
    known = {stage.id for stage in process.stages}
    return next((id for id, words in _WORDS if id in known and re.search(words, wanted, re.I)), "")
