"""The nouns everything speaks: SQLModel tables without behaviour."""

from .calls import AskCard, CallFollow, TranscriptVersion
from .columns import JsonText, UtcDateTime, utc_now
from .conversations import Conversation, Message, Notice
from .customers import Account, Contact, Lead
from .deals import OPEN_STAGES, STAGES, Deal, DealContact, Offer, Product, StageChange
from .erased import Erased
from .files import InboundFile
from .interactions import Interaction, InteractionKind
from .judgements import HumanMark, Judgement
from .people import Delegation, Identity, Person, Role, Team
from .recordings import Recording
from .score_log import ScoreEntry, ScoreMark
from .scores import FittedModel, LeadTouch
from .street import ArrivalRow, BindCode, CardCopy, DeliveryRow, Stranger, StreetNote
from .suggestions import Blueprint, IndexState, Suggestion
from .web import WebLine, WebSession
from .work import Meeting, Paper, Task

__all__ = [
    "OPEN_STAGES",
    "STAGES",
    "Account",
    "ArrivalRow",
    "AskCard",
    "BindCode",
    "Blueprint",
    "CallFollow",
    "CardCopy",
    "Contact",
    "Conversation",
    "Deal",
    "DealContact",
    "Delegation",
    "DeliveryRow",
    "Erased",
    "FittedModel",
    "HumanMark",
    "Identity",
    "InboundFile",
    "IndexState",
    "Interaction",
    "InteractionKind",
    "JsonText",
    "Judgement",
    "Lead",
    "LeadTouch",
    "Meeting",
    "Message",
    "Notice",
    "Offer",
    "Paper",
    "Person",
    "Product",
    "Recording",
    "Role",
    "ScoreEntry",
    "ScoreMark",
    "StageChange",
    "Stranger",
    "StreetNote",
    "Suggestion",
    "Task",
    "Team",
    "TranscriptVersion",
    "UtcDateTime",
    "WebLine",
    "WebSession",
    "utc_now",
]
