"""The menu of effects: what is not listed here cannot happen."""

from __future__ import annotations

from types import MappingProxyType

from actions.effect import Effect

from .send_email import SendEmail

_MENU: tuple[Effect, ...] = (SendEmail(),)

EFFECTS = MappingProxyType({effect.name: effect for effect in _MENU})
