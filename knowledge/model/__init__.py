"""The nouns everything speaks: SQLModel tables without behaviour."""

from .columns import JsonText, UtcDateTime, utc_now
from .conversations import Conversation, Message, Notice
from .customers import Account, Contact, Lead
from .deals import OPEN_STAGES, STAGES, Deal, DealContact, Offer, Product, StageChange
from .erased import Erased
from .interactions import Interaction, InteractionKind
from .people import Delegation, Identity, Person, Role, Team
from .suggestions import Blueprint, IndexState, Suggestion
from .work import Meeting, Paper, Task

__all__ = [
    "OPEN_STAGES",
    "STAGES",
    "Account",
    "Blueprint",
    "Contact",
    "Conversation",
    "Deal",
    "DealContact",
    "Delegation",
    "Erased",
    "Identity",
    "IndexState",
    "Interaction",
    "InteractionKind",
    "JsonText",
    "Lead",
    "Meeting",
    "Message",
    "Notice",
    "Offer",
    "Paper",
    "Person",
    "Product",
    "Role",
    "StageChange",
    "Suggestion",
    "Task",
    "Team",
    "UtcDateTime",
    "utc_now",
]
