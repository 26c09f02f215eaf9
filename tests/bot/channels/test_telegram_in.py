"""Telegram, inwards: every update stored before it is acknowledged, read for what it is, and meant for us or not."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram.error import TimedOut

from bot.channels.telegram.fates import Refused
from bot.channels.telegram.wire import Limits, Wire
from bot.street.words import Arrival, ClickAnswer, Kind
from tests.fakes.telegram_server import Fault, TelegramServer
from tests.fakes.telegram_stage import GROUP, LI, QUICK, SECRET, WANG, asked, card, card_parcel, staged


def test_a_message_is_on_disk_before_the_next_offset() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.person(LI, "李梅")
            update = server.say(LI, "星海的商机怎么样了")
            async with staged(server, run=False) as stage:
                stage.intake.refuse = lambda _: True
                stage.running = asyncio.create_task(stage.channel.run(stage.intake))
                await stage.until(lambda: stage.figure("polls") >= 3)
                assert server.pending == [update["update_id"]], (
                    "not acknowledged while it could not be stored"
                )
                assert "存不下来" in stage.channel.health().says
                stage.intake.refuse = lambda _: False
                await stage.until(lambda: not server.pending)
                (arrival,) = stage.intake.arrivals
                assert (arrival.text, arrival.sender, arrival.sender_name) == (
                    "星海的商机怎么样了",
                    str(LI),
                    "李梅",
                )
                assert arrival.external_id == f"{server.id}:{update['update_id']}"
                assert arrival.at == datetime.fromtimestamp(server.now, UTC)
                await stage.until(lambda: stage.channel.health().ok)

    asyncio.run(story())


def test_one_update_that_cannot_be_stored_stops_its_chat_only() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            for user, text in ((LI, "一"), (LI, "坏"), (LI, "三"), (WANG, "四")):
                server.say(user, text)
            async with staged(server, run=False) as stage:
                stage.intake.refuse = lambda arrival: arrival.text == "坏"
                stage.running = asyncio.create_task(stage.channel.run(stage.intake))
                await stage.until(lambda: stage.intake.again)
                assert sorted(stage.intake.texts) == ["一", "四"]
                stage.intake.refuse = lambda _: False
                await stage.until(lambda: not server.pending)
                assert [one.text for one in stage.intake.arrivals if one.sender == str(LI)] == [
                    "一",
                    "坏",
                    "三",
                ]

    asyncio.run(story())


def test_redelivered_updates_are_the_same_arrival_and_another_bots_are_not() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            update = server.say(LI, "你好")
            async with staged(server) as stage:
                await stage.until(lambda: not server.pending)
                server.resend(update)
                await stage.until(lambda: stage.intake.again)
                assert len(stage.intake.arrivals) == 1

    asyncio.run(story())


def test_numbers_that_start_lower_after_a_quiet_week_lose_nothing() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.say(LI, "以前")
            async with staged(server, limits=replace(QUICK, poll_s=0)) as stage:
                await stage.until(lambda: not server.pending)
                polls = stage.figure("polls")
                await stage.until(lambda: stage.figure("polls") > polls + 2)
                server.restart_ids(17)
                server.say(LI, "现在")
                await stage.until(lambda: "现在" in stage.intake.texts)

    asyncio.run(story())


def test_unknown_and_broken_updates_are_passed_over() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.post({"hologram": {"id": 1}})
            server.post({"message": {"message_id": "x", "chat": None}})
            server.post({"message": {"message_id": 9, "date": 1e300, "chat": {"id": LI, "type": "private"}}})
            server.post({"callback_query": {"id": 5}})
            server.post({"edited_message": {**server.say(LI, "改过的")["message"], "edit_date": server.now}})
            server.say(LI, "还在吗", surprise_field={"deep": [1]})
            async with staged(server) as stage:
                await stage.until(lambda: not server.pending)
                assert stage.intake.texts == ["改过的", "还在吗"]
                assert stage.figure("unreadable") == 3

    asyncio.run(story())


def test_every_kind_of_content() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.attach(LI, "voice", b"OggS...", fields={"mime_type": "audio/ogg"})
            server.attach(LI, "audio", b"ID3", "录音.mp3", fields={"mime_type": "audio/mpeg"})
            server.attach(LI, "document", b"%PDF", "报价 <1>/..\\a.pdf", caption="看看这个")
            server.attach(LI, "photo", b"\xff\xd8....")
            server.attach(LI, "video", b"mp4")
            server.attach(LI, "video_note", b"mp4")
            server.attach(LI, "animation", b"mp4")
            server.attach(
                LI, "document", b"png", "图.png", fields={"mime_type": "image/png"}, media_group_id="g1"
            )
            async with staged(server) as stage:
                await stage.until(lambda: not server.pending)
                files = [one.attachments for one in stage.intake.arrivals]
                assert [len(one) for one in files] == [1] * 8
                kinds = [one.kind for (one,) in files]
                assert kinds == ["voice", "file", "file", "image", "video", "video", "video", "image"]
                voice, audio, document, photo = (one for (one,) in files[:4])
                assert (voice.mime, voice.seconds, voice.name[-4:]) == ("audio/ogg", 3.0, ".ogg")
                assert (audio.name, document.name, document.size) == ("录音.mp3", "报价 <1>/..\\a.pdf", 4)
                assert photo.ref != "small"
                assert stage.intake.arrivals[2].text == "看看这个"
                assert stage.intake.arrivals[7].extra == {"album": "g1"}

    asyncio.run(story())


def test_what_is_no_text_becomes_a_note() -> None:
    async def story() -> None:
        place = {"latitude": 31.2304, "longitude": 121.4737}
        with TelegramServer() as server:
            for extra in (
                {"location": place},
                {"venue": {"location": place, "title": "星海大厦", "address": "世纪大道 1 号"}, "location": place},
                {"contact": {"phone_number": "+8613800000000", "first_name": "陈", "last_name": "总"}},
                {"sticker": {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1,
                             "is_animated": False, "is_video": False, "emoji": "😀"}},
                {"dice": {"emoji": "🎲", "value": 3}},
                {"hologram": {"file_id": "of a later Bot API"}},
                {"new_chat_title": "服务消息"},
            ):  # fmt: skip
                server.say(LI, "", text=None, entities=None, **extra)
            async with staged(server) as stage:
                await stage.until(lambda: not server.pending)
                texts = stage.intake.texts
                assert "31.230400, 121.473700" in texts[0]
                assert "星海大厦" in texts[1]
                assert "陈 总" in texts[2]
                assert "😀" in texts[3]
                assert "cannot read" in texts[4]
                assert "cannot read" in texts[5]
                assert len(texts) == 6, "a service message is no arrival"

    asyncio.run(story())


def test_start_links_greet_or_carry_their_code() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.say(LI, "/start")
            server.say(LI, "/start K7QF2M9A")
            server.say(LI, "/approvals@chengdan_bot")
            change = {"user": {"id": server.id, "is_bot": True, "first_name": "成单"}}
            server.post({"my_chat_member": {
                "chat": {"id": GROUP, "type": "supergroup", "title": "群"}, "date": server.now,
                "from": {"id": LI, "is_bot": False, "first_name": "李梅"},
                "old_chat_member": {**change, "status": "left"},
                "new_chat_member": {**change, "status": "member"}}})  # fmt: skip
            async with staged(server) as stage:
                await stage.until(lambda: not server.pending)
                kinds = [(one.kind, one.text) for one in stage.intake.arrivals]
                assert sorted(kinds) == [
                    (Kind.HELLO, ""),
                    (Kind.HELLO, "/start"),
                    (Kind.MESSAGE, "/approvals"),
                    (Kind.MESSAGE, "/start K7QF2M9A"),
                ]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("text", "addressed", "left"),
    [
        ("@chengdan_bot 星海怎么样", True, "星海怎么样"),
        ("😀😀 @Chengdan_Bot 星海 😀", True, "😀😀 星海 😀"),
        ("@chengdan_bot2 星海怎么样", False, "@chengdan_bot2 星海怎么样"),
        ("/tasks@chengdan_bot", True, "/tasks"),
        ("/tasks@other_bot @chengdan_bot", False, "/tasks@other_bot"),
        ("大家好", False, "大家好"),
        ("/weather", False, "/weather"),
        ("chengdan_bot 不是提及", False, "chengdan_bot 不是提及"),
    ],
)
def test_in_a_group_only_what_is_meant_for_us(text: str, addressed: bool, left: str) -> None:
    async def story() -> None:
        with TelegramServer(privacy=False) as server:
            server.group(GROUP)
            server.say(LI, text, chat=GROUP, thread=7)
            async with staged(server) as stage:
                await stage.until(lambda: not server.pending)
                (arrival,) = stage.intake.arrivals
                assert (arrival.addressed, arrival.text) == (addressed, left)
                assert arrival.address.group
                assert arrival.address.to == str(GROUP)
                assert arrival.address.route["thread"] == "7"

    asyncio.run(story())


def test_an_answer_to_us_in_a_group_is_for_us_and_quotes() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.group(GROUP)
            async with staged(server) as stage:
                sent = await stage.channel.send(card_parcel(card()))
                assert sent.note  # Li never opened the chat
                server.say(LI, "/tasks", chat=GROUP)
                await stage.until(lambda: stage.intake.arrivals)
                address = stage.intake.arrivals[0].address
                await stage.channel.send(replace(card_parcel(card()), address=address))
                (shown,) = stage.seen(GROUP)
                assert shown.reply_to is not None
                server.say(LI, "批准", chat=GROUP, reply_to=shown)
                await stage.until(lambda: len(stage.intake.arrivals) == 2)
                answer = stage.intake.arrivals[1]
                assert answer.addressed
                assert "[A7F3]" in answer.quoted

    asyncio.run(story())


def _by(user: dict[str, object]) -> dict[str, Any]:
    return {"from": user}


def test_words_of_others_are_no_commands_and_chats_are_no_persons() -> None:
    async def story() -> None:
        origin = {"type": "hidden_user", "sender_user_name": "某人", "date": 1_795_000_000}
        with TelegramServer(privacy=False) as server:
            server.group(GROUP)
            server.say(LI, "/approve A7F3", forward_origin=origin)
            admin = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
            chat = {"id": GROUP, "type": "supergroup", "title": "群"}
            server.say(WANG, "@chengdan_bot 批准 A7F3", chat=GROUP, sender_chat=chat, **_by(admin))
            robot = {"id": 77, "is_bot": True, "first_name": "other"}
            server.say(WANG, "@chengdan_bot hi", chat=GROUP, **_by(robot))
            async with staged(server) as stage:
                await stage.until(lambda: not server.pending)
                by_sender = {one.sender: one.text for one in stage.intake.arrivals}
                assert by_sender[str(LI)].startswith("[转发 / forwarded]")
                assert by_sender.keys() == {str(LI), f"chat:{GROUP}"}

    asyncio.run(story())


def test_a_click_is_stored_answered_and_its_card_shown_as_it_is_now() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.say(LI, "在")
            async with staged(server) as stage:
                await stage.until(lambda: stage.intake.arrivals)
                await stage.channel.send(card_parcel(card()))
                (shown,) = stage.seen()
                settled = card(buttons=(), status="已批准 · 李梅 10:01")
                stage.intake.answer = ClickAnswer(toast="已批准", card=settled)
                query = server.press(LI, shown, "批准")
                await stage.until(lambda: query in server.toasts and shown.edits)
                assert server.toasts[query] == "已批准"
                assert shown.buttons == []
                assert "已批准 · 李梅" in shown.text
                click = stage.intake.clicks[0]
                assert click.click is not None
                assert click.click.token == "ok.0123456789abcdef"
                assert click.click.refs == {"chat_id": str(LI), "message_id": str(shown.id)}
                assert click.sender == str(LI)

    asyncio.run(story())


def test_slow_broken_and_old_clicks_are_answered_all_the_same() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.say(LI, "在")
            async with staged(server) as stage:
                await stage.until(lambda: stage.intake.arrivals)
                await stage.channel.send(card_parcel(card()))
                (shown,) = stage.seen()
                stage.intake.click_takes_s = 60
                slow = server.press(LI, shown, "批准")
                server.say(LI, "不等按钮")
                await stage.until(lambda: "不等按钮" in stage.intake.texts)
                assert slow not in server.toasts, "messages do not wait for a decision"
                await stage.until(lambda: "处理" in server.toasts.get(slow, ""))
                stage.intake.click_takes_s, stage.intake.click_breaks = 0, True
                broken = server.press(LI, shown, "驳回")
                await stage.until(lambda: "稍后" in server.toasts.get(broken, ""))
                stage.intake.click_breaks = False
                stage.intake.answer = ClickAnswer(toast="长" * 5000)
                long = server.press(LI, shown, "解释")
                await stage.until(lambda: long in server.toasts)
                server.press(LI, shown, "解释", old=True)
                await stage.until(lambda: len(stage.intake.clicks) == 4 and not server.pending)
                await stage.until(lambda: stage.channel.health().ok)

    asyncio.run(story())


def test_a_thumb_on_an_answer_is_feedback() -> None:
    from tests.fakes.telegram_stage import final

    async def story() -> None:
        with TelegramServer() as server:
            server.say(LI, "问")
            async with staged(server) as stage:
                await stage.until(lambda: stage.intake.arrivals)
                await stage.channel.send(final("答", "t41"))
                (shown,) = stage.seen()
                for emoji in ("👍", "👎", "🤔", ""):
                    server.react(LI, shown, emoji)
                server.react(LI, server.shown[0], "👍")
                await stage.until(lambda: not server.pending)
                rated = [one.extra for one in stage.intake.arrivals if one.kind is Kind.FEEDBACK]
                assert [one["rating"] for one in rated] == ["good", "bad", "cancelled"]
                assert rated[0]["feedback_id"] == "t41"

    asyncio.run(story())


def test_the_token_is_refused_in_words() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.say(LI, "在")
            async with staged(server) as stage:
                assert stage.running is not None
                await stage.until(lambda: stage.channel.health().ok)
                server.revoke()
                server.resend({"update_id": 1})
                with pytest.raises(Refused, match="BotFather") as refused:
                    await asyncio.wait_for(stage.running, 5)
                assert server.token not in str(refused.value)
                assert not stage.channel.health().ok
                assert "BotFather" in stage.channel.health().says

    asyncio.run(story())


def test_a_second_poller_is_a_sentence_and_polling_goes_on() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            text = "Conflict: terminated by other getUpdates request"
            server.fail(Fault("getUpdates", 409, text, times=3))
            server.say(LI, "还在")
            async with staged(server) as stage:
                await stage.until(lambda: "还在" in stage.intake.texts)
                assert stage.figure("conflicts") == 3
                assert [round(one) for one in stage.sleeps[:3]] == [1, 2, 4]

    asyncio.run(story())


def test_a_webhook_somebody_left_is_taken_away_without_losing_anything() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.webhook["url"] = "https://old.example/hook"
            server.say(LI, "以前的")
            async with staged(server) as stage:
                await stage.until(lambda: "以前的" in stage.intake.texts)
                server.webhook["url"] = "https://somebody.example/hook"
                server.say(LI, "中间的")
                await stage.until(lambda: "中间的" in stage.intake.texts)

    asyncio.run(story())


def test_a_dead_line_is_noticed_and_gets_new_connections() -> None:
    async def story() -> None:
        limits = Limits(poll_s=0, read_s=0.1, connect_s=0.1, pace_s=0.0)
        with TelegramServer() as server:
            async with staged(server, limits=limits) as stage:
                await stage.until(lambda: stage.channel.health().ok)
                server.black_hole = True
                server.say(LI, "在黑洞里")
                await stage.until(lambda: "TimedOut" in stage.channel.health().says)
                stage.clock.pass_(91)
                await stage.until(lambda: stage.figure("reconnects"))
                assert not stage.channel.health().ok
                server.black_hole = False
                await stage.until(lambda: "在黑洞里" in stage.intake.texts)
                await stage.until(lambda: stage.channel.health().ok)

    asyncio.run(story())


def test_a_pool_whose_connections_hang_is_thrown_away() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            wire = Wire(server.token, server.base_url, Limits(poll_s=0, read_s=20, connect_s=0.1))
            server.black_hole = True
            stuck = [asyncio.create_task(wire.updates(None)) for _ in range(4)]
            async with asyncio.timeout(5):
                while len([method for method, _ in server.calls if method == "getUpdates"]) < 4:
                    await asyncio.sleep(0.005)
            server.black_hole = False
            server.say(LI, "在")
            with pytest.raises(TimedOut, match="Pool timeout"):
                await wire.updates(None)
            await wire.renew()
            assert len(await wire.updates(None)) == 1
            await asyncio.gather(*stuck, return_exceptions=True)
            await wire.close()

    asyncio.run(story())


def test_platform_trouble_is_waited_out() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            server.fail(Fault("getUpdates", 502, html=True, times=2))
            server.fail(Fault("getUpdates", 500, times=1))
            server.fail(Fault("getUpdates", 0, times=1))
            server.flood(7, method="getUpdates")
            server.say(LI, "终于")
            async with staged(server) as stage:
                await stage.until(lambda: "终于" in stage.intake.texts)
                assert 7.0 in stage.sleeps

    asyncio.run(story())


def test_webhook_takes_only_what_has_the_secret_and_was_stored() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            url = "https://bot.example/hooks/telegram"
            async with staged(server, webhook=url) as stage:
                await stage.until(lambda: stage.channel.health().ok)
                assert (server.webhook["url"], server.secret) == (url, SECRET)
                body = json.dumps(server.say(LI, "你好")).encode()
                answers = [
                    await stage.channel.callback(one, stage.intake)
                    for one in (
                        asked(body, ""),
                        asked(body, "wrong"),
                        asked(body, "ünïcode"),
                        asked(body, method="GET"),
                        asked(b"{"),
                        asked(b"[" * 100_000),
                        asked(b'{"update_id": "1"}'),
                        asked(b"\xff\xfe"),
                        asked(b" " * 3_000_000),
                    )
                ]
                assert [one.status for one in answers] == [403, 403, 403, 405, 400, 400, 400, 400, 400]
                assert stage.intake.arrivals == []
                stage.intake.refuse = lambda _: True
                assert (await stage.channel.callback(asked(body), stage.intake)).status == 503
                stage.intake.refuse = lambda _: False
                assert (await stage.channel.callback(asked(body), stage.intake)).status == 200
                assert (await stage.channel.callback(asked(body), stage.intake)).status == 200
                assert stage.intake.texts == ["你好"]
                assert (
                    await stage.channel.callback(asked(b'{"update_id": 1, "x": {}}'), stage.intake)
                ).status == 200

    asyncio.run(story())


def test_webhook_is_set_again_when_it_was_changed_and_complaints_are_shown() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            url = "https://bot.example/hooks/telegram"
            async with staged(server, webhook=url) as stage:
                await stage.until(lambda: stage.channel.health().ok)
                server.webhook["url"] = "https://thief.example/"
                await stage.until(lambda: server.webhook["url"] == url)
                recently = int(stage.clock().timestamp()) - 60
                server.webhook |= {"last_error_date": recently, "last_error_message": "Connection refused"}
                await stage.until(lambda: "Connection refused" in stage.channel.health().says)
                assert not stage.channel.health().ok

    asyncio.run(story())


def test_a_webhook_without_a_usable_secret_is_refused() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            for secret in ("", "has space", "x" * 257):
                async with staged(
                    server, webhook="https://bot.example/hooks/telegram", secret=secret
                ) as stage:
                    assert stage.running is not None
                    with pytest.raises(Refused, match="TELEGRAM_WEBHOOK_SECRET"):
                        await asyncio.wait_for(stage.running, 5)
                    forged = asked(b'{"update_id": 1}', "")
                    assert (await stage.channel.callback(forged, stage.intake)).status == 403

    asyncio.run(story())


def test_polling_answers_no_webhook() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            async with staged(server, run=False) as stage:
                assert (await stage.channel.callback(asked(b"{}"), stage.intake)).status == 404
                assert not stage.channel.health().ok

    asyncio.run(story())


def test_a_burst_over_many_chats_keeps_each_in_order() -> None:
    async def story() -> None:
        with TelegramServer() as server:
            for number in range(150):
                server.say(LI + number % 15, str(number))
            async with staged(server) as stage:
                await stage.until(lambda: not server.pending)
                by_chat: dict[str, list[Arrival]] = {}
                for arrival in stage.intake.arrivals:
                    by_chat.setdefault(arrival.sender, []).append(arrival)
                assert len(stage.intake.arrivals) == 150
                for arrivals in by_chat.values():
                    numbers = [int(one.text) for one in arrivals]
                    assert numbers == sorted(numbers)

    asyncio.run(story())
