"""Which channels are open: those whose credentials are set. The menu of channels is here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from typing import cast

from bot.channel_settings import ChannelSettings
from knowledge.store import Store

from .pad import SharedPad
from .port import Channel, Pad

CHANNELS = {
    "wecom": "bot.channels.wecom",
    "wecom-bot": "bot.channels.wecom_bot",
    "dingtalk": "bot.channels.dingtalk",
    "telegram": "bot.channels.telegram",
}
"""Name of each channel and the module that has `from_settings`; one without credentials is not even imported."""

CREDENTIAL = {
    "wecom": ("wecom_corp_id",),
    "wecom-bot": ("wecom_bot_id", "wecom_bot_token"),
    "dingtalk": ("dingtalk_client_id",),
    "telegram": ("telegram_bot_token",),
}

Opener = Callable[[ChannelSettings, Pad, Callable[[], datetime]], Channel | None]


def open_channels(
    settings: ChannelSettings, store: Store, clock: Callable[[], datetime]
) -> Sequence[Channel]:
    """Every channel with credentials. Raises ValueError, with words, where they cannot be right."""
    found = []
    for name in configured(settings):
        opener = cast(Opener, import_module(CHANNELS[name]).from_settings)
        channel = opener(settings, SharedPad(store, clock, name), clock)
        if channel is not None:
            found.append(channel)
    return found


def configured(settings: ChannelSettings) -> list[str]:
    """The channels that have credentials."""
    return [name for name in CHANNELS if any(_is_set(getattr(settings, field)) for field in CREDENTIAL[name])]


def _is_set(value: object) -> bool:
    secret = getattr(value, "get_secret_value", None)
    return bool(secret() if secret else value)
