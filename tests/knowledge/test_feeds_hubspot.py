"""HubSpot through its own client against a server that speaks its API: first reading, changes, faults, what is gone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from knowledge.feeds import FeedError, FeedReport
from knowledge.feeds.bundle import SHIPPED
from knowledge.feeds.hubspot import HubSpotAccess, HubSpotApi
from knowledge.feeds.hubspot_source import HubSpotSource
from knowledge.feeds.load import Scope
from knowledge.feeds.patience import Patience
from knowledge.feeds.pull import bundle, pull
from knowledge.feeds.rowfeed import Run
from knowledge.model import (
    Account,
    Contact,
    Deal,
    DealContact,
    FeedHeld,
    Interaction,
    Offer,
    Product,
    StageChange,
    Task,
)
from knowledge.store import Store
from tests.fakes.feed_files import seller
from tests.fakes.hubspot_server import Account as Remote
from tests.fakes.hubspot_server import hubspot_server

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SPRING = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def remote() -> Iterator[Remote]:
    with hubspot_server() as account:
        _fill(account)
        yield account


def _fill(account: Remote) -> None:
    account.put("products", "41", SPRING, name="手持超声", price="86000")
    account.put(
        "companies", "1", SPRING, name="华东医疗", city="杭州", domain="huadong.example", hubspot_owner_id="7"
    )
    account.put("companies", "2", SPRING, name="华东医疗器械", domain="hd.example", hubspot_owner_id="99")
    account.put("companies", "3", SPRING, name="澄湖医院")
    contact = {"firstname": "建国", "lastname": "王", "email": "wang@huadong.example", "jobtitle": "科长"}
    account.put("contacts", "21", SPRING, {"companies": ["1"]}, **contact)
    account.put("contacts", "22", SPRING, {}, email="nobody@x.example")
    near = {"companies": ["1", "3"], "contacts": ["21"], "line_items": ["31", "32"]}
    account.put(
        "deals", "11", SPRING, near, dealname="超声 20 台", amount="1720000.00", deal_currency_code="CNY",
        closedate="2026-12-20T00:00:00Z", createdate="2026-03-01T08:00:00Z", hubspot_owner_id="7",
    )  # fmt: skip
    account.stage("11", ("appointmentscheduled", SPRING), ("qualifiedtobuy", SPRING + timedelta(days=9)))
    account.put("line_items", "31", SPRING, {"deals": ["11"]}, name="手持超声", quantity="20", price="90000",
                amount="1720000", hs_product_id="41")  # fmt: skip
    account.put(
        "line_items",
        "32",
        SPRING,
        {"deals": ["11"]},
        name="培训",
        quantity="2.5",
        price="1000",
        amount="2000",
    )
    talk = {"companies": ["1"], "contacts": ["21"], "deals": ["11"]}
    account.put("notes", "51", SPRING, talk, hs_note_body="<p>预算 <b>180 万</b></p>", hs_timestamp="2026-03-02T01:00:00Z",
                hubspot_owner_id="7")  # fmt: skip
    account.put("emails", "52", SPRING, talk, hs_email_subject="报价", hs_email_text="请报价", hs_email_direction="INCOMING_EMAIL",
                hs_email_message_id="<m1@x>", hs_timestamp="2026-03-03T01:00:00Z", hubspot_owner_id="99")  # fmt: skip
    account.put("calls", "53", SPRING, talk, hs_call_title="电话", hs_call_body="谈价格", hs_call_direction="OUTBOUND",
                hs_timestamp="2026-03-04T01:00:00Z", hubspot_owner_id="7")  # fmt: skip
    account.put("meetings", "54", SPRING, talk, hs_meeting_title="来访", hs_meeting_start_time="2026-12-01T01:00:00Z",
                hs_timestamp="2026-12-01T01:00:00Z")  # fmt: skip
    account.put("tasks", "55", SPRING, {"deals": ["11"]}, hs_task_subject="寄样机", hs_task_status="NOT_STARTED",
                hs_timestamp="2026-11-30T01:00:00Z", hubspot_owner_id="7")  # fmt: skip


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return seller(sqlite_store)


def read(
    remote: Remote, store: Store, tmp_path: Path, *, dry: bool = False, anew: bool = False, now: datetime = NOW,
    naps: list[float] | None = None, access: HubSpotAccess | None = None,
) -> dict[str, FeedReport]:  # fmt: skip
    slept: list[float] = naps if naps is not None else []
    patience = Patience(sleep=slept.append)
    source = HubSpotSource(
        HubSpotApi(access or HubSpotAccess(base=remote.url, access_token="pat-1"), patience)
    )
    scope = Scope(store)
    run = Run(scope=scope, now=now, rejected=tmp_path / "rejected")
    mappings = bundle(SHIPPED / "hubspot")
    if not dry:
        return {
            one.feed.removeprefix("hubspot-"): one for one in pull(source, mappings, "hs", run, anew=anew)
        }
    with scope.rehearsal():
        return {
            one.feed.removeprefix("hubspot-"): one for one in pull(source, mappings, "hs", run, anew=anew)
        }


def total(reports: dict[str, FeedReport]) -> tuple[int, int]:
    return sum(one.new for one in reports.values()), sum(one.changed for one in reports.values())


def test_everything_comes_in_once(remote: Remote, store: Store, tmp_path: Path) -> None:
    dry = read(remote, store, tmp_path, dry=True)
    reports = read(remote, store, tmp_path)
    assert total(dry) == total(reports) == (15, 0)
    with store.reading() as session:
        deal = session.get_one(Deal, "hs-deal-11")
        assert (deal.account_id, deal.owner_id, deal.team_id, deal.stage) == (
            "hs-company-1",
            "p",
            "t",
            "evaluation",
        )
        assert (deal.amount_fen, deal.currency, deal.closed_at) == (172_000_000, "CNY", None)
        assert deal.expected_close == datetime(2026, 12, 20, tzinfo=UTC)
        company = session.get_one(Account, "hs-company-1")
        assert (company.domains, company.owner_id) == (["huadong.example"], "p")
        assert session.get_one(Account, "hs-company-2").owner_id is None  # an owner who is no colleague
        contact = session.get_one(Contact, "hs-contact-21")
        assert (contact.name, contact.account_id) == ("建国 王", "hs-company-1")
        steps = session.exec(select(StageChange).order_by(StageChange.at)).all()  # type: ignore[arg-type]
        assert [step.stage for step in steps] == ["discovery", "evaluation"]
        offer = session.get_one(Offer, "hs-offer-11")
        assert (offer.status, offer.total_fen, offer.discount_bp) == ("draft", 172_200_000, 447)
        assert offer.lines[0]["product_id"] == "hs-product-41"
        assert session.get_one(Product, "hs-product-41").list_price_fen == 8_600_000
        talks = {row.kind: row for row in session.exec(select(Interaction)).all()}
        assert session.get(DealContact, ("hs-deal-11", "hs-contact-21"))
        assert session.get_one(Task, "hs-task-55").status == "open"
    assert {kind: row.provenance for kind, row in talks.items()} == {
        "note": "imported_file", "mail": "inbound_mail", "call": "imported_file", "meeting": "imported_file",
    }  # fmt: skip
    assert talks["note"].text == "预算 180 万"
    assert (talks["mail"].direction, talks["mail"].deal_id, talks["mail"].contact_id) == (
        "inbound", "hs-deal-11", "hs-contact-21",
    )  # fmt: skip
    assert talks["mail"].id.startswith("mail-")  # the row that a mailbox would give it
    assert reports["contacts"].rejected == 1
    assert total(read(remote, store, tmp_path)) == (0, 0)
    assert total(read(remote, store, tmp_path, anew=True)) == (0, 0)


def test_what_changed_comes_and_nothing_else_is_asked_for(
    remote: Remote, store: Store, tmp_path: Path
) -> None:
    read(remote, store, tmp_path)
    remote.put("companies", "1", LATER, city="宁波")
    deal = remote.put("deals", "11", LATER, amount="1500000", closedate="2026-11-21T03:00:00Z")
    deal.history["dealstage"].append(("98765", LATER))
    deal.properties["dealstage"] = "98765"
    remote.asked.clear()
    reports = read(remote, store, tmp_path)
    assert total(reports) == (1, 3)
    assert not [
        line
        for line in remote.asked
        if line.startswith("GET /crm/v3/objects/companies?") and "archived=False" in line
    ]
    with store.reading() as session:
        row = session.get_one(Deal, "hs-deal-11")
        assert (row.stage, row.amount_fen, row.closed_at) == (
            "won",
            150_000_000,
            datetime(2026, 11, 21, 3, tzinfo=UTC),
        )
        assert session.get_one(Account, "hs-company-1").city == "宁波"
        assert session.get_one(Offer, "hs-offer-11").status == "accepted"


def test_a_line_that_changed_without_its_deal(remote: Remote, store: Store, tmp_path: Path) -> None:
    read(remote, store, tmp_path)
    remote.put("line_items", "31", LATER, amount="1600000")
    read(remote, store, tmp_path)
    with store.reading() as session:
        assert session.get_one(Offer, "hs-offer-11").total_fen == 160_200_000


def test_what_cannot_be_taken_is_held_and_asked_for_anew(
    remote: Remote, store: Store, tmp_path: Path
) -> None:
    bad = {
        "12": {"amount": "-5"}, "13": {"amount": "NaN"}, "14": {"dealstage": "somethingelse"},
        "15": {"hubspot_owner_id": "99"}, "16": {"createdate": "2031-01-01T00:00:00Z"}, "17": {"deal_currency_code": "XYZ"},
    }  # fmt: skip
    for identity, wrong in bad.items():
        good = {"dealname": f"单 {identity}", "amount": "10", "deal_currency_code": "CNY", "dealstage": "contractsent",
                "createdate": "2026-03-01T08:00:00Z", "hubspot_owner_id": "7"}  # fmt: skip
        remote.put("deals", identity, SPRING, {"companies": ["1"]}, **(good | wrong))
    remote.put("deals", "18", SPRING, {"companies": ["1"]}, **remote.things["deals"]["11"].properties)
    reports = read(remote, store, tmp_path)
    assert (reports["deals"].new, reports["deals"].rejected) == (1, 7)
    with store.reading() as session:
        held = {
            one.external_id: one.reason
            for one in session.exec(select(FeedHeld).where(FeedHeld.part == "deals")).all()
        }
    for identity, told in {"12": "negative", "13": "not a", "14": "not among", "15": "no such row", "16": "clock",
                           "17": "ISO 4217", "18": "duplicate"}.items():  # fmt: skip
        assert told in held[identity], held[identity]
    remote.things["deals"]["12"].properties["amount"] = "5"  # mended, and HubSpot's clock did not even notice
    reports = read(remote, store, tmp_path)
    assert reports["deals"].new == 1
    with store.reading() as session:
        row = session.get(FeedHeld, ("hs", "deals", "12"))
        assert row is None
        assert session.get_one(FeedHeld, ("hs", "deals", "13")).tries == 2


def test_lines_in_another_currency_are_not_half_taken(remote: Remote, store: Store, tmp_path: Path) -> None:
    remote.things["line_items"]["32"].properties["hs_line_item_currency_code"] = "USD"
    reports = read(remote, store, tmp_path)
    assert (reports["deal-lines"].new, reports["deal-lines"].rejected) == (0, 1)
    assert "currencies are mixed" in reports["deal-lines"].rejections[0].reason


def test_merged_and_archived_records(remote: Remote, store: Store, tmp_path: Path) -> None:
    remote.put("deals", "19", SPRING, {"companies": ["2"]}, dealname="老客户的单", createdate="2026-03-01T08:00:00Z",
               hubspot_owner_id="7", dealstage="contractsent", amount="1")  # fmt: skip
    remote.put("deals", "20", SPRING, {"companies": ["3"]}, dealname="要删的", createdate="2026-03-01T08:00:00Z",
               hubspot_owner_id="7", dealstage="contractsent", amount="2")  # fmt: skip
    remote.put(
        "notes",
        "56",
        SPRING,
        {"companies": ["3"], "deals": ["20"]},
        hs_note_body="提过",
        hs_timestamp="2026-03-02T01:00:00Z",
    )
    read(remote, store, tmp_path)
    remote.put("companies", "1", LATER, hs_merged_object_ids="2")
    del remote.things["companies"]["2"]
    remote.things["deals"]["20"].archived_at = LATER
    remote.things["companies"]["3"].archived_at = LATER
    dry = read(remote, store, tmp_path, dry=True)
    assert dry["deals"].gone == 1
    reports = read(remote, store, tmp_path)
    assert (reports["deals"].gone, reports["companies"].gone) == (1, 1)
    assert any("hs-company-3" in one and "interaction" in one for one in reports["companies"].remarks)
    with store.reading() as session:
        assert session.get_one(Deal, "hs-deal-19").account_id == "hs-company-1"
        assert session.get(Account, "hs-company-2") is None
        assert session.get_one(Account, "hs-company-1").aliases == ["华东医疗器械"]
        assert session.get(Deal, "hs-deal-20") is None
        note = session.get_one(Interaction, "hs-note-56")
        assert (note.deal_id, note.account_id) == (None, "hs-company-3")
    again = read(remote, store, tmp_path)
    assert sum(one.gone for one in again.values()) == 0


def limited(
    policy: str = "TEN_SECONDLY_ROLLING", after: str = "3"
) -> tuple[int, dict[str, str], dict[str, str]]:
    said = {
        "status": "error",
        "message": "You have reached your limit.",
        "errorType": "RATE_LIMIT",
        "policyName": policy,
    }
    return 429, {"Retry-After": after} if after else {}, said


def test_rate_limits_are_waited_for(remote: Remote, store: Store, tmp_path: Path) -> None:
    naps: list[float] = []
    remote.answers += [limited(), limited(after=""), (502, {}, {})]
    assert total(read(remote, store, tmp_path, naps=naps)) == (15, 0)
    assert naps == [3.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([limited("DAILY")], "used up"),
        ([limited(after="900")], "does not answer"),
        ([(500, {}, {})] * 6, "does not answer"),
        ([(401, {}, {"message": "gone"})], "expired or was revoked"),
        ([(400, {}, {"message": "bad filter"})], "bad filter"),
    ],
)
def test_what_stops_a_reading_is_told(
    remote: Remote,
    store: Store,
    tmp_path: Path,
    answers: list[tuple[int, dict[str, str], dict[str, str]]],
    told: str,
) -> None:
    remote.answers += answers
    with pytest.raises(FeedError, match=told):
        read(remote, store, tmp_path)
    assert total(read(remote, store, tmp_path)) == (15, 0)


def test_a_reading_that_breaks_half_way_goes_on_the_next_time(
    remote: Remote, store: Store, tmp_path: Path
) -> None:
    read(remote, store, tmp_path, dry=True)
    count = len(remote.asked)
    for part in (4, 2):
        remote.stop_after = len(remote.asked) + count // part
        with pytest.raises(FeedError):
            read(remote, store, tmp_path)
    remote.stop_after = 10**9
    read(remote, store, tmp_path)
    with store.reading() as session:
        assert len(session.exec(select(Interaction)).all()) == 4
        assert session.get(Offer, "hs-offer-11")


def test_a_missing_scope_leaves_out_its_part(remote: Remote, store: Store, tmp_path: Path) -> None:
    remote.forbidden = {"emails"}
    reports = read(remote, store, tmp_path)
    assert "scope is missing" in reports["emails"].remarks[0]
    assert total(reports) == (14, 0)


def test_tokens_that_run_out_are_renewed(remote: Remote, store: Store, tmp_path: Path) -> None:
    access = HubSpotAccess(
        base=remote.url, access_token="old", client_id="c", client_secret="s", refresh_token="refresh-1"
    )
    assert total(read(remote, store, tmp_path, access=access)) == (15, 0)
    stale = HubSpotAccess(base=remote.url, client_id="c", client_secret="s3cret", refresh_token="stale-1")
    with pytest.raises(FeedError, match="authorise anew") as caught:
        read(remote, store, tmp_path, access=stale)
    assert "stale-1" not in str(caught.value)
    assert "s3cret" not in repr(stale)


def test_more_than_one_search_shows(
    remote: Remote, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(remote, store, tmp_path)
    for number in range(60, 75):
        remote.put("companies", str(number), LATER + timedelta(milliseconds=number), name=f"新客户 {number}")
    remote.window = 6
    monkeypatch.setattr("knowledge.feeds.hubspot.WINDOW", 6)
    assert read(remote, store, tmp_path)["companies"].new == 15


def test_a_clock_that_jumped_does_not_move_the_cursor_away(
    remote: Remote, store: Store, tmp_path: Path
) -> None:
    remote.put("companies", "9", datetime(2031, 1, 1, tzinfo=UTC), name="来自未来")
    read(remote, store, tmp_path)
    remote.put("companies", "10", LATER, name="来自现在")
    assert read(remote, store, tmp_path)["companies"].new == 1


def test_no_secret_reaches_a_log(
    remote: Remote, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    read(remote, store, tmp_path)
    assert "pat-1" not in caplog.text
    assert "wang@huadong.example" not in caplog.text


def test_nowhere_to_go(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="HUBSPOT_ACCESS_TOKEN"):
        HubSpotApi(HubSpotAccess())
    lost = HubSpotApi(HubSpotAccess(base="http://127.0.0.1:9", access_token="x"), Patience(tries=1))
    with pytest.raises(FeedError, match="does not answer"):
        lost.owners()
