"""The WeCom AI bot: one channel, its mode chosen by which credentials are set (the console allows one)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.channel_settings import ChannelSettings
from bot.street.port import Pad

from .channel import BotRefused, HookBot, LongBot, host_of
from .download import MEDIA_HOSTS
from .sealing import bot_key

WeComBot = LongBot | HookBot
"""What `from_settings` gives: the same channel in the mode the settings choose."""

_BOTH = (
    "智能机器人只能选一种模式: 长连接(WECOM_BOT_ID、WECOM_BOT_SECRET)或回调 URL(WECOM_BOT_TOKEN、WECOM_BOT_AES_KEY),"
    "请清空另一组 / the bot has one mode: empty either the pair for the long connection or the pair for the callback URL"
)
_HALF = "智能机器人还缺 {name} / the AI bot still needs {name}"


def from_settings(settings: ChannelSettings, pad: Pad, clock: Callable[[], datetime]) -> WeComBot | None:
    """None without credentials. Raises BotRefused with words for half a pair, both pairs, or a key of the wrong form."""
    bot_id, secret = settings.wecom_bot_id, settings.wecom_bot_secret.get_secret_value()
    token, key = settings.wecom_bot_token.get_secret_value(), settings.wecom_bot_aes_key.get_secret_value()
    long, hook = bool(bot_id or secret), bool(token or key)
    if not (long or hook):
        return None
    if long and hook:
        raise BotRefused(_BOTH)
    pairs = {"WECOM_BOT_ID": bot_id, "WECOM_BOT_SECRET": secret} if long else {}
    pairs |= {"WECOM_BOT_TOKEN": token, "WECOM_BOT_AES_KEY": key} if hook else {}
    for name, value in pairs.items():
        if not value:
            raise BotRefused(_HALF.format(name=name))
    own = tuple(one.strip() for one in settings.wecom_bot_media_hosts.split(",") if one.strip())
    hosts = (own or MEDIA_HOSTS) + host_of(settings.wecom_api_base)
    if long:
        return LongBot(
            bot_id=bot_id,
            secret=secret,
            pad=pad,
            clock=clock,
            ws_url=settings.wecom_bot_ws_url,
            bot_name=settings.wecom_bot_name,
            media_hosts=hosts,
        )
    try:
        bot_key(key)
    except ValueError as error:
        raise BotRefused(f"WECOM_BOT_AES_KEY: {error}") from None
    return HookBot(
        token=token,
        aes_key=key,
        pad=pad,
        clock=clock,
        api_base=settings.wecom_api_base,
        bot_name=settings.wecom_bot_name,
        media_hosts=hosts,
    )


__all__ = ["BotRefused", "HookBot", "LongBot", "WeComBot", "from_settings"]
