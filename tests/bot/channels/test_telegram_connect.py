"""Connecting Telegram, and strangers' code as a witness: PTB's own Application talks to the fake as to the real server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from telegram import Update
from telegram.error import BadRequest
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.channel_settings import ChannelSettings
from bot.channels.telegram import from_settings
from bot.checkup import Finding
from bot.connect.telegram import STEPS, check, commands
from tests.fakes.clock import FakeClock
from tests.fakes.telegram_server import Fault, TelegramServer
from tests.fakes.telegram_stage import LI, SECRET, Stage, asked, staged
from tests.fakes.telegram_street import FakePad

HOOK = "https://bot.example/hooks/telegram"


def _settings(server: TelegramServer | None, **more: Any) -> ChannelSettings:
    token = server.token if server else ""
    known = {"telegram_bot_token": SecretStr(token), "telegram_api_base": server.base_url if server else "x"}
    return ChannelSettings(_env_file=None, **{**known, **more})


def _check(settings: ChannelSettings) -> list[Finding]:
    async def story() -> list[Finding]:
        async with httpx.AsyncClient(timeout=2) as http:
            return await check(settings, http)

    return asyncio.run(story())


def _levels(found: list[Finding]) -> dict[str, str]:
    return {one.what.removeprefix("Telegram "): one.level for one in found}


def test_all_is_well_and_the_menu_is_set_once() -> None:
    with TelegramServer() as server:
        found = _check(_settings(server))
        assert {one.level for one in found} == {"ok"}, found
        assert server.commands == commands()
        assert all(one["command"] not in ("quit", "as") for one in commands())
        assert {"approvals", "help", "done"} <= {one["command"] for one in commands()}
        _check(_settings(server))
        assert sum(method == "setMyCommands" for method, _ in server.calls) == 1


def test_what_is_wrong_is_said_with_what_to_do() -> None:
    assert _check(_settings(None))[0].level == "broken"
    with TelegramServer(privacy=False) as server:
        secret = SecretStr(SECRET)
        wrong = _check(_settings(server, telegram_bot_token=SecretStr("123:nonsense")))
        assert "/token" in wrong[0].fix
        assert "样子不对" in wrong[0].says
        server.webhook |= {"url": "https://other.example/very/secret"}
        left = _check(_settings(server))
        assert _levels(left) == {
            "token": "ok",
            "群 / groups": "note",
            "收消息 / way in": "note",
            "命令菜单 / command menu": "ok",
        }
        assert "very/secret" not in str(left)
        unset = _check(_settings(server, telegram_webhook_url=HOOK, telegram_webhook_secret=secret))
        assert _levels(unset)["回调 / webhook"] == "note"
        server.webhook |= {"url": HOOK, "last_error_date": server.now, "last_error_message": "SSL error"}
        for number in range(101):
            server.say(LI, str(number))
        failing = _check(_settings(server, telegram_webhook_url=HOOK, telegram_webhook_secret=secret))
        assert _levels(failing)["积压 / backlog"] == "note"
        assert any("SSL error" in one.says for one in failing)
        bad = _check(_settings(server, telegram_webhook_url="http://bot.example:9000/x"))
        assert _levels(bad)["回调地址 / webhook URL"] in ("broken", "note")
        assert _levels(bad)["回调口令 / secret"] == "broken"
        server.fail(Fault("getWebhookInfo", 502, html=True))
        assert _levels(_check(_settings(server)))["接口 / API"] == "broken"
        settings = _settings(server)
    gone = _check(settings)
    assert gone[0].level == "broken"
    assert server.token not in str(gone)


def test_steps_name_settings_that_exist() -> None:
    for step in STEPS:
        assert step.setting.lower() in ChannelSettings.model_fields
        assert step.secret == (step.setting.endswith(("TOKEN", "SECRET")))


def test_no_token_no_channel() -> None:
    assert from_settings(_settings(None), FakePad(), FakeClock()) is None
    with TelegramServer() as server:
        channel = from_settings(_settings(server), FakePad(), FakeClock())
        assert channel is not None
        assert channel.name == "telegram"


def test_ptbs_own_application_takes_the_fake_for_telegram() -> None:
    """The vendor's polling, sending, editing, callbacks and downloads against the fake, without a line of ours."""

    async def story() -> None:
        with TelegramServer() as server:
            done = asyncio.Event()

            async def said(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
                assert update.message is not None
                if update.message.document is not None:
                    file = await update.message.document.get_file()
                    body = await file.download_as_bytearray()
                    await update.message.reply_text(body.decode())
                    return
                sent = await update.message.reply_html("<b>1</b> &lt; 2")
                await sent.edit_text("改 <b>过</b>", parse_mode="HTML")
                with pytest.raises(BadRequest, match="not modified"):
                    await sent.edit_text("改 <b>过</b>", parse_mode="HTML")
                with pytest.raises(BadRequest, match="parse entities"):
                    await update.message.reply_html("<b>x")

            async def pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
                assert update.callback_query is not None
                await update.callback_query.answer("好")
                done.set()

            builder = ApplicationBuilder().token(server.token)
            builder = builder.base_url(f"{server.base_url}/bot").base_file_url(f"{server.base_url}/file/bot")
            app = builder.job_queue(None).build()
            app.add_handler(MessageHandler(filters.ALL, said))
            app.add_handler(CallbackQueryHandler(pressed))
            server.say(LI, "你好")
            server.attach(LI, "document", "内容".encode(), "a.txt")
            async with app, staged(server, run=False) as stage:
                await app.start()
                assert app.updater is not None
                await app.updater.start_polling(timeout=1)
                await stage.until(lambda: [one.text for one in server.seen(LI)] == ["改 过", "内容"])
                server.shown[-1].buttons = [[{"text": "按", "callback_data": "x"}]]
                query = server.press(LI, server.shown[-1], "按")
                await asyncio.wait_for(done.wait(), 5)
                assert server.toasts[query] == "好"
                await app.updater.stop()
                await app.stop()

    asyncio.run(story())


def test_telegram_pushes_to_a_real_port_until_it_is_taken() -> None:
    """The fake's own deliveries over HTTP: out of order never, again until 200."""

    async def story() -> None:
        with TelegramServer() as server, _port() as (address, hook):
            async with staged(server, webhook=f"{address}/hooks/telegram") as stage:
                hook.loop, hook.stage = asyncio.get_running_loop(), stage
                await stage.until(lambda: server.secret)
                server.say(LI, "一")
                server.say(LI, "二")
                stage.intake.refuse = lambda arrival: arrival.text == "二"
                assert await asyncio.to_thread(server.push) == [200, 503]
                stage.intake.refuse = lambda _: False
                assert await asyncio.to_thread(server.push) == [200]
                assert stage.intake.texts == ["一", "二"]

    asyncio.run(story())


class _Hook(BaseHTTPRequestHandler):
    """A web server's route, as thin as can be."""

    loop: asyncio.AbstractEventLoop
    stage: Stage

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        secret = self.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        told = self.stage.channel.callback(asked(body, secret), self.stage.intake)
        answer = asyncio.run_coroutine_threadsafe(told, self.loop).result(5)
        self.send_response(answer.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to say."""


@contextmanager
def _port() -> Iterator[tuple[str, type[_Hook]]]:
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Hook)
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}", _Hook
    finally:
        http.shutdown()
        http.server_close()
        thread.join(5)
