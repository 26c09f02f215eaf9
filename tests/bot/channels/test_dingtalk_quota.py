"""The month's calls: counted, spared, and what still works when there are none left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channel_settings import ChannelSettings
from bot.channels.dingtalk import from_settings
from bot.street.port import Asked
from bot.street.words import Fate, Load
from tests.bot.channels.test_dingtalk_cards import CARD, draft, final
from tests.fakes.dingtalk_cards import ANSWER, APPROVAL
from tests.fakes.dingtalk_http import Reply
from tests.fakes.dingtalk_server import PERSON
from tests.fakes.dingtalk_street import FakeIntake, FakePad, HandClock, in_loop, parcel, scene

BLOCKED = Reply(200, {"status": 1111, "wait": 5, "source": "x5", "punish": "deny"})


@in_loop
async def test_every_metered_call_is_counted_in_chinas_month() -> None:
    pad = FakePad()
    async with scene(pad=pad, monthly_calls=5000) as at:
        to = await at.address()
        await at.channel.send(parcel(Load.TEXT, to, text="不计"))
        for number in range(3):
            await at.channel.send(parcel(Load.TEXT, "staff2", text=str(number)))
        at.fake.fail(PERSON, Reply(400, {"code": "x"}), Reply(drop=True))
        for _ in range(2):
            await at.channel.send(parcel(Load.TEXT, "staff2", text="x"))
        health = at.channel.health()
        assert health.figures == {"calls_this_month": 5, "monthly_calls": 5000, "reconnects": 0}
        assert at.fake.metered == 5
        assert "5/5000" in health.says
        at.clock.at = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
        assert at.channel.health().figures == health.figures
        at.clock.turn(1)
        assert at.channel.health().figures == {"calls_this_month": 0, "monthly_calls": 5000, "reconnects": 0}
    async with scene(pad=pad, run=False) as again:
        assert (again.channel.health().figures or {})["calls_this_month"] == 5


@in_loop
async def test_after_four_fifths_running_answers_stop_and_the_rest_goes_on() -> None:
    async with scene(answer_template=ANSWER, approval_template=APPROVAL, monthly_calls=10) as at:
        assert (await at.channel.send(draft("一"))).fate is Fate.SENT  # create, switch, stream
        for number in range(5):
            await at.channel.send(parcel(Load.TEXT, "staff2", text=str(number)))
        at.clock.turn(1)
        stopped = await at.channel.send(draft("二"))
        assert (stopped.fate, "80 %" in stopped.note) == (Fate.NEVER, True)
        assert (await at.channel.send(final("完"))).fate is Fate.SENT
        assert at.fake.cards.of("staff1")[0].params["content"] == "完"
        assert (await at.channel.send(parcel(Load.CARD, "boss", card=CARD))).refs["out_track_id"]


@in_loop
async def test_without_calls_answers_still_go_by_the_webhook() -> None:
    async with scene(answer_template=ANSWER, approval_template=APPROVAL) as at:
        at.fake.quota = 0
        to = await at.address()
        assert (await at.channel.send(draft("一", to))).fate is Fate.NEVER
        calls = at.fake.metered
        assert (await at.channel.send(draft("一二", to))).fate is Fate.NEVER
        assert at.fake.metered == calls
        assert (await at.channel.send(final("完", to))).fate is Fate.SENT
        assert (await at.channel.send(parcel(Load.CARD, to, card=CARD))).refs["as_text"] == "1"
        assert at.fake.texts("staff1") == ["完", f"{CARD.text}\n\n{CARD.footer}"]
        nobody = await at.channel.send(parcel(Load.TEXT, "boss", text="通知"))
        assert (nobody.fate, "额度" in nobody.note) == (Fate.NEVER, True)
        health = at.channel.health()
        assert not health.ok
        assert "额度已用完" in health.says


@in_loop
async def test_a_month_that_ends_in_the_middle_of_an_answer() -> None:
    async with scene(answer_template=ANSWER) as at:
        to = await at.address()
        await at.channel.send(draft("一", to))
        at.fake.quota = 0
        assert (await at.channel.send(final("完", to))).fate is Fate.SENT
        assert at.fake.texts("staff1") == ["完"]


@in_loop
async def test_the_older_code_means_the_same() -> None:
    async with scene() as at:
        at.fake.fail(PERSON, Reply(200, {"errcode": 90020, "errmsg": "api count limit"}))
        assert (await at.channel.send(parcel(Load.TEXT, "boss", text="x"))).fate is Fate.NEVER
        assert "额度已用完" in at.channel.health().says
        at.clock.turn(timedelta(days=31).total_seconds())
        assert "额度已用完" not in at.channel.health().says


class BrokenPad(FakePad):
    """A database that is away."""

    def get(self, key: str) -> dict[str, Any] | None:
        raise OSError("away")

    def put(self, key: str, value: dict[str, Any], ttl_s: float) -> None:
        raise OSError("away")


@in_loop
async def test_a_database_that_is_away_loses_no_answer() -> None:
    async with scene(answer_template=ANSWER, pad=BrokenPad(), run=False) as at:
        assert (await at.channel.send(parcel(Load.TEXT, "staff1", text="x"))).fate is Fate.SENT
        later = await at.channel.send(final("完"))
        assert (later.fate, at.fake.texts("staff1")) == (Fate.LATER, ["x"])
        assert (await at.channel.send(draft("一"))).fate is Fate.NEVER


@pytest.mark.parametrize(
    "page", [BLOCKED, Reply(200, b"<html>punish</html>"), Reply(403, b"<!DOCTYPE html>")]
)
@in_loop
async def test_a_blocked_address_waits_five_minutes(page: Reply) -> None:
    async with scene() as at:
        to = await at.address()
        at.fake.page = page
        for where in (to, "boss"):
            sent = await at.channel.send(parcel(Load.TEXT, where, text="x"))
            assert (sent.fate, sent.after_s) == (Fate.LATER, 300)
        at.fake.page = None
        assert (await at.channel.send(parcel(Load.TEXT, to, text="x"))).fate is Fate.SENT


@in_loop
async def test_an_empty_parcel_and_a_foreign_callback() -> None:
    async with scene(run=False) as at:
        empty = replace(parcel(Load.FILE, "boss"), file=None)
        assert (await at.channel.send(empty)).fate is Fate.NEVER
        told = await at.channel.callback(Asked(method="GET", query={}, headers={}, body=b""), FakeIntake())
        assert told.status == 404


def test_settings_without_credentials_open_no_channel() -> None:
    assert from_settings(ChannelSettings(_env_file=None), FakePad(), HandClock()) is None
    settings = ChannelSettings(
        _env_file=None,
        dingtalk_client_id="ding1",
        dingtalk_client_secret=SecretStr("s3cret"),
        dingtalk_answer_template="t.schema",
    )
    channel = from_settings(settings, FakePad(), HandClock())
    assert channel is not None
    assert (channel.name, channel.traits.drafts, channel.traits.buttons) == ("dingtalk", True, False)
    assert "s3cret" not in repr(vars(channel))
