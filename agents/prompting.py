"""What a model is told before it answers: the system prompt, filled in, and as much of the talk as fits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from knowledge.model import Person

PROMPT_FILE = Path(__file__).parent / "prompts" / "assistant.md"
HISTORY_CHARS = 6000
"""Characters of earlier talk that are sent along. Chinese costs about one token a character, English less."""

LINE_CHARS = 1500
_LANGUAGES = {"zh": "中文", "en": "英文（English）"}
_WEEKDAYS = "一二三四五六日"
_HOME = ZoneInfo("Asia/Shanghai")


def load_prompt() -> str:
    """The system prompt as it lies in the repository."""
    return PROMPT_FILE.read_text(encoding="utf-8")


def prompt_hash(prompt: str) -> str:
    """First 12 hex digits of the SHA-256 of a prompt: the stamp by which answers are compared."""
    return hashlib.sha256(prompt.encode()).hexdigest()[:12]


def fill(prompt: str, person: Person, now: datetime, language: str) -> str:
    """The prompt with the asker's name, roles, language and the date in Shanghai."""
    day = now.astimezone(_HOME)
    facts = {
        "{name}": person.name,
        "{role}": "、".join(person.roles) or "colleague",
        "{date}": f"{day:%Y-%m-%d}（星期{_WEEKDAYS[day.weekday()]}）",
        "{language}": _LANGUAGES.get(language, language),
    }
    for mark, value in facts.items():
        prompt = prompt.replace(mark, value)
    return prompt


def trim(history: Sequence[tuple[str, str]], limit: int = HISTORY_CHARS) -> list[tuple[str, str]]:
    """The newest lines that fit into `limit` characters, oldest first; a very long line is cut at its end."""
    kept: list[tuple[str, str]] = []
    for role, text in reversed(history):
        short = text if len(text) <= LINE_CHARS else text[:LINE_CHARS] + "…"
        limit -= len(short)
        if limit < 0:
            break
        kept.append((role, short))
    return kept[::-1]


def as_data(skill: str, text: str) -> str:
    """A skill's text as the model sees it: fenced, with any fence inside it made harmless."""
    inner = text.replace("<data", "＜data").replace("</data", "＜/data")
    return f'<data skill="{skill}">\n{inner}\n</data>'
