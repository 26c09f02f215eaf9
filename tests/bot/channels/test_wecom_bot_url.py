"""WeCom AI bot, callback URL: polled answers from any worker, one late reply, and every kind of bad input."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.channels.wecom_bot import HookBot
from bot.channels.wecom_bot.texts import CUT_SHORT, POINTER
from bot.street.port import Asked
from bot.street.words import Arrival, ClickAnswer, Fate, Kind, Load, Parcel
from tests.bot.channels.wecom_bot_stage import (
    QuickSleep,
    card,
    card_parcel,
    draft,
    final,
    person,
    push,
)
from tests.fakes.clock import FakeClock
from tests.fakes.wecom_bot_street import ClockedPad, RememberingIntake
from tests.fakes.wecom_bot_url import WeComBotUrl, door, over_http


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


@dataclass
class Stage:
    """Two workers: `bot` sends, `other` is called by the platform."""

    clock: FakeClock
    server: WeComBotUrl
    pad: ClockedPad
    intake: RememberingIntake
    bot: HookBot
    other: HookBot

    async def heard(self, count: int = 1) -> Arrival:
        """The newest of so many."""
        await self.server.until(lambda: len(self.intake.accepted) >= count)
        return self.intake.accepted[-1]


@asynccontextmanager
async def stage(scale: float = 0.05) -> AsyncIterator[Stage]:
    clock = FakeClock()
    server, pad, intake = WeComBotUrl(clock), ClockedPad(clock), RememberingIntake()
    base = await server.start()
    async with httpx.AsyncClient(timeout=0.3) as http:
        workers = [
            HookBot(
                token=server.token, aes_key=server.aes_key, pad=pad, clock=clock, api_base=base, bot_name="小成",
                http=http, media_hosts=("127.0.0.1",), sleep=QuickSleep(scale),
            )
            for _ in range(2)
        ]  # fmt: skip
        front = door(workers[1], intake)
        await front.start()
        server.post = over_http(front.url)
        try:
            yield Stage(clock, server, pad, intake, *workers)
        finally:
            await server.stop()
            await front.stop()


def test_the_url_is_verified_with_the_plain_word_and_nothing_else() -> None:
    async def story() -> None:
        async with stage() as held:
            assert await held.server.verify() == b"1616140317555161061"
            assert not held.bot.traits.push

    run(story)


def test_an_answer_is_polled_from_another_worker_until_it_ends() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            (shown,) = held.server.chats["u1"]
            assert (shown.text, shown.finished) == ("…", False), "the first frame comes in the callback"
            assert (await held.bot.send(draft(arrival, "大概"))).fate is Fate.SENT
            await held.server.until(lambda: shown.text == "大概")
            assert (await held.bot.send(final(arrival, "大概 10%"))).fate is Fate.SENT
            await held.server.until(lambda: shown.finished)
            assert shown.text == "大概 10%"

    run(story)


def test_a_group_message_a_file_and_a_rating() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "@小成 你好", group="g1")
            arrival = await held.heard()
            assert (arrival.text, arrival.address.to, arrival.address.group) == ("你好", "g1", True)
            await held.bot.send(final(arrival, "好", turn="turn-9"))
            await held.server.until(lambda: held.server.chats["g1"][0].finished)
            await held.server.rate("u1", held.server.chats["g1"][0], 1)
            rated = await held.heard(2)
            assert rated.kind is Kind.FEEDBACK
            assert rated.extra == {"feedback_id": "turn-9", "rating": "good", "comment": ""}

    run(story)


def test_a_redelivered_message_is_one_message_with_one_stream() -> None:
    async def story() -> None:
        async with stage() as held:
            held.server.lose_replies = 2
            await held.server.say("u1", "多少?")
            assert held.server.deliveries == 3
            arrival = await held.heard()
            assert len(held.intake.accepted) == 1
            await held.bot.send(final(arrival, "10%"))
            await held.server.until(lambda: held.server.see("u1") == ["10%"])
            await held.server.say("u1", "多少?", msgid=arrival.external_id)
            assert held.server.see("u1") == ["10%"], "a replay gets the answer that there is"

    run(story)


def test_a_long_answer_ends_in_time_and_the_rest_comes_by_the_late_reply() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "十份合同")
            arrival = await held.heard()
            await held.bot.send(draft(arrival, "第一份好。\n\n第二"))
            held.clock.pass_(320)
            (shown,) = held.server.chats["u1"]
            await held.server.until(lambda: shown.finished)
            assert shown.text == "第一份好。\n\n" + POINTER
            assert (await held.bot.send(final(arrival, "第一份好。\n\n第二份有错。"))).fate is Fate.SENT
            assert held.server.see("u1")[-1] == "第二份有错。"
            again = await held.bot.send(push(arrival, "还有"))
            assert again.fate is Fate.NEVER, "the response_url has one use"
            assert "自建应用" in again.note

    run(story)


def test_a_late_redelivery_does_not_begin_the_answer_anew() -> None:
    async def story() -> None:
        async with stage() as held:
            held.server.polling = False
            await held.server.say("u1", "多少?", msgid="M1")
            held.clock.pass_(320)
            await held.server.say("u1", "多少?", msgid="M1")
            assert held.server.see("u1") == [POINTER]

    run(story)


def test_without_polls_the_answer_takes_the_late_reply() -> None:
    async def story() -> None:
        async with stage(scale=0.002) as held:
            held.server.polling = False
            await held.server.say("u1", "多少?")
            assert (await held.bot.send(final(await held.heard(), "10%"))).fate is Fate.SENT
            assert held.server.see("u1") == ["…", "10%"]

    run(story)


def test_an_expired_response_url_and_a_stranger_are_a_clear_no() -> None:
    async def story() -> None:
        async with stage(scale=0.002) as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            held.clock.pass_(3700)
            assert (await held.bot.send(final(arrival, "10%"))).fate is Fate.NEVER
            assert (await held.bot.send(push(person("u2"), "早"))).fate is Fate.NEVER

    run(story)


@pytest.mark.parametrize(
    ("fault", "fate", "again"),
    [
        ("busy", Fate.LATER, Fate.SENT),
        ("limit", Fate.LATER, Fate.SENT),
        ("503", Fate.LATER, Fate.SENT),
        ("500", Fate.UNKNOWN, Fate.NEVER),
        ("hang", Fate.UNKNOWN, Fate.NEVER),
        ("html", Fate.UNKNOWN, Fate.NEVER),
        ("404", Fate.NEVER, Fate.NEVER),
    ],
)
def test_the_late_reply_is_tried_again_only_when_it_surely_was_not_used(
    fault: str, fate: Fate, again: Fate
) -> None:
    async def story() -> None:
        async with stage(scale=0.002) as held:
            held.server.polling = False
            await held.server.say("u1", "多少?")
            parcel = final(await held.heard(), "10%")
            held.server.late_faults = [fault]
            sent = await held.bot.send(parcel)
            assert sent.fate is fate
            assert "geheim" not in sent.note
            assert (await held.bot.send(parcel)).fate is again

    run(story)


def test_an_unreachable_late_reply_is_kept_for_another_try() -> None:
    async def story() -> None:
        async with stage(scale=0.002) as held:
            held.server.polling = False
            await held.server.say("u1", "多少?")
            await held.server.api.stop()
            sent = await held.bot.send(final(await held.heard(), "10%"))
            assert (sent.fate, sent.note) == (Fate.LATER, "response_url: 连不上 / no connection")

    run(story)


def test_a_response_url_of_another_host_is_never_asked() -> None:
    async def story() -> None:
        async with stage(scale=0.002) as held:
            held.server.polling = False
            held.server.api.url = "http://169.254.169.254"
            await held.server.say("u1", "多少?")
            sent = await held.bot.send(final(await held.heard(), "10%"))
            assert sent.fate is Fate.NEVER
            assert "response_url" in sent.note

    run(story)


def test_parts_of_an_answer_grow_in_one_stream_and_too_much_is_said_to_be_left_out() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            part = Parcel(id="a", load=Load.TEXT, address=arrival.address, text="先查一下。", turn="t1")
            assert (await held.bot.send(part)).fate is Fate.SENT
            assert (await held.bot.send(draft(arrival, "毛利"))).fate is Fate.SENT
            (shown,) = held.server.chats["u1"]
            await held.server.until(lambda: shown.text == "先查一下。\n\n毛利")
            long = "第一段,毛利与折扣都在授权之内。\n\n" * 1500
            assert (await held.bot.send(final(arrival, long))).fate is Fate.SENT
            assert shown.text.startswith("先查一下。")
            assert held.server.see("u1")[1].endswith(CUT_SHORT)
            assert all(len(one.encode()) <= 20480 for one in held.server.see("u1"))

    run(story)


def test_a_welcome_is_said_in_the_callback_or_not_at_all() -> None:
    async def story() -> None:
        async with stage() as held:

            async def greet(arrival: Arrival) -> None:
                assert (await held.bot.send(push(arrival, "我是小成"))).fate is Fate.SENT

            held.intake.then = greet
            await held.server.enter("u1")
            assert held.server.see("u1") == ["我是小成"]
            held.intake.then = None
            await held.server.enter("u2")
            assert "u2" not in held.server.chats
            assert (await held.bot.send(push(held.intake.accepted[-1], "迟了"))).fate is Fate.NEVER

    run(story)


def test_a_click_is_answered_with_the_card_in_the_callback() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "批一下")
            arrival = await held.heard()
            assert (await held.bot.send(card_parcel(arrival.address, card()))).fate is Fate.SENT
            shown = held.server.chats["u1"][-1]
            held.intake.answer = ClickAnswer(toast="不能批自己的 / not your own")
            await held.server.press("u1", shown, "批准 / OK")
            await held.server.until(lambda: held.server.see("u1")[-1] == "不能批自己的 / not your own")
            held.intake.answer = ClickAnswer(
                toast="已批准 / approved", card=card(settled="✅ 王总 批准 / approved")
            )
            await held.server.press("u1", shown, "批准 / OK")
            assert shown.card["sub_title_text"] == "✅ 王总 批准 / approved"
            assert [one.sender for one in held.intake.clicks] == ["u1", "u1"]
            seen = len(held.server.see("u1"))
            update = card_parcel(person("u1"), card(settled="✅ 王总 批准 / approved"), Load.CARD_UPDATE)
            assert (await held.bot.send(update)).fate is Fate.SENT
            assert len(held.server.see("u1")) == seen, "the card shows it already"

    run(story)


def test_a_slow_decision_comes_by_the_clicks_own_late_reply() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "批一下")
            await held.bot.send(card_parcel((await held.heard()).address, card()))
            held.intake.click_s = 60
            await held.server.press("u1", held.server.chats["u1"][-1], "驳回 / No")
            click = held.intake.clicks[0].click
            assert click is not None
            update = card_parcel(
                person("u1"), card(settled="✖ 驳回 / rejected"), Load.CARD_UPDATE, click.refs
            )
            early = await held.bot.send(update)
            assert (early.fate, early.after_s) == (Fate.LATER, 5.0), "the callback may still be on its way"
            held.clock.pass_(6)
            assert (await held.bot.send(update)).fate is Fate.SENT
            assert "✖" in held.server.see("u1")[-1]

    run(story)


def test_an_intake_that_fails_is_not_acknowledged_and_asked_again() -> None:
    async def story() -> None:
        async with stage() as held:
            held.intake.failing = 2
            await held.server.say("u1", "多少?")
            assert held.server.statuses[:3] == [503, 503, 200]
            assert len(held.intake.accepted) == 1

    run(story)


def test_forged_and_broken_callbacks_are_refused_and_nothing_is_handed_in() -> None:
    async def story() -> None:
        async with stage() as held:
            good = json.dumps(
                {"msgid": "M", "msgtype": "text", "from": {"userid": "u"}, "text": {"content": "x"}}
            )
            assert await held.server.raw(good, msg_signature="0" * 40) == 403
            assert await held.server.raw(good, msg_signature="不是 hex") == 403
            assert await held.server.raw(good, nonce="another") == 403
            for plain in ("{", "[]", "null", "[" * 50_000, '{"text":[]}', '{"msgtype":"text","text":7}'):
                assert await held.server.raw(plain) in {400, 200}
            bodies = (b"", b"{", b"[]", b'{"encrypt":7}', b"x" * (2 << 20), b'{"encrypt":"%%%"}')
            for body in bodies:
                asked = Asked(method="POST", query={}, headers={}, body=body)
                assert (await held.other.callback(asked, held.intake)).status in {400, 403}
            assert (
                await held.other.callback(Asked(method="GET", query={}, headers={}, body=b""), held.intake)
            ).status == 400
            assert held.intake.accepted == []
            health = held.other.health()
            assert health.figures is not None
            assert health.figures["refused"] >= 9

    run(story)


def test_an_unknown_event_is_acknowledged_empty_and_an_old_poll_ends() -> None:
    async def story() -> None:
        async with stage() as held:
            event = {
                "msgid": "E",
                "msgtype": "event",
                "from": {"userid": "u"},
                "event": {"eventtype": "enter_check_update"},
            }
            assert await held.server.raw(json.dumps(event)) == 200
            await held.server.message("u1", {"msgtype": "hologram"})
            assert "看不懂" in held.server.see("u1")[0]
            poll = {"msgid": "P", "msgtype": "stream", "from": {"userid": "u"}, "stream": {"id": "forgotten"}}
            reply = await held.server._deliver(poll)
            assert reply["stream"]["finish"]
            assert held.intake.accepted == []

    run(story)


def test_a_clock_that_is_wrong_by_hours_changes_nothing() -> None:
    async def story() -> None:
        async with stage() as held:
            good = {"msgid": "M", "msgtype": "text", "from": {"userid": "u"}, "text": {"content": "x"}}
            held.server.clock = FakeClock(held.clock.now.replace(year=2031))
            assert await held.server.raw(json.dumps(good)) == 200
            assert held.intake.accepted[0].at == held.clock.now

    run(story)


def test_the_response_url_stands_nowhere_in_clear(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        caplog.set_level(logging.DEBUG)
        caplog.set_level(
            logging.DEBUG, "httpx"
        )  # a command run earlier in this process may have quietened it
        async with stage(scale=0.002) as held:
            held.server.polling = False
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            assert "geheim" not in held.pad.everything()
            assert "geheim" not in repr(arrival)
            assert (await held.bot.send(final(arrival, "10%"))).fate is Fate.SENT
            assert "response" in caplog.text, "httpx did write the address"
            assert "geheim" not in caplog.text

    run(story)
