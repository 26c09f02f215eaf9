"""WeCom AI bot, long connection: everything that breaks, and what becomes of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bot.channels.wecom_bot import BotRefused
from bot.channels.wecom_bot.line import Patience
from bot.channels.wecom_bot.link import Pace
from bot.channels.wecom_bot.texts import POINTER
from bot.street.words import Fate, Load
from tests.bot.channels.wecom_bot_stage import (
    IMPATIENT,
    SLOW,
    Stage,
    draft,
    file_parcel,
    final,
    long_bot,
    person,
    push,
    stage,
)
from tests.fakes.wecom_bot_server import EXPIRED


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


async def reconnected(held: Stage, subscribes: int = 2) -> None:
    await held.server.until(lambda: held.server.subscribes >= subscribes and held.bot.health().ok)


@pytest.mark.parametrize("how", ["clean close", "going away", "cut"])
def test_whatever_ends_the_connection_it_comes_back(how: str) -> None:
    async def story() -> None:
        async with stage() as held:
            if how == "cut":
                held.server.cut()
            else:
                await held.server.close(1000 if how == "clean close" else 1001)
            await reconnected(held)
            await held.server.say("u1", "还在吗")
            arrival = await held.heard()
            assert (await held.bot.send(final(arrival, "在"))).fate is Fate.SENT

    run(story)


def test_a_half_open_connection_is_found_and_healed() -> None:
    async def story() -> None:
        async with stage(pace=Pace(ack_s=0.5), scale=0.002) as held:
            held.server.silent = True  # the socket stays, nothing is read or answered
            await held.server.until(lambda: not held.bot.health().ok)
            held.server.silent = False
            await reconnected(held)

    run(story)


def test_missed_heartbeats_end_a_connection_that_still_talks() -> None:
    async def story() -> None:
        async with stage(pace=Pace(), scale=0.002) as held:
            held.server.mute_pings = True
            await held.server.until(lambda: held.server.subscribes >= 2)
            assert held.server.pings >= 2
            held.server.mute_pings = False
            await reconnected(held)

    run(story)


def test_a_quiet_connection_with_answered_heartbeats_is_left_alone() -> None:
    async def story() -> None:
        async with stage(pace=Pace(), scale=0.002) as held:
            await held.server.until(lambda: held.server.pings >= 6)
            assert held.server.subscribes == 1

    run(story)


def test_a_connection_that_only_answers_pings_is_opened_anew() -> None:
    async def story() -> None:
        async with stage(pace=Pace(ack_s=0.3, idle_beats=3), scale=0.002) as held:
            await reconnected(held)

    run(story)


def test_back_off_grows_to_thirty_seconds_and_shrinks_after_a_good_connection() -> None:
    async def story() -> None:
        async with stage(scale=0.0005) as held:
            await held.server.stop()
            await held.server.until(lambda: held.bot.line._failures >= 9)
            waits = [
                one for one in held.sleep.asked if one not in (1.0, SLOW.beat_s)
            ]  # not the sweep, not the heartbeat
            assert 15 <= max(waits) <= 30
            assert min(waits) >= 1
            assert not held.bot.health().ok
            sent = await held.bot.send(push(person("u1"), "x"))
            assert sent.fate is Fate.LATER, "without a connection it surely did not leave"

    run(story)


def test_an_evicted_bot_closes_cools_down_and_comes_back() -> None:
    async def story() -> None:
        async with stage() as held:
            held.server.zombie = True  # the platform leaves the socket open and goes on answering pings
            await held.server.evict()
            await held.server.until(lambda: not held.bot.health().ok)
            assert "挤下线" in held.bot.health().says
            await reconnected(held)
            assert any(60 <= one <= 90 for one in held.sleep.asked), "a long cool-down, with jitter"

    run(story)


def test_two_instances_do_not_evict_each_other_for_ever() -> None:
    async def story() -> None:
        async with stage(patience=Patience(evictions=3, cool_s=1, coolest_s=2)) as held:
            other = long_bot(
                held.server, held.clock, held.pad, held.http, held.sleep,
                SLOW, Patience(evictions=3, cool_s=1, coolest_s=2),
            )  # fmt: skip
            second = asyncio.create_task(other.run(held.intake))
            done, pending = await asyncio.wait({held.running, second}, return_when=asyncio.FIRST_COMPLETED)
            with pytest.raises(BotRefused, match="只保留一个实例"):
                await next(iter(done))
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    run(story)


def test_wrong_credentials_stop_after_five_tries_with_words_and_without_the_secret() -> None:
    async def story() -> None:
        async with stage(secret="totally-wrong", scale=0.001, ready=False) as held:
            with pytest.raises(BotRefused, match="WECOM_BOT_SECRET") as caught:
                await held.running
            assert held.server.subscribes == 5
            assert "totally-wrong" not in str(caught.value)
            assert not held.bot.health().ok

    run(story)


def test_credentials_revoked_in_flight_and_a_busy_platform_are_two_things() -> None:
    async def story() -> None:
        async with stage(scale=0.001) as held:
            held.server.subscribe_errors = [-1] * 8  # busy: no refusal, however often
            held.server.cut()
            await reconnected(held, 10)
            held.server.subscribe_errors = [40001] * 5
            held.server.cut()
            with pytest.raises(BotRefused):
                await held.running

    run(story)


def test_a_final_frame_without_an_ack_is_unknown_and_not_said_again() -> None:
    async def story() -> None:
        async with stage(pace=IMPATIENT) as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            await held.bot.send(draft(arrival, "大概"))
            held.server.drop_acks = 1
            assert (await held.bot.send(final(arrival, "大概 10%"))).fate is Fate.UNKNOWN
            assert held.server.see("u1") == ["大概 10%"]
            assert held.server.chats["u1"][0].finished

    run(story)


def test_a_connection_lost_while_waiting_for_the_ack_is_unknown() -> None:
    async def story() -> None:
        async with stage(pace=SLOW) as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            held.server.drop_acks = 1
            sending = asyncio.create_task(held.bot.send(final(arrival, "10%")))
            await held.server.until(lambda: held.server.chats["u1"])
            held.server.cut()
            assert (await sending).fate is Fate.UNKNOWN

    run(story)


def test_a_lost_ack_of_a_draft_is_not_taken_for_the_finals() -> None:
    async def story() -> None:
        async with stage(pace=IMPATIENT) as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            held.server.drop_acks = 1
            assert (await held.bot.send(draft(arrival, "一"))).fate is Fate.UNKNOWN
            assert (await held.bot.send(final(arrival, "一二"))).fate is Fate.SENT
            assert held.server.see("u1") == ["一二"]

    run(story)


def test_a_late_ack_of_a_draft_does_not_hide_that_the_final_was_refused() -> None:
    async def story() -> None:
        async with stage(pace=Pace(ack_s=0.5, beat_s=300)) as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            held.server.ack_delay_s = 0.6
            assert (await held.bot.send(draft(arrival, "一"))).fate is Fate.UNKNOWN
            held.server.ack_delay_s = 0.25
            held.server.errors["aibot_respond_msg"] = [EXPIRED]
            assert (await held.bot.send(final(arrival, "一二"))).fate is Fate.SENT
            assert held.server.see("u1") == ["一", "一二"], "it went as a push"

    run(story)


def test_two_frames_of_one_request_id_are_never_under_way_at_once() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "多少?")
            req_id = (await held.heard()).address.route["req_id"]
            held.server.ack_delay_s = 0.01
            link = held.bot.line.link
            assert link is not None
            stream = {"id": "s", "finish": False, "content": "x"}
            asks = [
                link.ask("aibot_respond_msg", req_id, {"msgtype": "stream", "stream": stream})
                for _ in range(4)
            ]
            assert [ack.code for ack in await asyncio.gather(*asks)] == [0] * 4
            assert held.server.violations == []

    run(story)


def test_frames_of_one_answer_wait_for_each_other_and_only_the_last_counts() -> None:
    async def story() -> None:
        async with stage(pace=SLOW) as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            held.server.ack_delay_s = 0.02
            drafts = [held.bot.send(draft(arrival, "字" * n)) for n in range(1, 9)]
            sent = await asyncio.gather(*drafts, held.bot.send(final(arrival, "字" * 9)))
            assert sent[-1].fate is Fate.SENT
            (shown,) = held.server.chats["u1"]
            assert shown.history == ["字", "字" * 9], "what came while an ack was awaited was let go"
            assert held.server.violations == []

    run(story)


@pytest.mark.parametrize("code", [846605, 846608, 40058])
def test_a_refused_stream_is_said_by_a_push(code: int) -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            await held.bot.send(draft(arrival, "大"))
            held.server.errors["aibot_respond_msg"] = [code]
            assert (await held.bot.send(final(arrival, "大概 10%"))).fate is Fate.SENT
            assert held.server.see("u1")[-1] == "大概 10%"
            if code == 40058:
                assert held.server.chats["u1"][0].finished, "a stream is never left open"

    run(story)


def test_an_old_request_id_after_a_restart_falls_back_to_a_push() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            held.clock.pass_(86400 + 1)
            assert (await held.bot.send(final(arrival, "10%"))).fate is Fate.SENT
            assert [one.kind for one in held.server.chats["u1"]] == ["markdown"]

    run(story)


def test_a_long_answer_is_ended_in_time_and_its_rest_is_pushed() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "把十份合同都看一遍")
            arrival = await held.heard()
            await held.bot.send(draft(arrival, "第一份没问题。\n\n第二份"))
            held.clock.pass_(320)
            await held.server.until(lambda: held.server.chats["u1"][0].finished)
            assert held.server.see("u1") == ["第一份没问题。\n\n" + POINTER]
            assert (await held.bot.send(draft(arrival, "第一份没问题。\n\n第二份有"))).fate is Fate.NEVER
            done = "第一份没问题。\n\n第二份有一处违约金写反了。"
            assert (await held.bot.send(final(arrival, done))).fate is Fate.SENT
            assert held.server.see("u1")[-1] == "第二份有一处违约金写反了。"

    run(story)


def test_a_stream_left_open_by_a_crash_is_ended_by_the_next_process() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            await held.bot.send(draft(arrival, "大概"))
            held.running.cancel()
            held.clock.pass_(320)
            again = long_bot(held.server, held.clock, held.pad, held.http, held.sleep)
            held.bot, held.running = again, asyncio.create_task(again.run(held.intake))
            await held.server.until(lambda: held.server.chats["u1"][0].finished)
            assert (await again.send(final(arrival, "大概 10%"))).fate is Fate.SENT
            assert held.server.see("u1") == [POINTER, "大概 10%"]

    run(story)


def test_an_answer_goes_on_in_its_stream_after_a_crash_within_the_time() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            await held.bot.send(draft(arrival, "大概"))
            held.running.cancel()
            again = long_bot(held.server, held.clock, held.pad, held.http, held.sleep)
            held.bot, held.running = again, asyncio.create_task(again.run(held.intake))
            await held.server.until(lambda: again.health().ok)
            assert (await again.send(final(arrival, "大概 10%"))).fate is Fate.SENT
            assert held.server.see("u1") == ["大概 10%"]

    run(story)


def test_ten_thousand_characters_lose_nothing() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "长" * 10_000)
            arrival = await held.heard()
            assert len(arrival.text) == 10_000
            text = "".join(f"第{n}段,毛利与折扣都在授权之内。\n\n" for n in range(1, 1200))
            assert (await held.bot.send(draft(arrival, text))).fate is Fate.SENT
            parcel = final(arrival, text)
            assert (await held.bot.send(parcel)).fate is Fate.SENT
            shown = held.server.see("u1")
            assert len(shown) == 3
            assert all(len(one.encode()) <= 20480 for one in shown)
            assert "".join("".join(shown).split()) == "".join(text.split())

    run(story)


def test_limits_and_refusals_have_their_fates() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "hi")
            await held.heard()
            held.server.errors["aibot_send_msg"] = [-1, 45009, 40003, EXPIRED]
            fates = [await held.bot.send(push(person("u1"), "x")) for _ in range(3)]
            assert [one.fate for one in fates] == [Fate.LATER, Fate.LATER, Fate.NEVER]
            assert [one.after_s for one in fates] == [2.0, 60.0, 0.0]
            nobody = await held.bot.send(push(person("stranger"), "x"))
            assert nobody.fate is Fate.NEVER
            assert "errcode" in nobody.note

    run(story)


def test_a_platform_that_counts_refreshes_gets_fewer_of_them_and_the_end() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "多少?")
            arrival = await held.heard()
            await held.bot.send(draft(arrival, "大"))
            held.server.errors["aibot_respond_msg"] = [45009]
            assert (await held.bot.send(draft(arrival, "大概"))).fate is Fate.LATER
            assert (await held.bot.send(draft(arrival, "大概 1"))).fate is Fate.SENT
            assert held.server.see("u1") == ["大"], "quiet until the end"
            assert (await held.bot.send(final(arrival, "大概 10%"))).fate is Fate.SENT
            assert held.server.see("u1") == ["大概 10%"]

    run(story)


def test_files_go_in_pieces_and_take_up_where_they_broke_off(tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(pace=IMPATIENT) as held:
            await held.server.say("u1", "报价单?")
            await held.heard()
            data = bytes(range(256)) * 6000  # 1.5 MB: three pieces
            (tmp_path / "x").write_bytes(data)
            parcel = file_parcel(person("u1"), tmp_path / "x", "../报价单\u202e.pdf")
            held.server.errors["aibot_upload_media_chunk"] = [-1, 0, 45009]
            assert (await held.bot.send(parcel)).fate is Fate.LATER
            held.server.drop_acks = 1
            assert (await held.bot.send(parcel)).fate is Fate.SENT
            shown = held.server.chats["u1"][-1]
            assert (shown.kind, shown.name, shown.data) == ("file", "报价单.pdf", data)
            sent = [one["cmd"] for one in held.server.frames if one["cmd"].startswith("aibot_upload")]
            assert sent.count("aibot_upload_media_init") == 1
            first = [one for one in held.server.frames if one.get("body", {}).get("chunk_index") == 0]
            assert len(first) == 2, "once refused, once taken; not sent again by the second try"

    run(story)


def test_pictures_files_that_are_too_large_and_files_that_are_gone(tmp_path: Path) -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "图?")
            await held.heard()
            (tmp_path / "p").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 50)
            (tmp_path / "w").write_bytes(b"RIFF....WEBP" * 10)
            (tmp_path / "big").write_bytes(b"0" * (30 << 20))
            for name in ("p", "w"):
                parcel = file_parcel(person("u1"), tmp_path / name, name, Load.IMAGE)
                assert (await held.bot.send(parcel)).fate is Fate.SENT
            assert [one.kind for one in held.server.chats["u1"]] == ["image", "file"]
            for name, words in (("big", "30 MB"), ("nothing", "不在了")):
                sent = await held.bot.send(file_parcel(person("u1"), tmp_path / name, name))
                assert sent.fate is Fate.NEVER
                assert words in sent.note

    run(story)


def test_nothing_secret_in_the_log_or_on_the_pad(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        caplog.set_level(logging.INFO)
        async with stage() as held:
            held.intake.failing = 1
            await held.server.say("u1", "客户机密 4711")
            arrival = await held.heard()
            await held.bot.send(draft(arrival, "机密 4711"))
            held.server.cut()
            await reconnected(held)
            spoken = caplog.text + held.pad.everything()
            for secret in (held.server.secret, "4711", "机密"):
                assert secret not in spoken

    run(story)
