"""The menu of effects: what is not listed here cannot happen."""

from __future__ import annotations

from types import MappingProxyType

from actions.effect import Effect

from .change_rule import ChangeRule
from .send_email import SendEmail

_MENU: tuple[Effect, ...] = (SendEmail(), ChangeRule())

EFFECTS = MappingProxyType({effect.name: effect for effect in _MENU})
