"""WeCom self-built application (企业微信自建应用): the channel and how it is made from the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.channel_settings import ChannelSettings
from bot.street.port import Pad

from .channel import WeCom, WrongSettings
from .looks import Looks

__all__ = ["Looks", "WeCom", "WrongSettings", "from_settings"]


def from_settings(settings: ChannelSettings, pad: Pad, clock: Callable[[], datetime]) -> WeCom | None:
    """The channel; None when no credential is set. Raises ValueError, with words, when only some are."""
    given = {
        "WECOM_CORP_ID": settings.wecom_corp_id,
        "WECOM_AGENT_ID": settings.wecom_agent_id,
        "WECOM_SECRET": settings.wecom_secret.get_secret_value(),
        "WECOM_TOKEN": settings.wecom_token.get_secret_value(),
        "WECOM_AES_KEY": settings.wecom_aes_key.get_secret_value(),
    }
    if not any(given.values()):
        return None
    if missing := [name for name, value in given.items() if not value]:
        raise ValueError(f"企业微信还缺 / WeCom still needs: {', '.join(missing)}")
    return WeCom(
        corp_id=settings.wecom_corp_id,
        agent_id=settings.wecom_agent_id,
        secret=settings.wecom_secret.get_secret_value(),
        token=settings.wecom_token.get_secret_value(),
        aes_key=settings.wecom_aes_key.get_secret_value(),
        api_base=settings.wecom_api_base,
        pad=pad,
        clock=clock,
        looks=Looks.from_settings(settings),
    )
