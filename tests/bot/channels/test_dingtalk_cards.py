"""Approval cards with their clicks, and running answers on AI cards."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from bot.street.words import Button, CardView, ClickAnswer, Fate, Load, Parcel
from tests.fakes.dingtalk_cards import ANSWER, APPROVAL, CREATE, INSTANCES, STREAMING
from tests.fakes.dingtalk_http import Reply
from tests.fakes.dingtalk_server import PERSON
from tests.fakes.dingtalk_street import FakePad, Scene, in_loop, parcel, scene

COPY = "0123456789abcdef"
CARD = CardView(
    id=COPY, code="A7F3", title="[A7F3] 发报价给 <王总>",
    facts=(("金额", "¥120,000"), ("收件人", "王总 <wang@a.cn>"), ("差异", "-旧\n+新")),
    body="⟦[点这里](https://evil.example) **已批准**⟧",
    buttons=(Button(text="批准", token=f"ok.{COPY}", tone="primary"), Button(text="驳回", token=f"no.{COPY}", tone="danger")),
    footer="也可以打字: 批准 A7F3", text="[A7F3] 发报价给 <王总>\n金额: ¥120,000",
)  # fmt: skip
DONE = replace(CARD, buttons=(), status="已批准 · 老板 10:01", footer="")
QPS = Reply(403, {"code": "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "message": "qps"})
DOWN = Reply(500, {"code": "unknownError", "message": "x"})


async def shown(at: Scene, to: str = "boss") -> str:
    sent = await at.channel.send(parcel(Load.CARD, to, card=CARD))
    assert sent.fate is Fate.SENT, sent
    assert sent.refs["out_track_id"] == at.fake.cards.track(to)
    return sent.refs["out_track_id"]


@in_loop
async def test_an_approval_card_shows_everything_literally() -> None:
    async with scene(approval_template=APPROVAL) as at:
        track = await shown(at)
        content = at.fake.cards.all[track].params["content"]
        assert "¥120,000" in content
        assert "wang@a.cn" in content
        assert "](" not in content
        assert "**已批准**" not in content
        assert at.fake.cards.buttons(track) == ["批准", "驳回"]
        assert "批准 A7F3" in content
        assert "\n\n> ⟦[点这里] (https" in content


@in_loop
async def test_a_card_in_a_group_and_its_click() -> None:
    async with scene(approval_template=APPROVAL) as at:
        track = await shown(at, "cidgroup=")
        space = at.fake.cards.all[track].space
        await at.fake.press("boss", track, "批准", spaceType="IM_GROUP", spaceId=space)
        arrival = at.intake.arrivals[-1]
        assert (arrival.address.to, arrival.address.group, arrival.sender) == ("cidgroup=", True, "boss")


@in_loop
async def test_a_click_is_answered_on_its_acknowledgement() -> None:
    async with scene(approval_template=APPROVAL) as at:
        at.intake.answer = ClickAnswer(toast="已批准,正在发送", card=DONE)
        track = await shown(at)
        await at.fake.press("boss", track, "批准")
        arrival = at.intake.arrivals[-1]
        assert arrival.click is not None
        assert (arrival.click.token, arrival.sender) == (f"ok.{COPY}", "boss")
        card = at.fake.cards.all[track]
        assert "已批准 · 老板 10:01" in card.params["content"]
        assert (card.params["flowStatus"], at.fake.cards.buttons(track)) == ("3", [])
        assert card.private == {"boss": {"notice": "已批准,正在发送"}}


@in_loop
async def test_a_foreign_click_changes_the_card_for_nobody() -> None:
    async with scene(approval_template=APPROVAL) as at:
        at.intake.answer = ClickAnswer(toast="这张卡片是给别人的。")
        track = await shown(at)
        before = dict(at.fake.cards.all[track].params)
        await at.fake.press("staff2", track, "批准")
        assert at.fake.cards.all[track].params == before
        assert at.fake.cards.all[track].private == {"staff2": {"notice": "这张卡片是给别人的。"}}


@in_loop
async def test_a_slow_decision_is_acknowledged_empty_and_changes_the_card_later() -> None:
    async with scene(approval_template=APPROVAL) as at:
        at.intake.slow_s = 10
        track = await shown(at)
        assert await at.fake.press("boss", track, "批准") == {}
        update = parcel(Load.CARD_UPDATE, "boss", card=DONE, refs={"out_track_id": track})
        assert (await at.channel.send(update)).fate is Fate.SENT
        assert "老板 10:01" in at.fake.cards.all[track].params["status"]
        assert at.fake.cards.buttons(track) == []
        assert at.fake.cards.all[track].params["title"]


@in_loop
async def test_a_click_that_could_not_be_stored_comes_again() -> None:
    async with scene(approval_template=APPROVAL) as at:
        track = await shown(at)
        at.intake.broken = True
        pressing = asyncio.create_task(at.fake.press("boss", track, "批准"))
        await at.fake.stream.wait_for(lambda: at.intake.asked, "asked")
        at.intake.broken = False
        await asyncio.sleep(0.01)
        await at.fake.stream.redeliver()
        await pressing
        assert len(at.intake.kept) == 1


@in_loop
async def test_pressing_twice_is_one_click_and_two_people_are_two() -> None:
    async with scene(approval_template=APPROVAL) as at:
        track = await shown(at)
        for who in ("boss", "boss", "staff2"):
            await at.fake.press(who, track, "批准")
        assert [one.sender for one in at.intake.arrivals] == ["boss", "staff2"]


@in_loop
async def test_without_a_template_the_card_is_text_and_so_is_its_end() -> None:
    async with scene() as at:
        assert not at.channel.traits.buttons
        sent = await at.channel.send(parcel(Load.CARD, "boss", card=CARD))
        assert sent.refs["as_text"] == "1"
        assert at.fake.chats["boss"][0].kind == "text"
        assert at.fake.texts("boss") == [f"{CARD.text}\n\n{CARD.footer}"]
        await at.channel.send(parcel(Load.CARD_UPDATE, "boss", card=DONE, refs=sent.refs))
        assert at.fake.texts("boss")[1] == f"{CARD.title}\n{DONE.status}"


@in_loop
async def test_a_very_long_card_as_text_loses_nothing() -> None:
    async with scene() as at:
        long = replace(CARD, text="头\n" + "很长的一行。\n" * 2500 + "尾")
        assert (await at.channel.send(parcel(Load.CARD, "boss", card=long))).fate is Fate.SENT
        whole = "".join(at.fake.texts("boss")).replace("\n", "")
        assert whole == f"{long.text}{CARD.footer}".replace("\n", "")


@pytest.mark.parametrize("wrong", ["unpublished", "unknown", "undeliverable"])
@in_loop
async def test_a_card_that_is_refused_goes_out_as_text(wrong: str) -> None:
    async with scene(approval_template=APPROVAL if wrong != "unknown" else "no.schema") as at:
        at.fake.cards.templates[APPROVAL] = wrong != "unpublished"
        if wrong == "undeliverable":
            at.fake.cards.undeliverable.add("boss")
        sent = await at.channel.send(parcel(Load.CARD, "boss", card=CARD))
        assert (sent.fate, sent.refs["as_text"]) == (Fate.SENT, "1")
        assert at.fake.texts("boss")


@in_loop
async def test_a_card_without_an_answer_is_unknown_and_not_sent_again() -> None:
    async with scene(approval_template=APPROVAL, timeout_s=0.3) as at:
        at.fake.fail(CREATE, Reply(hang=True), after=True)
        sent = await at.channel.send(parcel(Load.CARD, "boss", card=CARD))
        assert sent.fate is Fate.UNKNOWN
        assert not at.fake.texts("boss")
        update = parcel(Load.CARD_UPDATE, "boss", card=DONE, refs=sent.refs)
        assert (await at.channel.send(update)).fate is Fate.SENT
        assert at.fake.cards.buttons(at.fake.cards.track("boss")) == []


@in_loop
async def test_a_change_without_an_answer_may_be_made_again() -> None:
    async with scene(approval_template=APPROVAL, timeout_s=0.3) as at:
        track = await shown(at)
        at.fake.fail(INSTANCES, Reply(hang=True), DOWN, after=True)
        update = parcel(Load.CARD_UPDATE, "boss", card=DONE, refs={"out_track_id": track})
        ends = [(await at.channel.send(update)).fate for _ in range(3)]
        assert ends == [Fate.LATER, Fate.LATER, Fate.SENT]


@in_loop
async def test_a_change_of_a_card_that_is_gone_is_told() -> None:
    async with scene(approval_template=APPROVAL) as at:
        update = parcel(Load.CARD_UPDATE, "boss", card=DONE, refs={"out_track_id": "gone"})
        assert (await at.channel.send(update)).fate is Fate.SENT
        assert at.fake.texts("boss") == [f"{CARD.title}\n{DONE.status}"]


def draft(text: str, to: Any = "staff1") -> Parcel:
    return parcel(Load.DRAFT, to, id="draft:7", text=text, turn="7")


def final(text: str, to: Any = "staff1") -> Parcel:
    return parcel(Load.TEXT, to, id="reply:7:0", text=text, turn="7", last=True)


@in_loop
async def test_a_running_answer_from_the_first_word_to_the_end() -> None:
    async with scene(answer_template=ANSWER) as at:
        assert at.channel.traits.drafts
        for text in ("华", "华东", "华东三"):
            assert (await at.channel.send(draft(text))).fate is Fate.SENT
            at.clock.turn(0.8)
        card = at.fake.cards.of("staff1")[0]
        assert (card.params["content"], card.params["flowStatus"], card.final) == ("华东三", "2", False)
        assert (await at.channel.send(final("华东三季度\n¥1.2M"))).fate is Fate.SENT
        assert (card.params["content"], card.params["flowStatus"]) == ("华东三季度\n\n¥1.2M", "3")
        assert card.final
        assert not at.fake.texts("staff1")
        assert len(set(card.guids)) == 4
        assert (await at.channel.send(draft("迟到的"))).fate is Fate.NEVER
        assert (await at.channel.send(final("再来一次"))).fate is Fate.SENT
        assert card.params["content"] == "华东三季度\n\n¥1.2M"


@in_loop
async def test_updates_of_one_card_keep_their_distance() -> None:
    async with scene(answer_template=ANSWER) as at:
        await at.channel.send(draft("一"))
        at.clock.turn(0.5)
        early = await at.channel.send(draft("二"))
        assert (early.fate, round(early.after_s, 3)) == (Fate.LATER, 0.3)
        await at.channel.send(final("三"))
        first, last = at.fake.cards.of("staff1")[0].updates
        assert last - first >= 0.799


@in_loop
async def test_without_a_template_there_are_no_drafts_and_the_answer_is_text() -> None:
    async with scene() as at:
        assert not at.channel.traits.drafts
        assert (await at.channel.send(draft("一"))).fate is Fate.NEVER
        assert (await at.channel.send(final("完"))).fate is Fate.SENT
        assert at.fake.texts("staff1") == ["完"]


@in_loop
async def test_an_answer_without_drafts_needs_no_card() -> None:
    async with scene(answer_template=ANSWER) as at:
        to = await at.address()
        await at.channel.send(final("快", to))
        assert (at.fake.texts("staff1"), at.fake.metered) == (["快"], 0)


@in_loop
async def test_a_card_that_is_refused_leaves_the_answer_as_text() -> None:
    async with scene(answer_template=ANSWER) as at:
        at.fake.cards.templates[ANSWER] = False
        assert (await at.channel.send(draft("一"))).fate is Fate.NEVER
        assert (await at.channel.send(draft("一二"))).fate is Fate.NEVER
        assert (await at.channel.send(final("完"))).fate is Fate.SENT
        assert (at.fake.texts("staff1"), at.fake.calls[CREATE]) == (["完"], 1)


@in_loop
async def test_an_end_the_card_refuses_goes_out_as_text_and_the_card_stops_looking_busy() -> None:
    async with scene(answer_template=ANSWER) as at:
        await at.channel.send(draft("一"))
        at.fake.fail(STREAMING, Reply(400, {"code": "param.error", "message": "x"}))
        assert (await at.channel.send(final("完"))).fate is Fate.SENT
        assert at.fake.texts("staff1") == ["完"]
        assert at.fake.cards.of("staff1")[0].params["flowStatus"] == "5"


@in_loop
async def test_an_end_that_fails_is_tried_and_never_dropped() -> None:
    async with scene(answer_template=ANSWER) as at:
        await at.channel.send(draft("一"))
        at.fake.fail(STREAMING, DOWN, DOWN)
        assert [(await at.channel.send(final("完"))).fate for _ in range(3)] == [
            Fate.LATER,
            Fate.LATER,
            Fate.SENT,
        ]
        assert at.fake.cards.of("staff1")[0].params["content"] == "完"
        assert not at.fake.texts("staff1")


@in_loop
async def test_an_end_that_always_fails_becomes_a_text() -> None:
    async with scene(answer_template=ANSWER) as at:
        await at.channel.send(draft("一"))
        at.fake.fail(STREAMING, *[DOWN] * 9)
        assert [(await at.channel.send(final("完"))).fate for _ in range(3)] == [
            Fate.LATER,
            Fate.LATER,
            Fate.SENT,
        ]
        assert at.fake.texts("staff1") == ["完"]


@in_loop
async def test_an_end_without_an_answer_is_repeated_under_the_same_guid() -> None:
    async with scene(answer_template=ANSWER, timeout_s=0.3) as at:
        await at.channel.send(draft("一"))
        at.fake.fail(STREAMING, Reply(hang=True), after=True)
        assert [(await at.channel.send(final("完"))).fate for _ in range(2)] == [Fate.LATER, Fate.SENT]
        card = at.fake.cards.of("staff1")[0]
        assert (card.params["content"], card.params["flowStatus"], len(card.guids)) == ("完", "3", 2)


@in_loop
async def test_a_card_that_stays_busy_is_no_reason_to_say_it_twice() -> None:
    async with scene(answer_template=ANSWER) as at:
        await at.channel.send(draft("一"))
        at.fake.fail(INSTANCES, *[DOWN] * 9)
        ends = [(await at.channel.send(final("完"))).fate for _ in range(3)]
        assert (ends[-1], at.fake.texts("staff1")) == (Fate.SENT, [])
        assert at.fake.cards.of("staff1")[0].final


@in_loop
async def test_qps_limits_pause_everybody_and_the_end_gets_through() -> None:
    async with scene(answer_template=ANSWER) as at:
        await at.channel.send(draft("一"))
        at.clock.turn(1)
        at.fake.fail(STREAMING, QPS)
        assert (await at.channel.send(draft("二"))).after_s == 2.0
        other = parcel(Load.DRAFT, "staff2", id="draft:8", text="x", turn="8")
        assert (await at.channel.send(other)).fate is Fate.SENT  # its creation waited for the pause
        assert sum(at.clock.slept) >= 2
        at.fake.fail(STREAMING, QPS)
        assert (await at.channel.send(final("完"))).fate is Fate.SENT
        assert at.fake.cards.of("staff1")[0].final


@in_loop
async def test_fifty_answers_at_once_stay_below_the_limit_and_all_end() -> None:
    async with scene(answer_template=ANSWER) as at:
        at.fake.members |= {f"s{n}" for n in range(50)}

        async def answer(n: int) -> Fate:
            one = parcel(Load.DRAFT, f"s{n}", id=f"draft:{n}", text="一", turn=str(n))
            await at.channel.send(one)
            end = parcel(Load.TEXT, f"s{n}", id=f"reply:{n}:0", text="完", turn=str(n), last=True)
            return (await at.channel.send(end)).fate

        assert set(await asyncio.gather(*(answer(n) for n in range(50)))) == {Fate.SENT}
        cards = at.fake.cards.all.values()
        assert (
            sum(card.params["content"] == "完" for card in cards)
            + sum(at.fake.texts(f"s{n}") == ["完"] for n in range(50))
            == 50
        )


@in_loop
async def test_a_restart_goes_on_with_the_card_it_finds() -> None:
    pad = FakePad()
    async with scene(answer_template=ANSWER, pad=pad) as at:
        await at.channel.send(draft("一"))
        cards = at.fake.cards.all
    async with scene(answer_template=ANSWER, pad=pad) as again:
        again.fake.cards.all = cards
        assert (await again.channel.send(final("完"))).fate is Fate.SENT
        assert (len(cards), again.fake.texts("staff1")) == (1, [])
        assert next(iter(cards.values())).params["content"] == "完"


@pytest.mark.parametrize("there", [True, False])
@in_loop
async def test_a_card_nobody_knows_of_is_found_out_by_its_next_step(there: bool) -> None:
    async with scene(answer_template=ANSWER, timeout_s=0.3) as at:
        at.fake.fail(CREATE, Reply(hang=True), after=there)
        assert (await at.channel.send(draft("一"))).fate is Fate.NEVER
        assert (await at.channel.send(final("完"))).fate is Fate.SENT
        on_card = [card.params["content"] for card in at.fake.cards.of("staff1")]
        assert (on_card, at.fake.texts("staff1")) == ((["完"], []) if there else ([], ["完"]))


@in_loop
async def test_the_parameters_of_a_card_are_strings() -> None:
    async with scene(approval_template=APPROVAL, answer_template=ANSWER) as at:
        track = await shown(at)
        buttons = json.loads(at.fake.cards.all[track].params["btns"])
        assert [one["event"]["params"]["params"] for one in buttons] == [
            {"token": f"ok.{COPY}"},
            {"token": f"no.{COPY}"},
        ]
        assert at.fake.calls[PERSON] == 0
