"""Mail templates: approved subject and body by purpose and language, filled from records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict

PURPOSES = ("follow_up", "quote_cover", "meeting_confirm", "thanks", "win_back")

FIELDS = frozenset(
    {
        "salutation", "contact_name", "contact_title", "account_name", "deal_name", "product_name",
        "offer_version", "offer_total", "offer_valid_until", "next_step", "next_step_date", "last_date",
        "last_kind", "open_questions", "points", "discount", "sender_name", "sender_title", "sender_email",
    }
)  # fmt: skip
"""What a template may ask for; a line that asks for something the records do not have is left out."""

TYPED_FIELDS = frozenset({"points", "discount"})
"""Fields that come from this conversation and not from records."""

_FIELD = re.compile(r"\{([a-z_]+)\}")


class MailTemplate(BaseModel):
    """One template. `id` is the purpose; one template a purpose and language."""

    model_config = ConfigDict(extra="forbid")

    id: str
    language: str
    subject: str
    body: str


class MailTemplates(BaseModel):
    """All templates."""

    model_config = ConfigDict(extra="forbid")

    templates: list[MailTemplate]

    def find(self, purpose: str, language: str) -> MailTemplate | None:
        """The template of this purpose in this language, else in any."""
        fitting = [one for one in self.templates if one.id == purpose]
        return next((one for one in fitting if one.language == language), fitting[0] if fitting else None)


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its {fields} filled. A line that needs a value which is missing or empty is left out, and so is a
    blank line that would follow another."""
    lines: list[str] = []
    for line in text.splitlines():
        fields = _FIELD.findall(line)
        if fields and not all(values.get(field) for field in fields):
            continue
        filled = _FIELD.sub(lambda match: values[match.group(1)], line)
        if filled.strip() or (lines and lines[-1].strip()):
            lines.append(filled.rstrip())
    return "\n".join(lines).strip()


def faults(book: MailTemplates) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    keys = [(one.id, one.language) for one in book.templates]
    for purpose, language in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"templates: {purpose}/{language} 出现多次 / appears more than once"
    for one in book.templates:
        where = f"templates: {one.id}/{one.language}"
        if one.id not in PURPOSES:
            yield f"{where}: 未知用途 / unknown purpose; known: {', '.join(PURPOSES)}"
        if one.language not in ("zh", "en"):
            yield f"{where}: 语言只能是 zh 或 en / language must be zh or en"
        for field in sorted({*_FIELD.findall(one.subject), *_FIELD.findall(one.body)} - FIELDS):
            yield f"{where}: 未知字段 / unknown field {{{field}}}; known: {', '.join(sorted(FIELDS))}"
        if "{points}" not in one.body:
            yield f"{where}: 正文缺少 {{points}},无处放要说的话 / the body has no {{points}}"
    for purpose in sorted(set(PURPOSES) - {one.id for one in book.templates}):
        yield f"templates: 缺少用途 / missing purpose {purpose}"
