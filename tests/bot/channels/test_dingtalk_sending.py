"""Texts out: cheap by the webhook while it lives, by the robot API after; every refusal sorted."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta

import pytest

from bot.channels.dingtalk.texts import LIMIT, dialect, literal, measure, title
from bot.street.splitting import split
from bot.street.words import Address, Fate, Load
from tests.fakes.dingtalk_http import Reply
from tests.fakes.dingtalk_server import GROUP, HOOK, PERSON, TOKEN
from tests.fakes.dingtalk_street import in_loop, parcel, scene

QPS = Reply(403, {"code": "Forbidden.AccessDenied.QpsLimitForApi", "message": "too fast"})


@in_loop
async def test_an_answer_goes_by_the_webhook_and_costs_no_call() -> None:
    async with scene() as at:
        to = await at.address()
        sent = await at.channel.send(parcel(Load.TEXT, to, text="**好**\n第二行"))
        assert sent.fate is Fate.SENT
        shown = at.fake.chats["staff1"][0]
        assert (shown.by, shown.text) == ("webhook", "**好**\n\n第二行")
        assert at.fake.metered == 0


@in_loop
async def test_after_the_webhooks_end_the_api_is_used() -> None:
    async with scene() as at:
        to, group = await at.address(), await at.address("staff2", "cidgroup=")
        at.clock.turn(timedelta(minutes=88, seconds=1).total_seconds())
        assert (await at.channel.send(parcel(Load.TEXT, to, text="晚了"))).fate is Fate.SENT
        assert (await at.channel.send(parcel(Load.TEXT, group, text="群里"))).fate is Fate.SENT
        assert at.fake.chats["staff1"][0].by == at.fake.chats["cidgroup="][0].by == "api"
        assert (at.fake.calls[HOOK], at.fake.calls[PERSON], at.fake.calls[GROUP]) == (0, 1, 1)


@in_loop
async def test_a_group_answer_goes_to_the_group() -> None:
    async with scene() as at:
        to = await at.address("staff2", "cidgroup=")
        await at.channel.send(parcel(Load.TEXT, to, text="给群"))
        assert at.fake.texts("cidgroup=") == ["给群"]


@in_loop
async def test_a_notice_uses_the_webhook_of_whoever_has_just_written() -> None:
    async with scene() as at:
        await at.address("boss")
        await at.channel.send(parcel(Load.TEXT, "boss", text="有一张卡片等你"))
        assert at.fake.chats["boss"][0].by == "webhook"


@in_loop
async def test_a_webhook_that_says_no_in_a_200_is_not_believed() -> None:
    async with scene() as at:
        to = await at.address()
        at.fake.hooks.clear()
        sent = await at.channel.send(parcel(Load.TEXT, to, text="还是到了"))
        assert (sent.fate, at.fake.chats["staff1"][0].by) == (Fate.SENT, "api")


@in_loop
async def test_a_webhook_elsewhere_is_never_called() -> None:
    async with scene() as at:
        for url in (
            "http://127.0.0.1:1/robot/sendBySession?session=x",
            "http://169.254.169.254/",
            "file:///etc",
            "http://[::1",
        ):
            until = (at.clock() + timedelta(hours=1)).isoformat()
            to = Address(channel="dingtalk", to="staff1", route={"webhook": url, "webhook_until": until})
            assert (await at.channel.send(parcel(Load.TEXT, to, text="去 API"))).refs["process_query_key"]
        assert [one.by for one in at.fake.chats["staff1"]] == ["api"] * 4


@in_loop
async def test_two_hundred_with_an_undelivered_list() -> None:
    async with scene() as at:
        at.fake.filtered.add("staff1")
        at.fake.flow_controlled.add("staff2")
        fates = {
            who: await at.channel.send(parcel(Load.TEXT, who, text="x"))
            for who in ("nobody", "staff1", "staff2")
        }
        assert [one.fate for one in fates.values()] == [Fate.NEVER, Fate.NEVER, Fate.LATER]
        assert fates["staff2"].after_s > 0
        assert all("/" in one.note for one in fates.values())


@in_loop
async def test_somebody_outside_gets_an_answer_but_no_notice() -> None:
    async with scene() as at:
        said = await at.fake.say("out:1", "你好")
        await said.ack
        to = at.intake.kept[said.key].address
        assert (await at.channel.send(parcel(Load.TEXT, to, text="你好"))).fate is Fate.SENT
        later = Address(channel="dingtalk", to=to.to + "x")
        assert (await at.channel.send(parcel(Load.TEXT, later, text="x"))).fate is Fate.NEVER


@pytest.mark.parametrize(
    ("reply", "fate"),
    [
        (Reply(500, {"code": "ServiceError", "message": "x"}), Fate.LATER),
        (Reply(503, b"<html>busy</html>"), Fate.LATER),
        (Reply(502, b"<html>bad gateway</html>"), Fate.UNKNOWN),
        (Reply(504, {"code": "GatewayTimeout"}), Fate.UNKNOWN),
        (Reply(drop=True), Fate.UNKNOWN),
        (Reply(hang=True), Fate.UNKNOWN),
        (QPS, Fate.LATER),
        (Reply(429, {"code": "TooManyRequests"}), Fate.LATER),
        (Reply(200, {"errcode": 90002, "errmsg": "limit"}), Fate.LATER),
        (Reply(400, {"code": "invalidParameter", "message": "no"}), Fate.NEVER),
        (Reply(403, {"code": "Forbidden.AccessDenied.AccessTokenPermissionDenied"}), Fate.NEVER),
        (Reply(200, {"success": False, "errorCode": "x", "errorMsg": "no"}), Fate.NEVER),
        (Reply(200, b"<html>blocked</html>"), Fate.LATER),
        (Reply(200, {"status": 1111, "wait": 5, "source": "x5", "punish": "deny"}), Fate.LATER),
    ],
)
@in_loop
async def test_every_end_of_a_call_has_its_fate(reply: Reply, fate: Fate) -> None:
    async with scene(run=False, timeout_s=0.3) as at:
        at.fake.fail(PERSON, reply)
        sent = await at.channel.send(parcel(Load.TEXT, "staff1", text="x"))
        assert sent.fate is fate, sent
        assert sent.note
        if fate is Fate.LATER:
            assert sent.after_s >= (300 if reply.status == 200 and "errcode" not in str(reply.body) else 1)


@in_loop
async def test_no_answer_of_the_webhook_is_not_asked_again_by_another_way() -> None:
    async with scene(timeout_s=0.3) as at:
        to = await at.address()
        at.fake.fail(HOOK, Reply(hang=True), after=True)
        assert (await at.channel.send(parcel(Load.TEXT, to, text="一次"))).fate is Fate.UNKNOWN
        assert at.fake.texts("staff1") == ["一次"]


@in_loop
async def test_nobody_there_is_later() -> None:
    async with scene(run=False) as at:
        await at.fake.stop()
        assert (await at.channel.send(parcel(Load.TEXT, "staff1", text="x"))).fate is Fate.LATER


@in_loop
async def test_one_token_for_all_and_early_renewal() -> None:
    async with scene(run=False) as at:
        sends = [at.channel.send(parcel(Load.TEXT, "staff1", text=str(n))) for n in range(10)]
        assert {one.fate for one in await asyncio.gather(*sends)} == {Fate.SENT}
        assert at.fake.calls[TOKEN] == 1
        at.clock.turn(7200 - 299)
        await at.channel.send(parcel(Load.TEXT, "staff1", text="x"))
        assert at.fake.calls[TOKEN] == 2


@in_loop
async def test_a_token_revoked_in_mid_flight_is_renewed_once() -> None:
    async with scene(run=False) as at:
        await at.channel.send(parcel(Load.TEXT, "staff1", text="一"))
        at.fake.revoke()
        sends = [at.channel.send(parcel(Load.TEXT, "staff1", text=str(n))) for n in range(5)]
        assert {one.fate for one in await asyncio.gather(*sends)} == {Fate.SENT}
        assert at.fake.calls[TOKEN] == 2
        at.fake.fail(PERSON, *[Reply(401, {"code": "InvalidAuthentication"})] * 2)
        assert (await at.channel.send(parcel(Load.TEXT, "staff1", text="x"))).fate is Fate.LATER
        assert at.fake.calls[TOKEN] == 3


@in_loop
async def test_revoked_credentials_are_told_in_words() -> None:
    async with scene(run=False) as at:
        at.fake.secret = "another"
        sent = await at.channel.send(parcel(Load.TEXT, "staff1", text="x"))
        assert sent.fate is Fate.NEVER
        assert "Client Secret" in sent.note


@in_loop
async def test_no_token_and_no_session_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")
    async with scene() as at:
        to = await at.address()
        await at.channel.send(parcel(Load.TEXT, to, text="x"))
        at.fake.hooks.clear()
        await at.channel.send(parcel(Load.TEXT, to, text="x"))
        hook = to.route["webhook"]
        token = next(iter(at.fake.tokens))
    ours = "\n".join(one.getMessage() for one in caplog.records if one.name.startswith(("bot", "httpx")))
    assert HOOK in ours
    assert hook.partition("session=")[2] not in ours
    assert token not in ours


def test_long_texts_are_cut_at_what_msg_param_holds() -> None:
    text = '他说"好"。\n' * 4000
    parts = split(text, LIMIT, measure)
    for part in parts:
        param = json.dumps({"title": title(part), "text": dialect(part)}, ensure_ascii=False)
        assert len(param.encode()) <= 15_000
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")


@in_loop
async def test_ten_thousand_characters_in_parts() -> None:
    async with scene(run=False) as at:
        for number, part in enumerate(split("长文。" * 4000, LIMIT, measure)):
            sent = await at.channel.send(parcel(Load.TEXT, "cidgroup=", id=f"p{number}", text=part))
            assert sent.fate is Fate.SENT
        assert "".join(at.fake.texts("cidgroup=")) == "长文。" * 4000


def test_the_dialect() -> None:
    assert dialect("一\n二") == "一\n\n二"
    assert dialect("- 一\n- 二\n三") == "- 一\n- 二\n\n三"
    assert (
        dialect("表:\n| a | b |\n| - | - |\n| 1 | 2 |\n完") == "表:\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n完"
    )
    assert dialect("```\na\nb\n```\n完") == "```\na\nb\n```\n\n完"
    assert dialect("一\n\n\n\n二") == "一\n\n二"
    assert dialect("王总 <w@a.cn> <br> a < b") == "王总 ＜w@a.cn＞ ＜br＞ a < b"
    assert dialect("```\n<a>\n```") == "```\n<a>\n```"
    assert "![" not in dialect("![x](https://evil.example/?q=1)")


def test_what_others_wrote_is_shown_and_not_obeyed() -> None:
    assert literal("王总 <wang@a.cn>") == "王总 ＜wang@a.cn＞"
    assert "](" not in literal("[批准](https://evil.example)")
    assert literal("a_b@c.cn") == "a_b@c.cn"
    assert "**" not in literal("**已批准**")
    assert literal("# 大字") == "＃ 大字"


def test_the_title_is_the_first_line_with_words() -> None:
    assert title("\n---\n### **华东** 三季度") == "华东 三季度"
    assert title("") == "成单"
    assert len(title("长" * 500)) == 60
