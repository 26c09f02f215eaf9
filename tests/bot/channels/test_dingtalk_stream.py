"""The Stream connection: acknowledged when stored, never lost at a change of connections, healed when it dies silently."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from bot.channels.dingtalk import Beat, Shut
from bot.channels.dingtalk.frames import read_frame
from tests.fakes.dingtalk_http import Reply
from tests.fakes.dingtalk_server import CLIENT, OPEN, SECRET
from tests.fakes.dingtalk_stream_side import CARDS, MESSAGES
from tests.fakes.dingtalk_street import QUICK, in_loop, scene

REFUSED = Reply(503, {"code": "ServiceUnavailable", "message": "later"})


@in_loop
async def test_a_message_is_stored_and_then_acknowledged() -> None:
    async with scene() as at:
        at.intake.gate = asyncio.Event()
        said = await at.fake.say("staff1", "华东的单子怎么样")
        await at.fake.stream.wait_for(lambda: at.intake.asked, "asked")
        assert not at.fake.stream.acks
        at.intake.gate.set()
        ack = await said.ack
        assert (ack["code"], ack["headers"]["messageId"]) == (200, said.message_ids[-1])
        assert json.loads(ack["data"]) == {"response": {}}
        assert at.intake.kept[said.key].text == "华东的单子怎么样"


@in_loop
async def test_what_could_not_be_stored_comes_again_and_is_the_same_arrival() -> None:
    async with scene() as at:
        at.intake.broken = True
        said = await at.fake.say("staff1", "一")
        await at.fake.stream.wait_for(lambda: at.intake.asked, "asked")
        await asyncio.sleep(0.02)
        assert not said.ack.done()
        at.intake.broken = False
        assert await at.fake.stream.redeliver() == 1
        await said.ack
        assert len(set(said.message_ids)) == 2
        at.fake.stream.pending[said.key] = said
        at.fake.stream.deaf = True
        said.ack = asyncio.get_running_loop().create_future()
        await at.fake.stream.redeliver()
        await at.fake.stream.wait_for(lambda: at.intake.asked == 3, "asked again")
        assert list(at.intake.kept) == [said.key]


@in_loop
async def test_messages_are_handed_in_as_they_came() -> None:
    async with scene() as at:
        said = [await at.fake.say("staff1", str(number)) for number in range(200)]
        await asyncio.gather(*(one.ack for one in said))
        assert [one.text for one in at.intake.arrivals] == [str(number) for number in range(200)]


@in_loop
async def test_a_ping_is_answered_while_the_disk_is_slow() -> None:
    async with scene() as at:
        at.intake.gate = asyncio.Event()
        said = [await at.fake.say("staff1", str(number)) for number in range(50)]
        ack = await at.fake.stream.ping("opaque ✓")
        assert ack["code"] == 200
        at.intake.gate.set()
        await asyncio.gather(*(one.ack for one in said))


@in_loop
async def test_a_disconnect_opens_the_next_connection_before_the_old_one_goes() -> None:
    async with scene() as at:
        stream = at.fake.stream
        at.intake.gate = asyncio.Event()
        on_the_old_one = await at.fake.say("staff1", "还在旧连接上")
        await stream.disconnect(linger_s=0.3)
        await stream.wait_for(lambda: len(stream.connections) == 2, "both connections at once")
        at.intake.gate.set()
        await on_the_old_one.ack
        said = await at.fake.say("staff1", "新连接")
        await said.ack
        await stream.wait_for(lambda: len(stream.connections) == 1, "the old one gone")
        assert stream.used_tickets == 2
        assert at.channel.health().figures == {"calls_this_month": 0, "monthly_calls": 0, "reconnects": 1}


@in_loop
async def test_a_half_open_connection_is_found_and_replaced() -> None:
    async with scene() as at:
        stream = at.fake.stream
        stream.freeze()
        await stream.wait_for(lambda: stream.used_tickets == 2, "a new connection")
        said = await at.fake.say("staff1", "还在吗")
        await said.ack


@in_loop
async def test_silence_of_a_server_that_used_to_ping_is_death() -> None:
    async with scene(beat=Beat(look_s=0.01, linger_s=0.05)) as at:
        for _ in range(3):
            await at.fake.stream.ping()
            at.clock.turn(30)
        assert at.fake.stream.used_tickets == 1
        at.clock.turn(121)
        await at.fake.stream.wait_for(lambda: at.fake.stream.used_tickets == 2, "a new connection")


@in_loop
async def test_an_old_connection_is_replaced_unasked() -> None:
    async with scene(beat=Beat(look_s=0.01, linger_s=0.05)) as at:
        at.clock.turn(6 * 3600 + 1)
        await at.fake.stream.wait_for(lambda: at.fake.stream.used_tickets == 2, "a new connection")


@in_loop
async def test_pauses_grow_when_the_gateway_is_away_and_end_when_it_is_back() -> None:
    async with scene(run=False) as at:
        at.fake.fail(OPEN, *[REFUSED] * 8)
        running = asyncio.create_task(at.channel.run(at.intake))
        await at.fake.stream.wait_for(lambda: at.channel.health().ok, "connected in the end")
        assert at.clock.slept == [1, 2, 4, 8, 16, 32, 60, 60]
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


@in_loop
async def test_a_server_that_lets_in_and_throws_out_is_not_asked_without_end() -> None:
    async with scene() as at:
        for number in range(2, 5):

            def again(wanted: int = number) -> bool:
                return at.fake.stream.used_tickets == wanted

            await at.fake.stream.connections[-1].close()
            await at.fake.stream.wait_for(again, "again")
            await at.fake.stream.wait_for(lambda: at.channel.health().ok, "connected")
        assert at.clock.slept == [1, 2, 4]


@in_loop
async def test_a_dead_ticket_is_not_tried_twice() -> None:
    async with scene(run=False) as at:
        ticket = at.fake.stream.ticket()
        at.fake.stream.tickets.clear()
        at.fake.fail(OPEN, Reply(200, dict(ticket)))
        running = asyncio.create_task(at.channel.run(at.intake))
        await at.fake.stream.wait_for(lambda: at.fake.stream.connections, "connected")
        assert (at.fake.stream.refused_tickets, at.fake.stream.used_tickets) == (1, 1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@in_loop
async def test_refused_credentials_are_told_in_words() -> None:
    async with scene(run=False, client_secret="wrong") as at:
        with pytest.raises(Shut, match="Client Secret"):
            await at.channel.run(at.intake)
        health = at.channel.health()
        assert not health.ok
        assert "Stream" in health.says
        assert "wrong" not in health.says


@in_loop
async def test_credentials_revoked_later_end_the_run_in_words() -> None:
    async with scene() as at:
        at.fake.secret = "another"
        await at.fake.stream.connections[-1].close()
        assert at.running is not None
        with pytest.raises(Shut):
            await at.running
        assert not at.fake.stream.connections


@in_loop
async def test_refused_while_still_connected_the_connection_is_used_to_its_end() -> None:
    async with scene(beat=Beat(look_s=0.01, linger_s=0.05, close_s=0.1)) as at:
        at.fake.secret = "another"
        at.clock.turn(6 * 3600 + 1)
        await at.fake.stream.wait_for(lambda: at.clock.slept, "refused at least once")
        await (await at.fake.say("staff1", "还收得到")).ack
        assert at.channel.health().ok
        at.fake.secret = SECRET
        await at.fake.stream.wait_for(lambda: at.fake.stream.used_tickets == 2, "a new connection")


@in_loop
async def test_a_cancelled_run_ends_at_once_and_hangs_up() -> None:
    async with scene() as at:
        assert at.running is not None
        at.running.cancel()
        async with asyncio.timeout(1):
            with pytest.raises(asyncio.CancelledError):
                await at.running
        await at.fake.stream.wait_for(lambda: not at.fake.stream.connections, "hung up")
        assert not at.channel.health().ok


@in_loop
async def test_what_cannot_be_read_is_refused_and_does_no_harm() -> None:
    async with scene() as at:
        stream = at.fake.stream
        for data in ("{", "[]", "null", '"x"', "{}", '{"msgId": {"a": 1}}', "[" * 100_000):
            assert (await (await stream.raw(data)).ack)["code"] == 400
            assert (await (await stream.raw(data, CARDS)).ack)["code"] == 400
        await stream.connections[-1].send("no json")
        await stream.connections[-1].send(b"\xff\xfe")
        await stream.connections[-1].send('{"headers": 5}')
        assert (await (await stream.raw("{}", "/v1.0/other")).ack)["code"] == 404
        event = await (await stream.raw('{"a": 1}', "*", "EVENT")).ack
        assert json.loads(event["data"])["status"] == "SUCCESS"
        assert (await (await stream.raw("{}", "REGISTERED", "SYSTEM")).ack)["code"] == 200
        await (await at.fake.say("staff1", "活着")).ack
        assert len(at.intake.kept) == 1


@in_loop
async def test_ten_thousand_characters_and_more() -> None:
    async with scene() as at:
        said = await at.fake.say("staff1", "长" * 10_000)
        await said.ack
        assert len(at.intake.kept[said.key].text) == 10_000


@in_loop
async def test_no_ticket_no_secret_and_no_webhook_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")
    async with scene() as at:
        said = await at.fake.say("staff1", "你好")
        await said.ack
        webhook = at.intake.kept[said.key].address.route["webhook"]
        await at.fake.stream.connections[-1].close()
        await at.fake.stream.wait_for(lambda: at.fake.stream.used_tickets == 2, "again")
    ours = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("bot", "httpx", "httpcore"))
    )
    assert "connections/open" in ours
    for secret in (SECRET, "ticket=", webhook.partition("session=")[2]):
        assert secret not in ours


@in_loop
async def test_what_the_gateway_is_asked() -> None:
    async with scene() as at:
        asked = at.fake.opened[0]
        assert asked["clientId"] == CLIENT
        assert {one["topic"] for one in asked["subscriptions"]} == {MESSAGES, CARDS}


def test_frames_are_read_with_data_as_text_or_object() -> None:
    frame = read_frame('{"type":"CALLBACK","headers":{"topic":"t","messageId":"m"},"data":{"a":1}}')
    assert frame is not None
    assert json.loads(frame.data) == {"a": 1}
    assert QUICK.linger_s < 1
