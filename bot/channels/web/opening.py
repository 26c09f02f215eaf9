"""The web console from the settings; it has the house's own database where the others have a platform."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bot.channel_settings import ChannelSettings
from bot.street.pad import SharedPad
from knowledge.store import Store

from .channel import NAME, Web
from .secret import Signer


def open_web(
    settings: ChannelSettings, store: Store, clock: Callable[[], datetime], var_dir: Path
) -> Web | None:
    """None where WEB_CONSOLE is off. Raises ValueError, in words, for a secret or an address that cannot be right."""
    if not settings.web_console:
        return None
    public = urlsplit(settings.web_public_url)
    if settings.web_public_url and (public.scheme not in ("http", "https") or not public.netloc):
        raise ValueError(
            "WEB_PUBLIC_URL 要写成 https://域名 / WEB_PUBLIC_URL looks like https://sales.example.com"
        )
    folder = var_dir / "web"
    return Web(
        store=store,
        clock=clock,
        notes=SharedPad(store, clock, NAME),
        signer=Signer.from_setting(settings.web_secret.get_secret_value(), folder),
        folder=folder,
        idle=timedelta(days=settings.web_session_days),
    )
