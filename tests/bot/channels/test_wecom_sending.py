"""What goes out: texts and their fates, the token in every weather, and the limits WeCom keeps silent about."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import httpx
import pytest

from bot.channel_settings import ChannelSettings
from bot.channels.wecom import WeCom, WrongSettings, from_settings
from bot.channels.wecom.faults import CASES, Case
from bot.street.splitting import split, utf8_bytes
from bot.street.words import Address, Fate, Load, Parcel
from tests.fakes.wecom_house import Scene, scene

Play = Callable[[Scene], Awaitable[None]]
SEND = "message/send"


def played(play: Play, *, timeout_s: float = 5.0) -> None:
    async def run() -> None:
        async with scene(timeout_s=timeout_s) as stage:
            await play(stage)

    asyncio.run(run())


def text(to: str = "lina", words: str = "你好", number: int = 1) -> Parcel:
    return Parcel(id=f"p{number}", load=Load.TEXT, address=Address(channel="wecom", to=to), text=words)


def test_a_text_arrives_as_it_is() -> None:
    async def play(stage: Scene) -> None:
        words = '报价 "8%" a<b <area> & <https://x.invalid>\n🚀\u2028'
        sent = await stage.channel.send(text(words=words))
        assert (sent.fate, sent.refs) == (Fate.SENT, {"message_id": "MSG2"})
        assert stage.wecom.texts("lina") == [words]

    played(play)


def test_no_stranger_makes_a_link_in_a_text() -> None:
    async def play(stage: Scene) -> None:
        words = '<a href="https://evil.invalid">批准</a> < A\thref=x> </ a > <a'
        await stage.channel.send(text(words=words))
        assert stage.wecom.texts("lina") == [words.replace("<", "＜")]
        many = "<a>" * 600  # 1800 bytes, and 3000 as they are sent
        assert (await stage.channel.send(text(words=many))).fate is Fate.NEVER
        for part in split(many, stage.channel.traits.limit, stage.channel.traits.measure):
            assert (await stage.channel.send(text(words=part))).fate is Fate.SENT
        assert "".join(stage.wecom.texts("lina")[1:]) == "＜a>" * 600

    played(play)


def test_ten_thousand_characters_cut_by_the_traits_arrive_whole_and_one_byte_more_is_refused() -> None:
    async def play(stage: Scene) -> None:
        traits = stage.channel.traits
        long = "".join(f"第{number}条:合同条款。" for number in range(1000))
        parts = split(long, traits.limit, traits.measure)
        assert max(utf8_bytes(part) for part in parts) <= 2048
        for number, part in enumerate(parts):
            assert (await stage.channel.send(text(words=part, number=number))).fate is Fate.SENT
        assert "".join(stage.wecom.texts("lina")) == long
        assert (await stage.channel.send(text(words="a" * 2048))).fate is Fate.SENT
        for wrong in ("a" * 2049, "字" * 683, "", " \n"):
            refused = await stage.channel.send(text(words=wrong))
            assert (refused.fate, "2048" in refused.note) == (Fate.NEVER, True)

    played(play)


def test_drafts_are_not_shown_and_empty_parcels_not_sent() -> None:
    async def play(stage: Scene) -> None:
        address = Address(channel="wecom", to="lina")
        draft = Parcel(id="d", load=Load.DRAFT, address=address, text="…")
        assert (await stage.channel.send(draft)).fate is Fate.SENT
        for load in (Load.CARD, Load.CARD_UPDATE, Load.FILE, Load.IMAGE):
            assert (await stage.channel.send(Parcel(id="e", load=load, address=address))).fate is Fate.NEVER
        assert not stage.wecom.calls
        assert not stage.channel.traits.drafts

    played(play)


@pytest.mark.parametrize("to", ["@all", "lina|zhaolei", "", "a b", "x" * 65, "-lina", "lina\n"])
def test_nobody_else_is_written_to(to: str) -> None:
    async def play(stage: Scene) -> None:
        assert (await stage.channel.send(text(to=to))).fate is Fate.NEVER
        group = Parcel(
            id="g", load=Load.TEXT, address=Address(channel="wecom", to="lina", group=True), text="x"
        )
        assert (await stage.channel.send(group)).fate is Fate.NEVER
        assert not stage.wecom.calls

    played(play)


def test_who_is_not_in_scope_is_never_reached_also_when_wecom_says_ok() -> None:
    async def play(stage: Scene) -> None:
        assert (await stage.channel.send(text(to="Stranger"))).fate is Fate.NEVER
        stage.wecom.members.add("HeXin")
        stage.wecom.unlicensed.add("HeXin")
        refused = await stage.channel.send(text(to="HeXin"))
        assert (refused.fate, refused.note[:5]) == (Fate.NEVER, "81013")
        assert stage.wecom.count(SEND) == 2
        assert (await stage.channel.send(text(to="lina"))).fate is Fate.SENT

    played(play)


@pytest.mark.parametrize(
    ("codes", "fate", "after_s", "calls", "tokens"),
    [
        ([-1, -1, -1], Fate.SENT, 0, 4, 1),
        ([-1] * 4, Fate.LATER, 5, 4, 1),
        ([6000], Fate.SENT, 0, 2, 1),
        ([40014], Fate.SENT, 0, 2, 2),
        ([42001], Fate.SENT, 0, 2, 2),
        ([41001], Fate.SENT, 0, 2, 2),
        ([42009], Fate.SENT, 0, 2, 2),
        ([40014, 40014], Fate.LATER, 60, 2, 2),
        ([40014, -1, 42001], Fate.LATER, 60, 3, 2),
        ([45009], Fate.LATER, 60, 1, 1),
        ([45011], Fate.LATER, 60, 1, 1),
        ([45033], Fate.LATER, 2, 1, 1),
        ([60020], Fate.LATER, 300, 1, 1),
        ([48002], Fate.LATER, 300, 1, 1),
        ([50003], Fate.LATER, 300, 1, 1),
        ([40056], Fate.LATER, 300, 1, 1),
        ([40003], Fate.NEVER, 0, 1, 1),
        ([60111], Fate.NEVER, 0, 1, 1),
        ([81013], Fate.NEVER, 0, 1, 1),
        ([40058], Fate.NEVER, 0, 1, 1),
        ([45002], Fate.NEVER, 0, 1, 1),
        ([99999], Fate.NEVER, 0, 1, 1),
    ],
)
def test_every_code_has_its_answer(
    codes: list[int], fate: Fate, after_s: float, calls: int, tokens: int
) -> None:
    async def play(stage: Scene) -> None:
        stage.wecom.errcodes[SEND].extend(codes)
        sent = await stage.channel.send(text())
        assert (sent.fate, sent.after_s) == (fate, after_s)
        assert stage.wecom.count(SEND) == calls
        assert stage.wecom.count("gettoken") == tokens
        assert len(stage.wecom.texts("lina")) == (1 if fate is Fate.SENT else 0)
        broken = CASES.get(codes[0]) is Case.SETTINGS
        assert stage.channel.health().ok is not broken

    played(play)


def test_a_token_revoked_for_good_costs_two_calls_and_no_more() -> None:
    async def play(stage: Scene) -> None:
        stage.wecom.revoked_for_good = True
        assert (await stage.channel.send(text())).fate is Fate.LATER
        assert (stage.wecom.count(SEND), stage.wecom.count("gettoken")) == (2, 2)

    played(play)


def test_a_token_revoked_while_many_send_is_fetched_once_for_all() -> None:
    async def play(stage: Scene) -> None:
        await stage.channel.send(text())
        stage.wecom.revoke()
        many = await asyncio.gather(*(stage.channel.send(text(number=n)) for n in range(20)))
        assert {sent.fate for sent in many} == {Fate.SENT}
        assert stage.wecom.count("gettoken") == 2
        assert len(stage.wecom.texts("lina")) == 21

    played(play)


def test_the_first_token_is_fetched_once_for_all_and_renewed_before_it_ends() -> None:
    async def play(stage: Scene) -> None:
        await asyncio.gather(*(stage.channel.send(text(number=n)) for n in range(10)))
        assert stage.wecom.count("gettoken") == 1
        stage.clock.pass_(6890)
        await stage.channel.send(text())
        assert stage.wecom.count("gettoken") == 1
        stage.clock.pass_(20)
        await stage.channel.send(text())
        assert stage.wecom.count("gettoken") == 2  # 290 s before its end

    played(play)


def test_a_wrong_secret_keeps_what_waits_and_is_not_hammered() -> None:
    async def play(stage: Scene) -> None:
        stage.wecom.secret = "changed-in-the-console"
        for number in range(5):
            assert (await stage.channel.send(text(number=number))).fate is Fate.LATER
        assert stage.wecom.count("gettoken") == 1
        assert "WECOM_SECRET" in stage.channel.health().says
        stage.clock.pass_(31)
        with pytest.raises(WrongSettings, match="WECOM_SECRET"):
            await stage.channel.run(stage.intake)
        stage.wecom.secret = "app-secret-of-the-test"
        stage.clock.pass_(31)
        assert (await stage.channel.send(text())).fate is Fate.SENT
        assert stage.channel.health().ok

    played(play)


def test_an_untrusted_ip_is_shown_and_stands_in_the_admins_way_until_it_is_mended() -> None:
    async def play(stage: Scene) -> None:
        standing = asyncio.create_task(stage.channel.run(stage.intake))
        await asyncio.sleep(0.02)
        stage.wecom.trusted = False
        assert (await stage.channel.send(text())).fate is Fate.LATER
        with pytest.raises(WrongSettings, match=r"from ip: 203\.0\.113\.7"):
            await standing
        stage.wecom.trusted = True
        assert (await stage.channel.send(text())).fate is Fate.SENT
        assert stage.channel.health().ok
        again = asyncio.create_task(stage.channel.run(stage.intake))
        await asyncio.sleep(0.02)
        assert not again.done()
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)

    played(play)


def test_a_wait_without_an_answer_is_unknown_and_not_repeated() -> None:
    async def play(stage: Scene) -> None:
        await stage.channel.api.tokens.current()
        stage.wecom.lost[SEND].append(0.5)
        assert (await stage.channel.send(text())).fate is Fate.UNKNOWN
        assert stage.wecom.count(SEND) == 1
        stage.channel.api.tokens.drop(await stage.channel.api.tokens.current())
        stage.wecom.lost["gettoken"].append(0.5)
        assert (await stage.channel.send(text())).fate is Fate.LATER  # nothing had been sent yet

    played(play, timeout_s=0.2)


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (503, Fate.LATER),
        (429, Fate.LATER),
        (404, Fate.LATER),
        (302, Fate.LATER),
        (500, Fate.UNKNOWN),
        (504, Fate.UNKNOWN),
    ],
)
def test_a_gateway_that_turns_us_away_surely_and_one_that_perhaps_did_not(status: int, fate: Fate) -> None:
    async def play(stage: Scene) -> None:
        stage.wecom.statuses[SEND].append(status)
        assert (await stage.channel.send(text())).fate is fate

    played(play)


def test_nobody_at_home_is_surely_unsent() -> None:
    async def play(stage: Scene) -> None:
        await stage.channel.send(text())
        stage.channel.api._base = "http://127.0.0.1:9"
        assert (await stage.channel.send(text())).fate is Fate.LATER

    played(play)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errcode":"0"}', b"[" * 100_000])
def test_an_answer_that_is_none_is_unknown(body: bytes) -> None:
    async def play(stage: Scene) -> None:
        await stage.channel.api.tokens.current()
        answer = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
        async with httpx.AsyncClient(transport=answer) as odd:
            stage.channel.api._http = odd
            assert (await stage.channel.send(text())).fate is Fate.UNKNOWN

    played(play)


def test_the_thirty_first_message_of_a_minute_waits_instead_of_vanishing() -> None:
    async def play(stage: Scene) -> None:
        for number in range(30):
            assert (await stage.channel.send(text(number=number))).fate is Fate.SENT
            stage.clock.pass_(1)
        waits = await stage.channel.send(text(words="第31条"))
        assert (waits.fate, waits.after_s) == (Fate.LATER, 30.0)
        assert (await stage.channel.send(text(to="zhaolei"))).fate is Fate.SENT
        stage.clock.pass_(waits.after_s)
        assert (await stage.channel.send(text(words="第31条"))).fate is Fate.SENT
        assert stage.wecom.texts("lina")[-1] == "第31条"
        assert not stage.wecom.dropped
        assert (stage.channel.traits.per_minute, stage.channel.traits.per_hour) == (30, 1000)

    played(play)


def test_the_thousand_of_an_hour_are_kept_too() -> None:
    async def play(stage: Scene) -> None:
        for _ in range(1000):
            stage.channel.sender.pace.sent("lina")
            stage.clock.pass_(3)
        waits = await stage.channel.send(text())
        assert (waits.fate, waits.after_s) == (Fate.LATER, 600.0)
        stage.clock.pass_(600)
        assert (await stage.channel.send(text())).fate is Fate.SENT

    played(play)


def test_no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")  # another channel keeps it quiet

    async def play(stage: Scene) -> None:
        await stage.channel.send(text())
        stage.wecom.errcodes[SEND].extend([60020, 40058])
        notes = [(await stage.channel.send(text())).note for _ in range(3)]
        stage.channel.api._base = "http://127.0.0.1:9"
        notes.append((await stage.channel.send(text())).note)
        token = await stage.channel.api.tokens.current()
        told = caplog.text + "".join(notes) + str(stage.pad.notes)
        for secret in (token, stage.wecom.secret, stage.wecom.token, stage.wecom.aes_key):
            assert secret not in told
        assert "message/send" in caplog.text  # httpx did log the call

    played(play)


def test_the_settings_make_a_channel_none_or_a_sentence() -> None:
    full = {
        "wecom_corp_id": "ww1",
        "wecom_agent_id": 7,
        "wecom_secret": "s",
        "wecom_token": "t",
        "wecom_aes_key": "a" * 43,
    }

    def opened(**given: object) -> WeCom | None:
        settings = ChannelSettings(_env_file=None, **given)  # type: ignore[arg-type]
        return from_settings(settings, None, None)  # type: ignore[arg-type]

    assert opened() is None
    channel = opened(**full)
    assert channel is not None
    assert channel.name == "wecom"
    with pytest.raises(ValueError, match=r"WECOM_SECRET.*WECOM_AES_KEY"):
        opened(
            **{name: value for name, value in full.items() if name not in ("wecom_secret", "wecom_aes_key")}
        )
    with pytest.raises(ValueError, match="43"):
        opened(**{**full, "wecom_aes_key": "short"})
