"""The menu of effects: what is not listed here cannot happen."""

from __future__ import annotations

from types import MappingProxyType

from actions.effect import Effect

from .create_draft import CreateDraft
from .prepare_contract import PrepareContract
from .send_contract import SendContract
from .send_email import SendEmail
from .send_quote import SendQuote

_MENU: tuple[Effect, ...] = (SendEmail(), PrepareContract(), SendContract(), CreateDraft(), SendQuote())

EFFECTS = MappingProxyType({effect.name: effect for effect in _MENU})
