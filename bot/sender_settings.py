"""The secrets of the sender alone: no other process of the house reads this file's settings."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from .apart import ENV_FD

__all__ = ["ENV_FD", "ENV_FILE", "SenderSettings", "sender_file", "sender_settings"]

ENV_FILE = "SENDER_ENV_FILE"
"""Names the file with the sender's secrets; ENV_FD names an open descriptor that was handed down (bot.apart)."""

DEFAULT_FILE = ".env.sender"


class SenderSettings(BaseSettings):
    """What only the process that sends needs. Sources, strongest first: the environment, what bot.apart handed down, the
    file of SENDER_ENV_FILE (`.env.sender`), `.env`."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )

    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        description="发信 / empty: .eml files under VAR_DIR/outbox; smtp://user:pass@host:587, smtps://host",
    )


def sender_settings() -> SenderSettings:
    """Read them. Raises FileNotFoundError when SENDER_ENV_FILE names a file that is not there, PermissionError when it
    may not be read: mail must not quietly go to the outbox instead."""
    handed = _handed_down()
    if handed:
        return SenderSettings(smtp_url=SecretStr(handed), _env_file=None)
    return SenderSettings(_env_file=(".env", sender_file()))  # the later file wins


def sender_file() -> Path:
    """The file with the sender's secrets; it need not exist unless it was named."""
    named = os.environ.get(ENV_FILE, "")
    path = Path(named or DEFAULT_FILE)
    if named and not path.is_file():
        raise FileNotFoundError(f"{ENV_FILE}={named} 不存在 / {ENV_FILE}={named} is not there")
    return path


def _handed_down() -> str:
    number = os.environ.get(ENV_FD, "")
    if not number.isdigit():
        return ""
    size = os.fstat(int(number)).st_size
    return os.pread(int(number), size, 0).decode()
