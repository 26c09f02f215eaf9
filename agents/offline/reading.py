"""One understood request: which skill with which arguments, how sure, and what to ask or say instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SKILLS = (
    "recall",
    "deal_brief",
    "pipeline",
    "today_list",
    "win_odds",
    "score_lead",
    "price_range",
    "talk_track",
    "draft_email",
    "send_email",
    "make_quote",
    "prepare_contract",
    "send_document",
    "update_deal",
    "create_task",
    "my_tasks",
    "book_meeting",
    "give_discount",
    "message_customer",
    "export_data",
    "explain_action",
    "my_approvals",
    "my_authority",
    "summarise_call",
    "review_call",
    "ask_call",
    "forecast",
    "deal_risks",
    "advice_report",
    "walk_score",
    "customer_journey",
    "stage_health",
    "churn_list",
    "touch_numbers",
    "customer_mood",
    "trackers",
)
"""Intents that are a tool call; every other intent is answered with `reply`."""

DEEDS = frozenset(
    {
        "make_quote",
        "prepare_contract",
        "send_document",
        "update_deal",
        "create_task",
        "book_meeting",
        "give_discount",
        "message_customer",
        "export_data",
    }
)
"""Those that do something other than with a mail."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one request means.

    `intent` is a skill name or one of greeting, thanks, help, goodbye, decide, out_of_scope, empty. `arguments` is
    plain JSON for the skill. `alternatives` are (intent, probability) next best. `question` is set when it must be
    asked back before anything is done; `unsupported` is an honest sentence about what cannot be done;
    `reply` is the answer of an intent without a skill.
    """

    intent: str
    language: str
    confidence: float
    arguments: dict[str, Any] = field(default_factory=dict)
    alternatives: tuple[tuple[str, float], ...] = ()
    question: str | None = None
    unsupported: str | None = None
    reply: str | None = None

    @property
    def is_call(self) -> bool:
        """Whether this reading is to be carried out by a skill."""
        return self.intent in SKILLS and self.question is None and self.unsupported is None

    @property
    def sentence(self) -> str:
        """What to say when it is not a call."""
        return self.question or self.unsupported or self.reply or ""
