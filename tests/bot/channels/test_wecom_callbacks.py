"""What comes in: every kind of message and event, once, and nothing that is forged, foreign or hostile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.street.words import Button, CardView, ClickAnswer, Kind
from tests.fakes.wecom_house import Scene, scene
from tests.fakes.wecom_server import Shown

Play = Callable[[Scene], Awaitable[None]]


def played(play: Play) -> None:
    async def run() -> None:
        async with scene() as stage:
            await play(stage)

    asyncio.run(run())


def test_the_address_is_verified_with_the_plain_text_alone() -> None:
    async def play(stage: Scene) -> None:
        assert await stage.wecom.phone.verify_url()
        assert await stage.wecom.phone.verify_url("x" * 300)
        stage.wecom.token = "another-token"
        assert not await stage.wecom.phone.verify_url()
        assert not stage.intake.arrivals

    played(play)


def test_a_text_becomes_an_arrival_and_the_answer_is_empty() -> None:
    async def play(stage: Scene) -> None:
        told = await stage.wecom.phone.say("zhaolei", "华东医疗 <b>到哪了</b>?\n第二行 🚀")
        assert (told.statuses, told.bodies) == ([200], [b""])
        arrival = stage.intake.last
        assert (arrival.sender, arrival.address.to, arrival.address.group) == ("zhaolei", "zhaolei", False)
        assert arrival.text == "华东医疗 <b>到哪了</b>?\n第二行 🚀"
        assert arrival.external_id == "msg:4561255354251345930"
        assert (arrival.at, arrival.kind, arrival.channel) == (stage.clock(), Kind.MESSAGE, "wecom")
        assert stage.wecom.count("gettoken") == 0  # an acknowledgement asks nobody

    played(play)


@pytest.mark.parametrize(
    ("kind", "fields", "text", "attachment"),
    [
        ("image", {"PicUrl": "https://x.invalid/1", "MediaId": "M1"}, "", ("image", "M1", "image/jpeg")),
        ("voice", {"MediaId": "M2", "Format": "amr"}, "", ("voice", "M2", "audio/amr")),
        ("voice", {"MediaId": "M3", "Format": "speex"}, "", ("voice", "M3", "audio/speex")),
        ("voice", {"MediaId": "M4"}, "", ("voice", "M4", "")),
        ("video", {"MediaId": "M5", "ThumbMediaId": "T"}, "", ("video", "M5", "video/mp4")),
        ("file", {"MediaId": "M6", "FileName": "合同.pdf"}, "", ("file", "M6", "")),
        (
            "location",
            {"Location_X": "31.23", "Location_Y": "121.47", "Scale": "15", "Label": "上海 & 外滩"},
            "位置 / Location: 上海 & 外滩 (31.23, 121.47)",
            None,
        ),
        (
            "link",
            {"Title": "招标公告", "Description": "华东", "Url": "https://x.invalid/?a=1&b=2", "PicUrl": "p"},
            "招标公告\n华东\nhttps://x.invalid/?a=1&b=2",
            None,
        ),
        ("hologram<>", {"Content": "?"}, "not supported yet: hologram", None),
        ("image", {}, "", None),
    ],
)
def test_every_kind_of_message(
    kind: str, fields: dict[str, str], text: str, attachment: tuple[str, str, str] | None
) -> None:
    async def play(stage: Scene) -> None:
        assert (await stage.wecom.phone.message("lina", kind, **fields)).statuses == [200]
        arrival = stage.intake.last
        assert arrival.kind is Kind.MESSAGE
        assert text in arrival.text
        assert [(one.kind, one.ref, one.mime) for one in arrival.attachments] == (
            [attachment] if attachment else []
        )

    played(play)


@pytest.mark.parametrize(
    ("name", "inner", "fields", "kind", "text"),
    [
        ("subscribe", "", {"EventKey": ""}, Kind.HELLO, ""),
        ("enter_agent", "", {"EventKey": ""}, Kind.HELLO, ""),
        ("click", "", {"EventKey": "/actions"}, Kind.MESSAGE, "/actions"),
        (
            "scancode_waitmsg",
            "<ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>SN-17</ScanResult></ScanCodeInfo>",
            {"EventKey": "scan"},
            Kind.MESSAGE,
            "SN-17",
        ),
        ("unsubscribe", "", {}, None, ""),
        ("view", "", {"EventKey": "https://x.invalid"}, None, ""),
        ("view_miniprogram", "", {"EventKey": "p"}, None, ""),
        ("scancode_push", "", {"EventKey": "s"}, None, ""),
        ("pic_photo_or_album", "<SendPicsInfo><Count>1</Count></SendPicsInfo>", {"EventKey": "p"}, None, ""),
        ("location_select", "<SendLocationInfo/>", {"EventKey": "l"}, None, ""),
        ("LOCATION", "", {"Latitude": "1", "Longitude": "2"}, None, ""),
        ("batch_job_result", "", {}, None, ""),
        ("something_of_next_year", "", {"EventKey": "?"}, None, ""),
        ("click", "", {}, None, ""),
        ("template_card_event", "", {"TaskId": "t"}, None, ""),
    ],
)
def test_every_kind_of_event(
    name: str, inner: str, fields: dict[str, str], kind: Kind | None, text: str
) -> None:
    async def play(stage: Scene) -> None:
        assert (await stage.wecom.phone.event("lina", name, inner, **fields)).statuses == [200]
        found = list(stage.intake.arrivals.values())
        assert [(one.kind, one.text) for one in found] == ([(kind, text)] if kind else [])

    played(play)


def test_the_chat_opened_ten_times_a_day_is_greeted_once() -> None:
    async def play(stage: Scene) -> None:
        for _ in range(3):
            await stage.wecom.phone.event("lina", "enter_agent", EventKey="")
            stage.clock.pass_(60)
        assert len(stage.intake.arrivals) == 1
        stage.clock.pass_(86400)
        await stage.wecom.phone.event("lina", "enter_agent", EventKey="")
        assert len(stage.intake.arrivals) == 2

    played(play)


def test_the_address_book_speaks_and_nobody_answers() -> None:
    async def play(stage: Scene) -> None:
        xml = (
            f"<xml><ToUserName>{stage.wecom.corp_id}</ToUserName><FromUserName>sys</FromUserName>"
            "<CreateTime>1</CreateTime><MsgType>event</MsgType><Event>change_contact</Event>"
            "<ChangeType>create_user</ChangeType></xml>"
        )
        assert (await stage.wecom.phone.deliver(xml)).statuses == [200]
        assert not stage.intake.arrivals

    played(play)


def test_what_wecom_tells_the_operators_is_in_the_health_until_it_is_over() -> None:
    async def play(stage: Scene) -> None:
        await stage.wecom.phone.event("sys", "inactive_alert", EffectTime="1")
        assert not stage.channel.health().ok
        assert "将被停用" in stage.channel.health().says
        assert stage.pad.get("alarm")
        await stage.wecom.phone.event("sys", "active_restored")
        assert stage.channel.health().ok
        assert not stage.pad.get("alarm")
        assert not stage.intake.arrivals

    played(play)


def test_a_pressed_button_is_a_click_with_its_code_and_its_choices() -> None:
    chosen = (
        "<SelectedItems><SelectedItem><QuestionKey>q1</QuestionKey><OptionIds><OptionId>a</OptionId></OptionIds>"
        "</SelectedItem><SelectedItem><QuestionKey>q2</QuestionKey><OptionIds><OptionId>b</OptionId>"
        "<OptionId>c</OptionId></OptionIds></SelectedItem></SelectedItems>"
    )

    async def play(stage: Scene) -> None:
        for name in ("template_card_event", "template_card_menu_event"):
            fields = {"EventKey": "ok.0123456789abcdef", "TaskId": "t1", "ResponseCode": f"RC-{name}"}
            await stage.wecom.phone.event("lina", name, chosen, CardType="button_interaction", **fields)
            arrival = stage.intake.last
            assert (arrival.kind, arrival.sender) == (Kind.CLICK, "lina")
            assert arrival.click is not None
            assert arrival.click.token == "ok.0123456789abcdef"
            assert arrival.click.refs["response_code"] == f"RC-{name}"
            assert arrival.click.refs["task_id"] == "t1"
            assert arrival.extra == {"selected:q1": "a", "selected:q2": "b c"}
        legacy = stage.wecom.phone.xml(
            "lina", MsgType="event", Event="taskcard_click", EventKey="k", TaskId="t2", AgentID="",
        ).replace("</xml>", f"<AgentId>{stage.wecom.agent_id}</AgentId></xml>")  # fmt: skip
        assert (await stage.wecom.phone.deliver(legacy)).statuses == [200]
        assert stage.intake.last.click is not None
        assert len(stage.intake.arrivals) == 3

    played(play)


def test_clicks_in_one_second_are_each_one_and_one_that_comes_again_is_one() -> None:
    async def play(stage: Scene) -> None:
        card = Shown("template_card", card={"task_id": "t", "button_list": []})
        first = await stage.wecom.phone.click("lina", "ok.1", card)
        await stage.wecom.phone.click("lina", "no.1", card)
        await stage.wecom.phone.click("lina", "no.1", card)  # the same button again: another response code
        await stage.wecom.phone.again(first)
        assert len(stage.intake.arrivals) == 3

    played(play)


def test_what_is_not_stored_is_not_acknowledged_and_comes_again_under_the_same_key() -> None:
    async def play(stage: Scene) -> None:
        stage.intake.broken = 2
        told = await stage.wecom.phone.say("lina", "别丢了")
        assert told.statuses == [500, 500, 200]
        assert len(set(stage.intake.asked)) == 1
        assert stage.intake.last.text == "别丢了"

    played(play)


def test_a_slow_disk_means_redelivery_and_still_one_arrival() -> None:
    async def play(stage: Scene) -> None:
        stage.wecom.phone.patience_s, stage.intake.slow_s = 0.05, 0.12
        told = await stage.wecom.phone.say("lina", "慢")
        assert told.statuses == [0, 0, 0, 0]
        await asyncio.sleep(0.3)
        stage.intake.slow_s = 0
        assert (await stage.wecom.phone.again(told)).taken
        assert len(stage.intake.arrivals) == 1

    played(play)


def test_a_replay_of_the_same_signature_is_harmless_hours_later() -> None:
    async def play(stage: Scene) -> None:
        query, body = stage.wecom.phone.sealed(
            stage.wecom.phone.xml("lina", MsgType="text", Content="x", MsgId="77")
        )
        for _ in range(3):
            assert (await stage.wecom.phone.post(query, body)).status_code == 200
            stage.clock.pass_(7200)
        assert len(stage.intake.arrivals) == 1

    played(play)


def test_callbacks_out_of_order_and_with_a_wrong_clock_keep_their_own_time() -> None:
    async def play(stage: Scene) -> None:
        late = str(int((stage.clock() - timedelta(hours=3)).timestamp()))
        await stage.wecom.phone.message("lina", "text", Content="second")
        await stage.wecom.phone.message("lina", "text", Content="first", CreateTime=late)
        assert stage.intake.last.at == stage.clock() - timedelta(hours=3)
        for odd in ("", "0", "-5", "soon", "9" * 17, "9" * 4000):
            assert (
                await stage.wecom.phone.message("lina", "text", Content="odd", CreateTime=odd)
            ).statuses == [200]
            assert stage.intake.last.at == stage.clock()

    played(play)


def test_ten_thousand_characters_come_in_whole() -> None:
    async def play(stage: Scene) -> None:
        await stage.wecom.phone.say("lina", "合同条款" * 2500)
        assert stage.intake.last.text == "合同条款" * 2500

    played(play)


def test_forged_and_foreign_callbacks_are_refused() -> None:
    async def play(stage: Scene) -> None:
        phone = stage.wecom.phone
        good = phone.xml("lina", MsgType="text", Content="x", MsgId="1")
        query, body = phone.sealed(good)
        cases = [
            (query | {"msg_signature": "0" * 40}, body, 403),
            ({name: value for name, value in query.items() if name != "msg_signature"}, body, 403),
            (query | {"nonce": "other"}, body, 403),
            (query, body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[AAAA"), 403),
            ({}, b"", 400),
            (query, b"{}", 400),
            (query, b"<xml></xml>", 403),
            (query, b"<other/>", 400),
        ]
        for other_query, other_body, status in cases:
            assert (await phone.post(other_query, other_body)).status_code == status
        assert (await phone.post(*phone.sealed(good, receiver="wwOTHER"))).status_code == 403
        for change in ({"ToUserName": "wwOTHER"}, {"AgentID": "1000003"}, {"AgentID": ""}):
            foreign = phone.xml("lina", MsgType="text", Content="x", MsgId="2", **change)
            assert (await phone.post(*phone.sealed(foreign))).status_code == 403
        assert not stage.intake.arrivals
        assert stage.channel.health().figures["refused"] == 12  # type: ignore[index]

    played(play)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Encrypt>&f;</Encrypt></xml>'


@pytest.mark.parametrize(
    "hostile",
    [
        BOMB,
        OUTSIDE,
        "<!DOCTYPE x><xml/>",
        "<xml>" + "<a>" * 20000,
        "<xml>" + "<a>" * 20000 + "</a>" * 20000 + "</xml>",
        "<xml>" + "<a/>" * 5000 + "</xml>",
        "<xml>" + "x" * 1_100_000 + "</xml>",
        "\x00<xml/>",
        '<?xml version="1.0" encoding="no-such"?><xml/>',
        "{}",
        "",
    ],
)
def test_xml_bombs_are_refused_outside_and_inside(hostile: str) -> None:
    async def play(stage: Scene) -> None:
        assert (await stage.wecom.phone.post({}, hostile.encode())).status_code == 400
        assert (await stage.wecom.phone.post(*stage.wecom.phone.sealed(hostile))).status_code == 400
        assert not stage.intake.arrivals

    played(play)


def test_a_click_that_has_no_news_for_the_card_is_answered_by_a_message_once() -> None:
    async def play(stage: Scene) -> None:
        shown = Shown("template_card", card={"task_id": "t", "button_list": []})
        open_card = CardView(id="c", code="A7F3", title="t", footer="也可以打字: 驳回 A7F3 原因",
                             buttons=(Button(text="驳回", token="no.c"),))  # fmt: skip
        stage.intake.answer = ClickAnswer(toast="请回复驳回 A7F3 的原因", card=open_card)
        first = await stage.wecom.phone.click("lina", "no.c", shown)
        await stage.wecom.phone.again(first)
        await stage.quiet()
        assert stage.wecom.texts("lina") == ["请回复驳回 A7F3 的原因\n也可以打字: 驳回 A7F3 原因"]
        stage.intake.answer = ClickAnswer(
            toast="已批准", card=CardView(id="c", code="A7F3", title="t", status="x")
        )
        await stage.wecom.phone.click("lina", "ok.c", shown)
        await stage.quiet()
        assert len(stage.wecom.texts("lina")) == 1  # the settled card tells it
        stage.intake.answer = ClickAnswer(toast="这个按钮已失效。")
        stage.wecom.errcodes["message/send"].append(60011)
        assert (await stage.wecom.phone.click("lina", "xx", shown)).statuses == [200]
        await stage.quiet()
        assert not stage.channel.health().ok

    played(play)


def test_a_click_that_takes_long_is_let_go_before_wecom_hangs_up_and_counts_once() -> None:
    async def play(stage: Scene) -> None:
        stage.channel._answer_s, stage.intake.slow_s = 0.03, 0.2
        shown = Shown("template_card", card={"task_id": "t", "button_list": []})
        told = await stage.wecom.phone.click("lina", "ok.c", shown)
        assert told.statuses == [500] * 4
        await asyncio.sleep(0.3)
        stage.intake.slow_s = 0
        assert (await stage.wecom.phone.again(told)).statuses == [200]
        assert len(stage.intake.arrivals) == 1

    played(play)
