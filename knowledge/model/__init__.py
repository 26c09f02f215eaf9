"""The nouns everything speaks: SQLModel tables without behaviour."""

from .calls import AskCard, CallFollow, TranscriptVersion
from .columns import JsonText, UtcDateTime, utc_now
from .conversations import Conversation, Message, Notice
from .customers import Account, Contact, Lead
from .deals import OPEN_STAGES, STAGES, Deal, DealContact, Offer, Product, StageChange
from .erased import Erased
from .feeds import FeedCursor, FeedHeld, FeedSource, MailSighting
from .files import InboundFile
from .forecasts import ForecastDay, ForecastRow
from .interactions import INBOUND, OUTBOUND, Interaction, InteractionKind
from .journey import (
    LINKED,
    REFUSED,
    UNDONE,
    CollectSource,
    Consent,
    Identifier,
    IdentityEdge,
    IdentityEra,
    IdentityLink,
    IdentitySpan,
    Profile,
    QuarantinedEvent,
    Signature,
    SignatureMember,
    TouchEvent,
)
from .judgements import CallNote, HumanMark, Judgement, PersonConsent
from .people import Delegation, Identity, Person, Role, Team
from .recordings import Recording
from .score_log import ScoreEntry, ScoreMark
from .scores import FittedModel, LeadTouch
from .stages import ChurnAlert, ClockRound, InterventionRun, StageMove
from .street import ArrivalRow, BindCode, CardCopy, DeliveryRow, Stranger, StreetNote
from .suggestions import Blueprint, IndexState, Suggestion, SuggestionEvent
from .web import WebLine, WebSession
from .work import Meeting, Paper, Task

__all__ = [
    "INBOUND",
    "LINKED",
    "OPEN_STAGES",
    "OUTBOUND",
    "REFUSED",
    "STAGES",
    "UNDONE",
    "Account",
    "ArrivalRow",
    "AskCard",
    "BindCode",
    "Blueprint",
    "CallFollow",
    "CallNote",
    "CardCopy",
    "ChurnAlert",
    "ClockRound",
    "CollectSource",
    "Consent",
    "Contact",
    "Conversation",
    "Deal",
    "DealContact",
    "Delegation",
    "DeliveryRow",
    "Erased",
    "FeedCursor",
    "FeedHeld",
    "FeedSource",
    "FittedModel",
    "ForecastDay",
    "ForecastRow",
    "HumanMark",
    "Identifier",
    "Identity",
    "IdentityEdge",
    "IdentityEra",
    "IdentityLink",
    "IdentitySpan",
    "InboundFile",
    "IndexState",
    "Interaction",
    "InteractionKind",
    "InterventionRun",
    "JsonText",
    "Judgement",
    "Lead",
    "LeadTouch",
    "MailSighting",
    "Meeting",
    "Message",
    "Notice",
    "Offer",
    "Paper",
    "Person",
    "PersonConsent",
    "Product",
    "Profile",
    "QuarantinedEvent",
    "Recording",
    "Role",
    "ScoreEntry",
    "ScoreMark",
    "Signature",
    "SignatureMember",
    "StageChange",
    "StageMove",
    "Stranger",
    "StreetNote",
    "Suggestion",
    "SuggestionEvent",
    "Task",
    "Team",
    "TouchEvent",
    "TranscriptVersion",
    "UtcDateTime",
    "WebLine",
    "WebSession",
    "utc_now",
]
