"""Every channel with a bench of its own: what the contract is played on."""

from __future__ import annotations

from tests.fakes.channel_benches import (
    Bench,
    DingTalkBench,
    LongBotBench,
    TelegramBench,
    TelegramHookBench,
    UrlBotBench,
    WecomBench,
)
from tests.fakes.web_bench import WebBench

BENCHES: dict[str, type[Bench]] = {
    "wecom": WecomBench,
    "wecom-bot": LongBotBench,
    "wecom-bot-url": UrlBotBench,
    "dingtalk": DingTalkBench,
    "telegram": TelegramBench,
    "telegram-webhook": TelegramHookBench,
    "web": WebBench,
}
