"""`connect`: asks an administrator for what a platform needs, keeps it in .env, and checks it against the platform."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from getpass import getpass
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

from bot.checkup import Finding
from bot.connect.steps import Step
from bot.settings import Settings

from . import EXIT_FAILED, EXIT_USAGE
from .health import line
from .screen import out, out_json
from .trouble import Trouble

PLATFORMS = {
    "wecom": "bot.connect.wecom",
    "wecom-bot": "bot.connect.wecom_bot",
    "dingtalk": "bot.connect.dingtalk",
    "telegram": "bot.connect.telegram",
    "web": "bot.connect.web",
}
ENV = Path(".env")


def connect(name: str, *, only_check: bool, as_json: bool) -> None:
    """Ask (on a terminal), write, check; exit code 1 when something is broken."""
    if name not in PLATFORMS:
        raise Trouble(f"没有 {name};可选 / one of: {', '.join(PLATFORMS)}", EXIT_USAGE)
    platform = import_module(PLATFORMS[name])
    if not only_check and sys.stdin.isatty():
        _ask(platform.STEPS)
    findings = asyncio.run(_checked(platform, Settings()))
    if as_json:
        out_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            out(line(finding))
        out(f"说明 / see docs/channels/{name}.md")
    if any(finding.level == "broken" for finding in findings):
        raise SystemExit(EXIT_FAILED)


async def _checked(platform: Any, settings: Settings) -> list[Finding]:
    async with httpx.AsyncClient(timeout=15, follow_redirects=False, trust_env=True) as http:
        found: list[Finding] = await platform.check(settings, http)
        return found


def _ask(steps: tuple[Step, ...]) -> None:
    """Each setting in turn; an empty answer keeps what is there. Secrets are typed unseen."""
    present = Settings()
    changed: dict[str, str] = {}
    for step in steps:
        value = getattr(present, step.setting.lower(), "")
        plain = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value or "")
        kept = "(已设置,回车保留 / set, Enter keeps it)" if plain else ""
        optional = "(可空 / optional)" if step.optional and not plain else ""
        out(f"{step.ask_zh} / {step.ask_en} {kept}{optional}")
        if step.where_zh:
            out(f"    在哪里: {step.where_zh}" + (f" / {step.where_en}" if step.where_en else ""))
        answer = (getpass(f"  {step.setting}: ") if step.secret else input(f"  {step.setting}: ")).strip()
        if answer and answer != plain:
            changed[step.setting] = answer
    if changed:
        write_env(ENV, changed)
        for name in changed:
            os.environ.pop(name, None)  # what was just typed counts
        out(f"已写入 {ENV}(仅本人可读) / written, readable by you alone: {', '.join(changed)}")


def write_env(path: Path, changed: dict[str, str]) -> None:
    """Set these names in a .env file and leave every other line as it is; whole or not at all, mode 600."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    left = dict(changed)
    for number, text in enumerate(lines):
        name = text.partition("=")[0].strip()
        if name in left:
            lines[number] = f"{name}={_quoted(left.pop(name))}"
    lines += [f"{name}={_quoted(value)}" for name, value in left.items()]
    handle, fresh = tempfile.mkstemp(dir=path.resolve().parent, prefix=".env-")  # made with mode 600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise


def _quoted(value: str) -> str:
    if "\n" in value or "\r" in value:
        raise Trouble("设置不能有换行 / a setting is one line", EXIT_USAGE)
    if value and all(letter.isalnum() or letter in "-_./:@+=,?&%~" for letter in value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
