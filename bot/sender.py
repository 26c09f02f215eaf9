"""The process that sends: the only one that reads the mail server's secret, and it is told ids alone.

`python -m bot.sender` runs until SIGTERM; `--once ID...` performs these and ends; `--describe` says where mail goes;
`--until-eof` runs until standard input closes.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from pathlib import Path

from actions import breakers, record
from actions.gateways.mail import gateway_from
from actions.workers import ERRAND, SENDER, Beat
from knowledge.store import StoreError

from .errors import sentence_for
from .jobs import perform_one, tick
from .process import stop_event
from .sender_settings import sender_file, sender_settings
from .settings import Settings
from .wiring import House, open_house

LOG = logging.getLogger(__name__)

TICK_S = 1.0
ACTION_ID = re.compile(r"act-[0-9a-f]{16}")
EXIT_BAD_ID, EXIT_NO_WAY_OUT = 2, 1


def main(words: list[str]) -> int:
    """Run as the words say; returns the exit code."""
    if "--describe" in words:
        sys.stdout.write(json.dumps(described(Settings()), ensure_ascii=False) + "\n")
        return 0
    settings = Settings()
    logging.basicConfig(level=settings.log_level.upper())
    ids = [word for word in words if not word.startswith("--")]
    if any(not ACTION_ID.fullmatch(one) for one in ids):
        return EXIT_BAD_ID
    house = open_house(settings)
    try:
        house = with_gateway(house)
        if "--once" in words:
            return once(house, ids)
        return resident(house, stop_event(until_eof="--until-eof" in words))
    finally:
        house.close()


def with_gateway(house: House) -> House:
    """The same house with the way out. Where there is none, everybody else learns of it from the breaker's row, and
    ValueError or OSError says why."""
    try:
        secret = sender_settings().smtp_url.get_secret_value()
        gateway = gateway_from(secret, house.settings.var_dir / "outbox")
    except (ValueError, OSError) as error:
        with house.store.session() as session:
            record.lock_system(session)
            breakers.trip(session, "mail", why(error), house.clock())
        raise
    return House(settings=house.settings, store=house.store, clock=house.clock, mail=gateway)


def once(house: House, ids: list[str]) -> int:
    """These actions, each as far as it may; then the end."""
    with Beat(house.store, house.performer.worker, ERRAND, house.clock):
        house.performer.close_overdue()
        if [one for one in ids if perform_one(house, one)]:
            house.gate.after()
    return 0


def resident(house: House, stop: threading.Event) -> int:
    """Until told to stop: whatever falls due. The action under way is finished first."""
    with Beat(house.store, house.performer.worker, SENDER, house.clock):
        while not stop.is_set():
            tick(house, going_on=lambda: not stop.is_set())
            stop.wait(TICK_S)
    return 0


def described(settings: Settings) -> dict[str, str]:
    """Where mail goes and whether the secret is well kept; never the secret."""
    try:
        file = sender_file()
        secret = sender_settings().smtp_url.get_secret_value()
        says = gateway_from(secret, settings.var_dir / "outbox").describe()
    except (ValueError, OSError) as error:
        return {"level": "broken", "says": why(error), "fix": "SMTP_URL, SENDER_ENV_FILE"}
    if not secret:
        fix = "在 .env.sender 里设 SMTP_URL 才会真正寄出 / set SMTP_URL in .env.sender to really send"
        return {"level": "note", "says": says, "fix": fix}
    if file.is_file() and file.stat().st_mode & 0o077:
        fix = f"chmod 600 {file}: 现在别的用户也能读 / other users can read it"
        return {"level": "note", "says": says, "fix": fix}
    if not file.is_file() and "SMTP_URL" in _text_of(Path(".env")):
        fix = "把 SMTP_URL 从 .env 移到 .env.sender,只有发信进程读它 / move SMTP_URL from .env to .env.sender: the sender alone reads it"
        return {"level": "note", "says": says, "fix": fix}
    return {"level": "ok", "says": says, "fix": ""}


def why(error: Exception) -> str:
    """What keeps the sender from having a way out (`中文 / English`), without the secret."""
    if isinstance(error, OSError) and error.strerror:
        return f"读不了 {error.filename}: {error.strerror} / cannot read {error.filename}: {error.strerror}"
    plain = type(error) in (ValueError, FileNotFoundError)  # pydantic's own say more than they should
    return str(error) if plain else sentence_for(error)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def run() -> int:
    """The door: one sentence instead of a traceback."""
    try:
        return main(sys.argv[1:])
    except (StoreError, ValueError, OSError) as error:
        sys.stderr.write(sentence_for(error) + "\n")
        return EXIT_NO_WAY_OUT


if __name__ == "__main__":
    sys.exit(run())
