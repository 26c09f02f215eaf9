"""The menu of effects: what is not listed here cannot happen."""

from __future__ import annotations

from types import MappingProxyType

from actions.effect import Effect

from .book_meeting import BookMeeting
from .change_rule import ChangeRule
from .create_draft import CreateDraft
from .create_task import CreateTask
from .erase_data import EraseData
from .export_data import ExportData
from .give_discount import GiveDiscount
from .message_customer import MessageCustomer
from .prepare_contract import PrepareContract
from .publish_blueprint import PublishBlueprint
from .send_contract import SendContract
from .send_email import SendEmail
from .send_quote import SendQuote
from .update_deal import UpdateDeal

_MENU: tuple[Effect, ...] = (
    SendEmail(),
    PrepareContract(),
    SendContract(),
    CreateDraft(),
    SendQuote(),
    UpdateDeal(),
    CreateTask(),
    BookMeeting(),
    GiveDiscount(),
    MessageCustomer(),
    ExportData(),
    PublishBlueprint(),
    ChangeRule(),
    EraseData(),
)

EFFECTS = MappingProxyType({effect.name: effect for effect in _MENU})
