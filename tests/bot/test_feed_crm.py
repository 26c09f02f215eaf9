"""`chengdan feed` with HubSpot and Salesforce: settings, the command line, a mapping of one's own, several workers at once."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from bot.feeding import Feeder, Taken
from bot.wiring import House
from knowledge.feeds.bundle import SHIPPED
from knowledge.model import Account, Deal, FeedSource
from knowledge.store import Store
from tests.fakes.hubspot_server import Account as Remote
from tests.fakes.hubspot_server import hubspot_server
from tests.fakes.salesforce_server import salesforce_server

from .conftest import Run

SPRING = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def remote() -> Iterator[Remote]:
    with hubspot_server() as account:
        account.owners = {"7": "lina@chengdan-demo.cn"}
        account.put("companies", "1", SPRING, name="紫荆医院")
        deal = account.put("deals", "11", SPRING, {"companies": ["1"]}, dealname="彩超", amount="5", createdate="2026-03-01T00:00:00Z",
                           hubspot_owner_id="7")  # fmt: skip
        account.stage("11", ("neu", SPRING))
        assert deal
        yield account


def test_hubspot_on_the_command_line(
    run: Run, remote: Remote, demo_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-1")
    monkeypatch.setenv("HUBSPOT_API_BASE", remote.url)
    own = Path(shutil.copytree(SHIPPED / "hubspot", tmp_path / "own"))
    assert run("feed", "add", "hs", "hubspot", "--mapping", str(tmp_path / "nowhere")).code == 3
    assert run("feed", "add", "hs", "hubspot", "--mapping", str(own)).code == 0
    first = run("feed", "run", "hs", "--json")
    assert first.code == 1  # a stage of their own, which no mapping lists
    assert "neu" in run("feed", "held", "hs").out
    for name in ("deals", "deal_stages"):
        path = own / f"{name}.yaml"
        path.write_text(
            path.read_text(encoding="utf-8").replace("      won: won", "      neu: proposal\n      won: won"),
            encoding="utf-8",
        )
    assert run("feed", "run", "hs", "--json").json["new"] == 2
    assert run("feed", "run", "hs").code == 0
    store = Store(f"sqlite:///{demo_dir / 'chengdan.db'}")
    with store.reading() as session:
        deal = session.get_one(Deal, "hs-deal-11")
        assert (deal.owner_id, deal.stage, deal.amount_fen) == ("p-lina", "proposal", 500)
    store.close()
    assert "紫荆医院" in run("ask", "--as", "p-lina", "紫荆医院彩超这个单子现在什么情况?").out
    text = (own / "deals.yaml").read_text(encoding="utf-8")
    (own / "deals.yaml").write_text(text.replace("part: deals", "part: dealz"), encoding="utf-8")
    assert "dealz" in run("feed", "run", "hs").err


def test_a_token_that_is_refused_is_told_by_doctor(
    run: Run, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-revoked")
    monkeypatch.setenv("HUBSPOT_API_BASE", remote.url)
    run("feed", "add", "hs", "hubspot")
    ran = run("feed", "run", "hs")
    assert ran.code == 1
    assert "expired or was revoked" in ran.err
    doctor = run("doctor")
    assert doctor.code == 1
    assert "HUBSPOT_ACCESS_TOKEN" in doctor.out
    assert "pat-revoked" not in doctor.out + ran.err


def test_salesforce_by_its_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with salesforce_server() as org:
        org.put(
            "OpportunityStage",
            "01J1",
            "2026-03-01T00:00:00Z",
            ApiName="Won",
            MasterLabel="Won",
            IsClosed=True,
            IsWon=True,
        )
        org.put("Account", "001000000000001AAA", "2026-03-01T00:00:00Z", Name="紫荆医院", MasterRecordId=None)
        for name, value in {
            "INSTANCE_URL": org.url,
            "CLIENT_ID": "app",
            "CLIENT_SECRET": "s3cret",
            "CA_FILE": org.ca_file,
        }.items():
            monkeypatch.setenv(f"SALESFORCE_{name}", value)
        run("feed", "add", "sf", "salesforce", "--every", "1h")
        ran = run("feed", "run", "sf", "--json")
        assert (ran.code, ran.json["new"]) == (0, 1)
        remarks = [one["remarks"] for one in ran.json["feeds"] if one["feed"] == "salesforce-notes"]
        assert "may not be read" in remarks[0][0]


def test_workers_that_come_at_once_read_it_once(demo_house: House, remote: Remote) -> None:
    demo_house.settings = demo_house.settings.model_copy(
        update={"hubspot_access_token": SecretStr("pat-1"), "hubspot_api_base": remote.url}
    )
    with demo_house.store.session() as session:
        session.add(FeedSource(name="hs", kind="hubspot", due_at=demo_house.clock()))
    ends: list[str] = []

    def work() -> None:
        try:
            Feeder(demo_house).read("hs")
            ends.append("read")
        except Taken:
            ends.append("taken")

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert "read" in ends
    with demo_house.store.reading() as session:
        assert len(session.exec(select(Account).where(Account.name == "紫荆医院")).all()) == 1
