"""WeCom AI bot, long connection: what comes in and how it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from bot.street.words import ClickAnswer, Fate, Kind, Load
from tests.bot.channels.wecom_bot_stage import (
    Stage,
    card,
    card_parcel,
    draft,
    final,
    person,
    push,
    stage,
)
from tests.fakes.wecom_bot_server import Shown


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


async def said(held: Stage, text: str = "你好") -> Shown:
    """A message and a finished answer to it."""
    count = len(held.intake.accepted) + 1
    await held.server.say("u1", text)
    sent = await held.bot.send(final(await held.heard(count), "好"))
    assert sent.fate is Fate.SENT
    return held.server.chats["u1"][-1]


def test_a_message_is_answered_by_one_stream_that_grows_and_ends() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "年框折扣多少?")
            arrival = await held.heard()
            assert (arrival.sender, arrival.address.to, arrival.text) == ("u1", "u1", "年框折扣多少?")
            assert not arrival.address.group
            for text in ("", "一般", "一般是 **10%**"):
                assert (await held.bot.send(draft(arrival, text))).fate is Fate.SENT
            assert (await held.bot.send(final(arrival, "一般是 **10%** 到 12%"))).fate is Fate.SENT
            (shown,) = held.server.chats["u1"]
            assert shown.history == ["…", "一般", "一般是 **10%**", "一般是 **10%** 到 12%"]
            assert shown.finished
            assert shown.feedback == "t1", "the first frame names the turn, so that a rating finds it"
            assert held.server.violations == []

    run(story)


def test_a_group_message_comes_without_the_bots_name_and_with_its_quote() -> None:
    async def story() -> None:
        async with stage() as held:
            quote = {"msgtype": "text", "text": {"content": "毛利 31%"}}
            await held.server.say("u1", "@小 成 这个对吗", group="g1", quote=quote)
            arrival = await held.heard()
            assert (arrival.text, arrival.quoted, arrival.sender) == ("这个对吗", "毛利 31%", "u1")
            assert (arrival.address.to, arrival.address.group) == ("g1", True)
            assert (await held.bot.send(final(arrival, "对"))).fate is Fate.SENT
            assert (await held.bot.send(push(arrival, "另外"))).fate is Fate.SENT
            assert held.server.see("g1") == ["对", "另外"]
            assert held.server.frames[-1]["body"]["chat_type"] == 2

    run(story)


def test_voice_mixed_and_quoted_pictures() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.speak("u1", "把报价改成八折")
            assert (await held.heard()).text == "把报价改成八折"
            assert held.intake.accepted[-1].extra == {"spoken": "1"}
            url, key = held.server.store.put(b"png", b"k" * 32)
            image = {"msgtype": "image", "image": {"url": url, "aeskey": key}}
            text = {"msgtype": "text", "text": {"content": "@小 成 看这张"}}
            mixed = {"msgtype": "mixed", "mixed": {"msg_item": [text, image]}}
            await held.server.push_message("u1", mixed, "g1")
            arrival = await held.heard(2)
            assert (arrival.text, [one.kind for one in arrival.attachments]) == ("看这张", ["image"])
            await held.server.say("u1", "这是什么", quote=image)
            arrival = await held.heard(3)
            assert (arrival.quoted, arrival.attachments[0].ref) == ("[图片 / image]", url)

    run(story)


def test_redelivery_is_handed_in_with_the_same_id() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.say("u1", "一", msgid="CAIQ1")
            await held.server.say("u1", "一", msgid="CAIQ1")
            await held.server.say("u1", "二")
            await held.heard(2)
            assert [one.text for one in held.intake.accepted] == ["一", "二"]
            assert held.intake.accepted[0].external_id == "CAIQ1"

    run(story)


def test_a_welcome_within_five_seconds_and_not_after() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.enter("u1")
            arrival = await held.heard()
            assert arrival.kind is Kind.HELLO
            assert (await held.bot.send(push(arrival, "我是小成"))).fate is Fate.SENT
            assert held.server.see("u1") == ["我是小成"]
            await held.server.enter("u2")
            late = await held.heard(2)
            held.clock.pass_(6)
            assert (await held.bot.send(push(late, "我是小成"))).fate is Fate.NEVER
            assert "u2" not in held.server.chats, "who never wrote cannot be pushed to either"

    run(story)


def test_feedback_names_the_turn_and_its_reasons() -> None:
    async def story() -> None:
        async with stage() as held:
            shown = await said(held)
            await held.server.rate("u1", shown, 2, "数字是去年的", (3, 4))
            rated = await held.heard(2)
            assert rated.kind is Kind.FEEDBACK
            assert rated.extra["feedback_id"] == "t1"
            assert rated.extra["rating"] == "bad"
            assert rated.extra["comment"] == "数字是去年的; 有错 / wrong; 数据分析不对 / bad data analysis"
            await held.server.rate("u1", shown, 3)
            assert (await held.heard(3)).extra["rating"] == "cancelled"

    run(story)


def test_a_click_changes_the_card_within_its_five_seconds() -> None:
    async def story() -> None:
        async with stage() as held:
            await said(held)
            sent = await held.bot.send(card_parcel(person("u1"), card()))
            assert sent.refs == {"task_id": "k1"}
            shown = held.server.chats["u1"][-1]
            assert [one["text"] for one in shown.card["button_list"]] == ["批准 / OK", "驳回 / No"]
            decided = card(settled="✅ 王总 10:02 批准 / approved")
            held.intake.answer = ClickAnswer(toast="已批准 / approved", card=decided)
            await held.server.press("u1", shown, "批准 / OK")
            await held.server.until(lambda: "button_list" not in shown.card)
            click = held.intake.clicks[0].click
            assert click is not None
            assert (click.token, click.refs["task_id"]) == ("ok:A7F3:k1", "k1")
            assert "王总" in shown.card["sub_title_text"]
            assert len(held.server.chats["u1"]) == 2, "the card says it; no further line"
            update = card_parcel(person("u1"), decided, Load.CARD_UPDATE, sent.refs)
            assert (await held.bot.send(update)).fate is Fate.SENT
            assert len(held.server.chats["u1"]) == 2, "this card shows it already"

    run(story)


def test_a_clicks_answer_and_the_copys_update_at_once_are_one_change() -> None:
    async def story() -> None:
        async with stage() as held:
            await said(held)
            await held.bot.send(card_parcel(person("u1"), card()))
            shown = held.server.chats["u1"][-1]
            decided = card(settled="✅ 王总 批准 / approved")
            held.intake.answer = ClickAnswer(toast="已批准 / approved", card=decided)
            held.intake.click_s = 0.05
            await held.server.press("u1", shown, "批准 / OK")
            await held.server.until(lambda: held.intake.clicks)
            click = held.intake.clicks[0].click
            assert click is not None
            update = card_parcel(person("u1"), decided, Load.CARD_UPDATE, click.refs)
            assert (await held.bot.send(update)).fate is Fate.SENT
            await asyncio.sleep(0.1)
            assert "button_list" not in shown.card
            assert len(held.server.chats["u1"]) == 2

    run(story)


def test_a_refused_click_is_told_to_the_one_who_pressed() -> None:
    async def story() -> None:
        async with stage() as held:
            await said(held)
            await held.bot.send(card_parcel(person("u1"), card()))
            shown = held.server.chats["u1"][-1]
            held.intake.answer = ClickAnswer(toast="不能批自己的 / not your own")
            await held.server.press("u1", shown, "批准 / OK")
            await held.server.until(lambda: held.server.see("u1")[-1] == "不能批自己的 / not your own")
            assert "button_list" in shown.card

    run(story)


def test_a_copy_nobody_pressed_is_settled_by_a_message() -> None:
    async def story() -> None:
        async with stage() as held:
            await said(held)
            await held.bot.send(card_parcel(person("u1"), card()))
            decided = card(settled="✅ 王总 批准 / approved")
            sent = await held.bot.send(
                card_parcel(person("u1"), decided, Load.CARD_UPDATE, {"task_id": "k1"})
            )
            assert sent.fate is Fate.SENT
            assert held.server.see("u1")[-1] == "**折扣审批 12%**(A7F3)\n✅ 王总 批准 / approved"

    run(story)


def test_a_slow_decision_comes_by_message_when_the_window_is_over() -> None:
    async def story() -> None:
        async with stage() as held:
            await said(held)
            await held.bot.send(card_parcel(person("u1"), card()))
            held.intake.click_s = 10
            await held.server.press("u1", held.server.chats["u1"][-1], "批准 / OK")
            await held.server.until(lambda: held.intake.clicks)
            held.clock.pass_(6)
            click = held.intake.clicks[0].click
            assert click is not None
            decided = card(settled="✅ 批准 / approved")
            update = card_parcel(person("u1"), decided, Load.CARD_UPDATE, click.refs)
            assert (await held.bot.send(update)).fate is Fate.SENT
            assert "✅" in held.server.see("u1")[-1]

    run(story)


def test_what_the_card_cannot_hold_goes_before_it_once() -> None:
    async def story() -> None:
        async with stage() as held:
            await said(held)
            many = tuple((f"收件人{n}", f"someone-with-a-long-name-{n}@example.com") for n in range(9))
            parcel = card_parcel(person("u1"), card(facts=many, body="⟦正文⟧\n第二行"))
            assert (await held.bot.send(parcel)).fate is Fate.SENT
            text, shown = held.server.chats["u1"][-2:]
            assert text.text.count("@example.com") == 9
            assert "⟦正文⟧" in text.text
            assert shown.card["sub_title_text"] == "全文见上一条 / in full in the message above"

    run(story)


def test_a_card_that_failed_after_its_text_does_not_repeat_the_text() -> None:
    async def story() -> None:
        async with stage() as held:
            await said(held)
            parcel = card_parcel(person("u1"), card(body="⟦长⟧" * 80))
            held.server.count_limit = 2
            sent = await held.bot.send(parcel)
            assert (sent.fate, sent.after_s) == (Fate.LATER, 60.0)
            held.clock.pass_(61)
            assert (await held.bot.send(parcel)).fate is Fate.SENT
            assert [one.kind for one in held.server.chats["u1"]] == ["stream", "markdown", "template_card"]

    run(story)


def test_unknown_and_broken_frames_are_left_out_and_the_next_is_heard() -> None:
    async def story() -> None:
        async with stage() as held:
            await held.server.push_event("u1", {"eventtype": "auth_change_event"})
            await held.server.push_message("u1", {"msgtype": "hologram", "hologram": {}})
            await held.server.until(lambda: "看不懂" in "".join(held.server.see("u1")))
            await held.server.push_message("u1", {"msgtype": "text", "text": ["no", "object"]})
            for raw in (
                "{",
                "[]",
                '"x"',
                "[" * 100_000,
                '{"cmd":7,"headers":3}',
                '{"cmd":"aibot_msg_callback"}',
            ):
                await held.server.raw(raw)
            await held.server.say("u1", "还在吗\ud800\x00".encode("utf-8", "replace").decode())
            arrival = await held.heard()
            assert arrival.text == "还在吗?"
            assert held.bot.health().ok

    run(story)


def test_an_intake_that_fails_is_asked_again_and_at_last_the_sender_is_told() -> None:
    async def story() -> None:
        async with stage() as held:
            held.intake.failing = 2
            await held.server.say("u1", "第一")
            assert (await held.heard()).text == "第一"
            held.intake.failing = 99
            await held.server.say("u2", "第二")
            await held.server.until(lambda: held.server.chats.get("u2"))
            assert held.server.chats["u2"][0].finished
            assert "请再发一次" in held.server.see("u2")[0]
            held.intake.failing = 0
            await held.server.say("u1", "第三")
            assert (await held.heard(2)).text == "第三"

    run(story)
