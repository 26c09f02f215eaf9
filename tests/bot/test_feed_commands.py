"""`chengdan feed` over a real IMAP server: add, run, list, doctor, lease and failures; and what a mailbox shows of a mail in doubt."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from actions.settling import ask_around
from actions.tables import Action
from bot.feed_boxes import boxes
from bot.feed_checkup import feeds as checked
from bot.feed_clock import FeedClock
from bot.feeding import Feeder, Stopped, Taken
from bot.settings import Settings
from bot.wiring import House
from knowledge.feeds import FeedError
from knowledge.library import doors
from knowledge.model import FeedSource, Interaction, MailSighting, Notice
from knowledge.store import Store
from tests.fakes.clock import FakeClock
from tests.fakes.dovecot import Dovecot, dovecot
from tests.fakes.letters import letter

from .conftest import Run
from .test_settle_command import say, unknown

SECRET = "secret"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    try:
        with dovecot() as running:
            yield running
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    return f"{request.node.name.replace('[', '.').replace(']', '')[-40:]}@chengdan-demo.cn"


def url(server: Dovecot, user: str, password: str = SECRET) -> str:
    return f"imap://{user.replace('@', '%40')}:{password}@127.0.0.1:{server.port}?tls=none"


def customer(store: Store) -> str:
    """The address of a contact of a running deal."""
    from knowledge.model import Contact

    with store.reading() as session:
        found = session.exec(
            select(Contact).where(col(Contact.email) != "").order_by(col(Contact.id))
        ).first()
    assert found is not None
    return found.email


def house_with(house: House, server: Dovecot, user: str, password: str = SECRET) -> House:
    settings = house.settings.model_copy(update={"imap_url": SecretStr(url(server, user, password))})
    house.settings = settings
    with house.store.session() as session:
        options = {"mailbox": user, "days": "3650", "unknown": "false"}
        session.add(FeedSource(name="box", kind="mailbox", options=options, due_at=house.clock()))
    return house


def source(house: House) -> FeedSource:
    with house.store.reading() as session:
        return session.get_one(FeedSource, "box")


def test_add_run_list_and_remove(
    run: Run, server: Dovecot, user: str, demo_dir: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("IMAP_URL", url(server, user))
    store = Store(f"sqlite:///{demo_dir / 'chengdan.db'}")
    written = letter("c1", customer(store), user, subject="紫色独角兽询价", date=formatdate())
    store.close()
    server.put(written, user=user)
    assert run("feed", "add", "box", "nothing").code == 2
    assert run("feed", "add", "box", "mailbox", "--every", "1s").code == 2
    assert run("feed", "add", "box", "mailbox", "--mailbox", "who@x").code == 2
    assert run("feed", "add", "box", "mailbox", "--every", "5m", "--json").json["every_s"] == 300
    assert run("feed", "add", "box", "mailbox").code == 2
    assert run("feed", "run", "box", "--dry-run", "--json").json["new"] == 1
    assert run("feed", "run", "box", "--json").json["new"] == 1
    assert run("feed", "run", "box", "--full", "--json").json["unchanged"] == 1
    [told] = run("feed", "list", "--json").json
    assert (told["failures"], told["held"]) == (0, 0)
    assert "box" in run("feed", "list").out
    assert "box" in run("doctor").out
    assert "nothing" in run("feed", "held").out
    assert "paused" in run("feed", "pause", "box").out
    assert run("feed", "remove", "box").code == 0
    assert run("feed", "run", "box").code == 3
    assert SECRET not in caplog.text.replace("client_secret", "")


def test_what_a_mailbox_shows_of_a_mail_in_doubt_settles_nothing(
    demo_house: House, server: Dovecot, user: str
) -> None:
    say(demo_house, "p-lina", "帮我给华东医疗王总写封跟进邮件")
    say(demo_house, "p-lina", "发出去")
    code = unknown(demo_house.store)
    demo_house.performer.outward = False
    house = house_with(demo_house, server, user)
    feeder = Feeder(house)
    feeder.read("box")
    shown = say(house, "p-lina", f"/settle {code}")
    assert "没有找到" in shown
    assert "不等于没发出" in shown
    assert "没有找到" in say(house, "p-wuting", f"/settle {code}")  # out of sight sounds like unknown
    with house.store.reading() as session:
        action = session.exec(select(Action).where(Action.code == code)).one()
    copy = letter("x", user, "wang@x.example", subject="跟进").replace(b"<x@x>", action.message_id.encode())
    server.put(copy, "已发送", user)
    bounced = letter("b", "MAILER-DAEMON@x.example", user, subject="Undelivered", answers=action.message_id)
    server.put(bounced, user=user)
    feeder.read("box")
    shown = say(house, "p-lina", f"/settle {code}")
    assert "“已发送”: 有这封信" in shown
    assert "退信" in shown
    with house.store.reading() as session:
        assert session.exec(select(Action.state).where(Action.code == code)).one() == "unknown"
        assert len(session.exec(select(MailSighting)).all()) == 2
        told = [
            one.text
            for one in session.exec(select(Notice)).all()
            if code in one.text and "已发送" in one.text
        ]
    assert told
    feeder.read("box")
    with house.store.reading() as session:
        again = [
            one.text
            for one in session.exec(select(Notice)).all()
            if code in one.text and "已发送" in one.text
        ]
    assert len(again) == len(told)
    assert ask_around(house.gate, {}, lambda _name: None, {}, house.clock()) == []
    assert "已执行" in say(house, "p-lina", f"/settle {code} sent")


def test_a_feed_is_read_by_one_at_a_time(demo_house: House, server: Dovecot, user: str) -> None:
    house = house_with(demo_house, server, user)
    with house.store.session() as session:
        assert doors.lead(session, "feed:box", "another", house.clock(), 900)
    with pytest.raises(Taken):
        Feeder(house).read("box")
    assert source(house).failures == 0
    assert FeedClock(house).look() == []
    assert isinstance(house.clock, FakeClock)
    house.clock.pass_(901)
    Feeder(house).read("box")
    assert source(house).due_at > house.clock()


def test_failures_are_told_and_make_the_pause_longer(demo_house: House, server: Dovecot, user: str) -> None:
    house = house_with(demo_house, server, user, "hunter2")
    pauses: list[timedelta] = []
    for _ in range(3):
        with pytest.raises(FeedError, match="sign-in refused"):
            Feeder(house).read("box")
        pauses.append(source(house).due_at - house.clock())
    assert pauses == [timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=60)]
    [finding] = checked(house)
    assert finding.level == "broken"
    assert "sign-in refused" in finding.says
    assert "hunter2" not in finding.says


def test_the_clock_reads_what_is_due_and_makes_it_findable(
    demo_house: House, server: Dovecot, user: str
) -> None:
    house = house_with(demo_house, server, user)
    text = "我们只要紫色独角兽型号"
    date = "Fri, 20 Nov 2026 10:00:00 +0800"
    server.put(letter("q1", customer(house.store), user, subject="型号", text=text, date=date), user=user)
    clock = FeedClock(house)
    assert clock.look() == ["box"]
    assert clock.look() == []
    with house.store.reading() as session:
        row = session.exec(select(Interaction).where(Interaction.source == "mailbox")).one()
    found = house.search.recall("紫色独角兽", groups=None, k=3)
    assert row.id in {one.interaction_id for one in found}


def test_a_feed_that_breaks_is_not_tried_again_at_once(
    demo_house: House, server: Dovecot, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    house = house_with(demo_house, server, user)
    with house.store.session() as session:
        broken = session.get_one(FeedSource, "box")
        broken.options = {"mailbox": user, "days": "many"}
        session.add(broken)
    FeedClock(house).look()
    row = source(house)
    assert (row.failures, row.due_at > house.clock()) == (1, True)
    assert "internal error" in row.trouble
    assert "box broke" in caplog.text


def test_what_was_read_before_a_stop_is_kept(demo_house: House, server: Dovecot, user: str) -> None:
    house = house_with(demo_house, server, user)
    server.put(letter("s1", customer(house.store), user, date="Fri, 20 Nov 2026 10:00:00 +0800"), user=user)
    with pytest.raises(Stopped):
        Feeder(house, going_on=lambda: False).read("box")
    assert source(house).failures == 0
    assert Feeder(house).read("box").new == 0  # it was written, and the cursor with it


@pytest.mark.parametrize(
    "text", ["http://x", "imaps://nouser.example", "imaps://a:b@h:notaport", "imaps://a:pw1@h?x=1"]
)
def test_an_address_that_cannot_be_understood(text: str) -> None:
    with pytest.raises(FeedError, match="address 1 of IMAP_URL") as caught:
        boxes(Settings(imap_url=SecretStr(text), _env_file=None))
    assert "pw1" not in str(caught.value)


def test_the_secret_of_a_mailbox_is_in_no_repr() -> None:
    found = boxes(Settings(imap_url=SecretStr("imaps://lina%40x.cn:pw1@h imap://b:pw2@h2"), _env_file=None))
    assert list(found) == ["lina@x.cn", "b"]
    assert "pw" not in repr(found)
    assert (found["lina@x.cn"].port, found["b"].port, found["b"].tls) == (993, 143, "starttls")
