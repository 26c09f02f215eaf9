"""Telegram: the channel, and how it is made from the settings."""

from .channel import Telegram, from_settings

__all__ = ["Telegram", "from_settings"]
