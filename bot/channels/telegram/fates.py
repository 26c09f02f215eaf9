"""What an error of the Bot API means for what was being sent, in the only order that is right.

BadRequest and TimedOut are kinds of NetworkError in PTB: who catches that one first repeats what can never work, and sends
twice what was only slow.
"""

from __future__ import annotations

from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.street.words import Fate, Sent

from .redaction import hide

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""With these no byte of the request reached Telegram."""

TOKEN_PAUSE_S = 60.0
TOKEN_WORDS = (
    "Telegram 不认这个 token(或 TELEGRAM_API_BASE 不对): 在 @BotFather 用 /token 核对 TELEGRAM_BOT_TOKEN"
    " / Telegram refuses the token (or TELEGRAM_API_BASE is wrong): check TELEGRAM_BOT_TOKEN with /token at @BotFather"
)


class Refused(Exception):
    """Nothing that is tried again mends this; the words are for the admin."""


def fate_of(error: TelegramError, *, harmless: bool = False) -> Sent:
    """The end of a try that failed. `harmless`: doing it twice shows no more than doing it once (an edit)."""
    if isinstance(error, RetryAfter):
        return Sent(fate=Fate.LATER, after_s=wished_s(error), note="429 too many requests")
    if isinstance(error, BadRequest) or says(error, "entity too large"):
        return Sent(fate=Fate.NEVER, note=f"Telegram 拒绝 / refused: {hide(error)}")
    if isinstance(error, Forbidden):
        return Sent(
            fate=Fate.NEVER, note=f"对方屏蔽了机器人或没有开聊 / blocked, or never started: {hide(error)}"
        )
    if isinstance(error, ChatMigrated):
        return Sent(fate=Fate.LATER, note="群已升级,下次发到新群 / the group moved")
    if isinstance(error, InvalidToken):
        return Sent(fate=Fate.LATER, after_s=TOKEN_PAUSE_S, note=TOKEN_WORDS)
    if isinstance(error, Conflict) or harmless or (isinstance(error, NetworkError) and surely_not(error)):
        return Sent(fate=Fate.LATER, note=words_of(error))
    return Sent(fate=Fate.UNKNOWN, note=words_of(error))


def wished_s(error: RetryAfter) -> float:
    """Seconds that Telegram wants us to wait."""
    wished = error.retry_after
    return wished.total_seconds() if isinstance(wished, timedelta) else float(wished)


def surely_not(error: NetworkError) -> bool:
    """Telegram itself said "ok": false (no cause), or nothing left. An answer of a proxy on the way says nothing."""
    return error.__cause__ is None or isinstance(error.__cause__, NEVER_LEFT)


def words_of(error: BaseException) -> str:
    """The error in a line without secrets."""
    return hide(f"{type(error).__name__}: {error}")[:300]


def says(error: BaseException, *pieces: str) -> bool:
    """Whether Telegram's description holds one of the pieces; it has no codes for these."""
    text = str(error).lower()
    return any(piece in text for piece in pieces)
