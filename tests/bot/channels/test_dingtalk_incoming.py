"""What people send to the robot, read from the payloads as they were captured."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.dingtalk.clicks import read_click
from bot.channels.dingtalk.incoming import read_message
from bot.street.words import Address, Arrival, Kind

NOW = datetime(2026, 3, 21, 8, 16, 40, tzinfo=UTC)
CAPTURED: dict[str, Any] = {
    "conversationId": "cidabc=", "conversationType": "1", "chatbotCorpId": "ding1", "msgId": "msgBjXREkdlZkfTfrIiQomjAw==",
    "chatbotUserId": "$:LWCP_v1:$bot", "senderNick": "张三", "isAdmin": False, "senderStaffId": "0326150155",
    "senderCorpId": "ding1", "senderId": "$:LWCP_v1:$abc", "senderPlatform": "Mac",
    "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=s", "sessionWebhookExpiredTime": 1774086394522,
    "createAt": 1774080994334, "robotCode": "dingr", "openThreadId": "cidabc=", "msgtype": "text",
    "text": {"content": "hello"},
}  # fmt: skip
GROUP = {"conversationType": "2", "isInAtList": True, "atUsers": [{"dingtalkId": "$:LWCP_v1:$bot"}]}


def read(**changes: Any) -> Arrival:
    record = {key: value for key, value in (CAPTURED | changes).items() if value is not None}
    arrival = read_message(json.dumps(record), NOW)
    assert arrival is not None
    return arrival


def test_a_private_text() -> None:
    arrival = read()
    assert (arrival.external_id, arrival.sender, arrival.sender_name) == (
        "msgBjXREkdlZkfTfrIiQomjAw==",
        "0326150155",
        "张三",
    )
    assert (arrival.text, arrival.kind, arrival.addressed) == ("hello", Kind.MESSAGE, True)
    assert arrival.at == datetime(2026, 3, 21, 8, 16, 34, 334000, tzinfo=UTC)
    assert (arrival.address.to, arrival.address.group) == ("0326150155", False)
    assert arrival.address.route["robot"] == "dingr"


def test_a_text_is_found_wherever_it_stands() -> None:
    assert read(text='{"content": "a"}').text == read(text="a").text == "a"
    assert read(text=None, content={"content": "a"}).text == "a"


def test_the_webhooks_end_is_counted_on_our_clock() -> None:
    """Ninety minutes from now, whatever their clock says."""
    until = datetime.fromisoformat(read().address.route["webhook_until"])
    assert until - NOW == timedelta(milliseconds=1774086394522 - 1774080994334)
    late = read(createAt=1774080994334 - 10**9, sessionWebhookExpiredTime=1774086394522 - 10**9)
    assert datetime.fromisoformat(late.address.route["webhook_until"]) == until
    for odd in ("x", None, 10**30, -1, True):
        assert "webhook" not in read(sessionWebhookExpiredTime=odd).address.route or odd in (-1, True)


def test_a_group_text_is_addressed_and_its_leading_space_is_cut() -> None:
    arrival = read(**GROUP, text={"content": " 你好哇"})
    assert (arrival.text, arrival.addressed) == ("你好哇", True)
    assert arrival.address == Address(
        channel="dingtalk", to="cidabc=", group=True, route=arrival.address.route
    )


def test_talk_in_a_group_that_is_not_for_us() -> None:
    assert not read(**GROUP | {"isInAtList": False, "atUsers": []}).addressed
    assert not read(**GROUP | {"isInAtList": None, "atUsers": [{"dingtalkId": "else"}, 5]}).addressed
    assert read(**GROUP | {"isInAtList": None}).addressed


@pytest.mark.parametrize(
    ("text", "others", "left"),
    [
        ("@成单 华东怎么样", 0, "华东怎么样"),
        ("@成单\u2005@成单 华东怎么样", 0, "华东怎么样"),
        ("@成单 @成单 @李四 怎么样", 1, "@李四 怎么样"),
        (" @李四 怎么样", 1, "@李四 怎么样"),
        ("写信给 a@b.cn", 0, "写信给 a@b.cn"),
        ("@成单", 0, ""),
    ],
)
def test_a_repeated_mention_of_us_is_cut(text: str, others: int, left: str) -> None:
    users = [*GROUP["atUsers"], *[{"dingtalkId": "else", "staffId": "0002"}] * others]  # type: ignore[misc]
    changes = GROUP | {"atUsers": users, "msgtype": "richText", "content": {"richText": [{"text": text}]}}
    assert read(**changes).text == left


def test_rich_text_with_pictures() -> None:
    parts = [
        {"type": "picture", "downloadCode": "d1", "pictureDownloadCode": "p1"},
        {"text": "\n"},
        {"text": "abc"},
        {"type": "picture", "pictureDownloadCode": "p2"},
        7,
    ]
    arrival = read(msgtype="richText", text=None, content={"richText": parts})
    assert arrival.text == "abc"
    assert [(one.kind, one.ref) for one in arrival.attachments] == [("image", "d1"), ("image", "p2")]


@pytest.mark.parametrize("as_text", [False, True])
def test_a_voice_is_its_transcript_and_the_file(as_text: bool) -> None:
    content: Any = {"duration": 4000, "downloadCode": "v1", "recognition": "下周二给王总发报价"}
    arrival = read(msgtype="audio", text=None, content=json.dumps(content) if as_text else content)
    assert arrival.text == "下周二给王总发报价"
    assert [(one.kind, one.ref, one.seconds) for one in arrival.attachments] == [("voice", "v1", 4.0)]


def test_pictures_videos_and_files() -> None:
    picture = read(msgtype="picture", content={"downloadCode": "a", "pictureDownloadCode": "b"})
    assert (picture.text, picture.attachments[0].kind, picture.attachments[0].ref) == ("", "image", "a")
    video = read(msgtype="video", content={"duration": 12, "downloadCode": "a", "videoType": "mp4"})
    assert (video.attachments[0].kind, video.attachments[0].name, video.attachments[0].seconds) == (
        "video",
        "video.mp4",
        12.0,
    )
    content = {"downloadCode": "a", "fileId": "1", "fileName": "../../报价 v2.xlsx", "spaceId": "2"}
    file = read(msgtype="file", content=content)
    assert (file.attachments[0].kind, file.attachments[0].name) == ("file", "../../报价 v2.xlsx")
    assert not read(msgtype="file", content={"fileName": "x"}).attachments


@pytest.mark.parametrize(
    ("content", "quoted"),
    [
        ("原话", "原话"),
        ({"text": "原话"}, "原话"),
        ('{"text":"原话"}', "原话"),
        ({"richText": [{"text": "原"}, {"content": "话"}]}, "原话"),
        ({"fileName": "a.pdf"}, "a.pdf"),
        ({"x": 1}, ""),
        (5, ""),
    ],
)
def test_replies_quote(content: Any, quoted: str) -> None:
    text = {"content": "同意", "isReplyMsg": True, "repliedMsg": {"msgId": "m", "content": content}}
    assert read(text=text).quoted == quoted
    assert read(text=text | {"isReplyMsg": False}).quoted == ""


def test_somebody_outside_never_has_the_id_of_a_colleague() -> None:
    assert read(senderStaffId=None).sender == "opaque:$:LWCP_v1:$abc"
    assert read(senderStaffId="").sender == "opaque:$:LWCP_v1:$abc"
    assert read(senderCorpId="ding2").sender == "opaque:$:LWCP_v1:$abc"
    assert read(senderCorpId="ding2", senderId=None).sender == "opaque:ding2/0326150155"
    assert read(senderStaffId="opaque:x").sender == "opaque:$:LWCP_v1:$abc"


def test_an_unknown_kind_is_tolerated() -> None:
    arrival = read(msgtype="interactiveCard", text=None, content={"a": 1})
    assert (arrival.text, arrival.attachments, arrival.extra) == ("", (), {"unsupported": "interactiveCard"})
    assert arrival.kind is Kind.HELLO


def test_a_bare_mention_is_a_hello_and_talk_that_is_not_for_us_is_not() -> None:
    assert read(**GROUP, text={"content": " "}).kind is Kind.HELLO
    elsewhere = read(**GROUP | {"isInAtList": False, "atUsers": []}, text={"content": ""})
    assert (elsewhere.kind, elsewhere.addressed) == (Kind.MESSAGE, False)


@pytest.mark.parametrize("missing", ["msgId", "conversationId"])
def test_what_has_no_id_is_not_a_message(missing: str) -> None:
    assert read_message(json.dumps(CAPTURED | {missing: ""}), NOW) is None


CLICK: dict[str, Any] = {
    "outTrackId": "card", "corpId": "ding1", "userId": "boss", "userIdType": 1, "spaceId": "", "spaceType": "IM",
    "type": "actionCallback", "extension": "{}",
    "content": json.dumps({"cardPrivateData": {"actionIds": ["ok"], "params": {"token": "ok.0123456789abcdef"}}}),
}  # fmt: skip


def click(**changes: Any) -> Arrival | None:
    record = {key: value for key, value in (CLICK | changes).items() if value is not None}
    return read_click(json.dumps(record), NOW)


def test_a_click() -> None:
    arrival = click()
    assert arrival is not None
    assert arrival.click is not None
    assert (arrival.sender, arrival.kind, arrival.address.to) == ("boss", Kind.CLICK, "boss")
    assert (arrival.click.token, arrival.click.refs) == ("ok.0123456789abcdef", {"out_track_id": "card"})


def test_the_same_button_pressed_by_the_same_person_is_the_same_click() -> None:
    first, other = click(), click(userId="rep")
    assert first is not None
    assert other is not None
    again = click(extension='{"x": 1}')
    assert again is not None
    assert first.external_id == again.external_id != other.external_id
    no = {"cardPrivateData": {"actionIds": ["no"], "params": {"token": "no.0123456789abcdef"}}}
    reject = click(content=json.dumps(no))
    assert reject is not None
    assert reject.external_id != first.external_id


@pytest.mark.parametrize(
    "place",
    [
        {"content": {"cardPrivateData": {"actionIds": ["ok"], "params": {"token": "ok.1"}}}},
        {"actionData": {"cardPrivateData": {"actionIds": ["ok"], "params": {"token": "ok.1"}}}},
        {"userPrivateData": {"params": {"token": "ok.1"}}, "actionId": "ok"},
        {"params": {"token": "ok.1"}, "actionId": "ok"},
        {"params": '{"token": "ok.1"}', "actionId": "ok"},
    ],
)
def test_parameters_are_found_wherever_they_have_been_seen(place: dict[str, Any]) -> None:
    arrival = click(**{"content": None} | place)
    assert arrival is not None
    assert arrival.click is not None
    assert arrival.click.token == "ok.1"


def test_a_click_in_a_group_and_one_by_another_kind_of_id() -> None:
    group = click(spaceType="IM_GROUP", spaceId="cidgroup=")
    assert group is not None
    assert (group.address.to, group.address.group) == ("cidgroup=", True)
    union = click(userIdType=2)
    assert union is not None
    assert union.sender == "opaque:boss"


@pytest.mark.parametrize("token", ["", "x" * 65, "批准", 5, None, {"a": 1}])
def test_foreign_parameters_are_no_click(token: Any) -> None:
    content = {"cardPrivateData": {"actionIds": ["ok"], "params": {"token": token}}}
    assert click(content=json.dumps(content)) is None
    assert click(outTrackId="") is None
    assert click(userId=None) is None


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted({*CAPTURED, *CLICK, "content", "atUsers", "isInAtList"})), JUNK, st.booleans())
def test_any_field_may_hold_anything(field: str, junk: Any, kind: bool) -> None:
    changed = {field: junk}
    for base in (CAPTURED, CAPTURED | GROUP | {"msgtype": "richText" if kind else "file"}):
        read_message(json.dumps(base | changed), NOW)
    read_click(json.dumps(CLICK | changed), NOW)
