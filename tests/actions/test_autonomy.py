"""The ladder in the house: measured from the record, up by two people, down at once, all of it in the chain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from actions import record
from actions.action import Outcome, State, Status
from actions.autonomy.demoting import take_down
from actions.autonomy.pilot_report import pilot_report
from actions.autonomy.rows import Step, standing_hash
from actions.autonomy.standings import Standing, all_standings, standing
from actions.cards import card_of
from actions.daily import Daily
from actions.incidents import Incidents
from actions.stored import payload_of
from actions.tables import Action, AuditRecord, Autonomy, Incident, Pilot
from knowledge.model import Interaction, Notice, Product
from tests.fakes.firm import BODY, Firm, founded
from tests.fakes.past import record_past
from tests.fakes.rule_books import agree, propose, with_admin


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    firm = with_admin(founded(tmp_path))
    yield firm
    firm.store.close()


def _level(firm: Firm, verb: str = "send_email", scope: str = "") -> int:
    return _standing(firm, verb, scope).level


def _standing(firm: Firm, verb: str = "send_email", scope: str = "") -> Standing:
    with firm.store.reading() as session:
        return standing(session, verb, scope, firm.clock())


def _set(firm: Firm, level: int, verb: str = "send_email", scope: str = "", days: int = 0) -> None:
    with firm.store.session() as session:
        at = firm.clock() - timedelta(days=days)
        session.add(Autonomy(action=verb, scope=scope, level=level, by_id="p-admin", at=at))


def _done(firm: Firm, key: str = "k") -> Outcome:
    """A mail that has really gone out."""
    outcome = firm.send(key)
    firm.clock.pass_(121)
    firm.performer.tick()
    return outcome


def _events(firm: Firm) -> list[str]:
    with firm.store.reading() as session:
        return list(session.exec(select(AuditRecord.event).order_by(AuditRecord.seq)))  # type: ignore[arg-type]


def test_a_serious_incident_takes_it_down_at_once_and_people_hear_of_it(firm: Firm) -> None:
    done = _done(firm)
    assert _level(firm) == 5
    said = Incidents(firm.gate).report("p-zhao", done.code, "serious", "发错了附件")
    assert said.done
    assert "L5" in said.zh
    assert "L4" in said.zh
    assert _level(firm) == 4
    assert firm.send("next").state is State.PENDING
    with firm.store.reading() as session:
        told = set(session.exec(select(Notice.person_id).where(Notice.kind.in_(["autonomy", "incident"]))))  # type: ignore[attr-defined]
        assert told == {"p-admin", "p-admin2", "p-zhou", "p-shen"}, (
            "admins, and who may stand in for the manager"
        )
        row = session.exec(select(Incident)).one()
        assert (row.kind, row.note, row.by_id) == ("serious", "发错了附件", "p-zhao")
        chain = [r for r in session.exec(select(AuditRecord)) if r.event in ("incident", "demoted")]
        assert [r.event for r in chain] == ["incident", "demoted"]
        assert "发错了附件" not in str([record.as_json(r) for r in chain])
        assert chain[1].detail["from"] == 5
        assert record.verify(session, firm.gate.head_file).ok


def test_the_same_incident_twice_is_once(firm: Firm) -> None:
    done = _done(firm)
    reports = Incidents(firm.gate)
    assert reports.report("p-zhao", done.code, "serious", "x").done
    assert not reports.report("p-lin", done.code, "serious", "y").done
    assert _level(firm) == 4


@pytest.mark.parametrize(
    ("who", "kind", "done"),
    [
        ("p-lina", "serious", True), ("p-zhao", "complaint", True), ("p-zhou", "wrong", True), ("p-lin", "serious", True),
        ("p-chen", "serious", False), ("p-wu", "serious", False), ("p-audit", "serious", False), ("p-qian", "serious", False),
        ("p-zhao", "nonsense", False),
    ],
)  # fmt: skip
def test_who_may_report(firm: Firm, who: str, kind: str, done: bool) -> None:
    assert Incidents(firm.gate).report(who, _done(firm).code, kind, "原因").done is done


def test_a_report_needs_a_reason(firm: Firm) -> None:
    assert not Incidents(firm.gate).report("p-zhao", _done(firm).code, "serious", "  ").done


@pytest.mark.parametrize(
    ("kind", "level", "after"),
    [
        ("complaint", 5, 4), ("complaint", 4, 4), ("wrong", 5, 5), ("serious", 4, 3), ("serious", 3, 2), ("serious", 2, 1),
    ],
)  # fmt: skip
def test_what_each_incident_takes_down(firm: Firm, kind: str, level: int, after: int) -> None:
    _set(firm, level)
    outcome = firm.send("k")
    Incidents(firm.gate).report("p-zhao", outcome.code, kind, "x")
    assert _level(firm) == after


def test_two_taken_back_of_the_last_fifty_take_it_down(firm: Firm) -> None:
    first, second = firm.send("a"), firm.send("b", to=[{"address": "liu@hd.example.com"}])
    firm.approvals.undo("p-lina", first.code)
    assert _level(firm) == 5, "one of fifty is two per cent"
    firm.approvals.undo("p-lina", second.code)
    assert _level(firm) == 4
    assert "demoted" in _events(firm)


def test_withdrawing_what_waits_is_no_undoing(firm: Firm) -> None:
    _set(firm, 4)
    for key in "abc":
        firm.approvals.undo("p-lina", firm.send(key).code)
    assert _level(firm) == 4


OTHER = "完全不同的一段话,和原来的毫无关系。请查收附件里的方案说明,周三上午十点在贵司会议室当面汇报,谢谢。\n"


def test_three_rewrites_in_ten_take_l4_to_l3(firm: Firm) -> None:
    _set(firm, 4)
    for number in range(3):
        assert _level(firm) == 4
        outcome = firm.send(f"k{number}", subject=f"第 {number} 封")
        edited = firm.approvals.edit(
            "p-lina", outcome.code, {"body": OTHER * 2, "template_text": "", "subject": "方案"}
        )
        assert edited.state is State.PENDING, edited.reason
    assert firm.approve("p-lina", edited.code).state is State.DRAFT_ONLY, (
        "at once means for what waits as well"
    )
    assert _level(firm) == 3
    assert firm.send("last").state is State.DRAFT_ONLY


def _good_past(firm: Firm, count: int, verb: str = "send_email", level: int = 4) -> None:
    """A level of its own, and so many approved as they were since."""
    _set(firm, level, verb, days=80)
    record_past(firm, count, days=70, verbs=(verb,))
    with firm.store.session() as session:
        session.connection().execute(text("UPDATE action SET state = 'executed', undo_until = NULL"))


def _promote(firm: Firm, verb: str = "send_email", who: str = "p-admin", **more: object) -> Outcome:
    return propose(firm, f"up{firm.clock()}", who, kind="autonomy", verb=verb, way="promote", **more)


def test_promotion_needs_the_figures_and_a_second_person(firm: Firm) -> None:
    _good_past(firm, 99)
    refused = _promote(firm)
    assert refused.action_id == ""
    assert "99/100" in refused.reason
    record_past(firm, 1, days=3, seed=2, verbs=("send_email",))
    with firm.store.session() as session:
        session.connection().execute(text("UPDATE action SET state = 'executed'"))
    firm.clock.pass_(1)
    waiting = _promote(firm)
    assert waiting.state is State.PENDING
    assert _level(firm) == 4
    agree(firm, "p-zhou", waiting.code)
    assert _level(firm) == 5
    assert "promoted" in _events(firm)
    with firm.store.reading() as session:
        card = card_of(session, session.get_one(Action, waiting.action_id))
    assert any(line.zh == "实测" and "n 100" in line.value for line in card.lines)
    assert any(line.zh == "回放" and line.value.startswith("n=100") for line in card.lines)


def test_a_serious_incident_between_asking_and_agreeing_stops_the_promotion(firm: Firm) -> None:
    _good_past(firm, 100)
    waiting = _promote(firm)
    with firm.store.reading() as session:
        one = session.exec(select(Action.id).where(Action.action == "send_email")).first()
    with firm.store.session() as session:
        session.add(Incident(action_id=str(one), kind="serious", by_id="p-zhao", at=firm.clock()))
    agree(firm, "p-zhou", waiting.code)
    with firm.store.reading() as session:
        row = session.get_one(Action, waiting.action_id)
    assert row.state == State.FAILED
    assert "严重事故" in row.result["detail"]
    assert _level(firm) == 4


@pytest.mark.parametrize("verb", ["send_contract", "send_quote", "give_discount"])
def test_money_never_goes_by_itself(firm: Firm, verb: str) -> None:
    _good_past(firm, 200, verb)
    assert "L4" in _promote(firm, verb).reason
    with firm.store.session() as session:
        session.exec(select(Autonomy).where(Autonomy.action == verb)).one().level = 6
    assert _level(firm, verb) == 4, "not by a row either"
    with firm.store.reading() as session:
        from actions.standing import level_of

        assert level_of(session, verb, ("",), 5) == 4


def test_what_is_not_on_the_ladder_cannot_be_put_there(firm: Firm) -> None:
    for verb in ("change_rule", "erase_data", "read", "launch"):
        assert propose(firm, verb, kind="autonomy", verb=verb, way="demote").action_id == ""


@pytest.mark.parametrize(("who", "state"), [("p-zhao", State.EXECUTED), ("p-zhou", State.EXECUTED), ("p-admin", State.EXECUTED),
                                            ("p-lina", State.DENIED), ("p-lin", State.DENIED), ("p-audit", State.DENIED)])  # fmt: skip
def test_one_person_takes_it_down_at_once(firm: Firm, who: str, state: State) -> None:
    outcome = propose(firm, "d", who, kind="autonomy", verb="send_email", way="demote", to=3, reason="先停")
    with firm.store.reading() as session:
        assert session.get_one(Action, outcome.action_id).state == state
    assert _level(firm) == (3 if state is State.EXECUTED else 5)


def test_a_slip_can_be_taken_back_for_ten_minutes(firm: Firm) -> None:
    _set(firm, 5, days=50)
    outcome = propose(firm, "d", "p-zhao", kind="autonomy", verb="send_email", way="demote")
    assert _level(firm) == 4
    assert firm.approvals.undo("p-zhao", outcome.code).state is State.UNDONE
    assert _level(firm) == 5
    assert _standing(firm).since == firm.clock() - timedelta(days=50), "what was measured counts on"
    again = propose(firm, "e", "p-zhao", kind="autonomy", verb="send_email", way="demote")
    firm.clock.pass_(601)
    assert firm.approvals.undo("p-zhao", again.code).status is Status.REFUSED


def test_a_manager_asks_for_their_own_region_only(firm: Firm) -> None:
    _good_past(firm, 100)
    with firm.store.session() as session:
        session.connection().execute(text("UPDATE action SET team_id = 't-1', resource_id = 'D-1'"))
    assert _promote(firm, who="p-zhao").state is State.DENIED, "everywhere is not theirs"
    firm.clock.pass_(1)
    assert _promote(firm, who="p-zhao", scope="region:south").action_id == "", (
        "and nothing was measured there"
    )
    firm.clock.pass_(1)
    waiting = _promote(firm, who="p-zhao", scope="region:east")
    assert waiting.state is State.PENDING
    agree(firm, "p-shen", waiting.code)
    assert _level(firm, scope="region:east") == 5
    assert _level(firm) == 4
    assert firm.send("east").state is State.SCHEDULED
    wu = {"resource_id": "D-3", "on_behalf_of": "p-wu"}
    assert firm.send("south", to=[{"address": "sun@rx.example.com"}], request=wu).state is State.PENDING


def test_an_unknown_scope_is_refused_with_the_known_ones(firm: Firm) -> None:
    said = propose(firm, "d", kind="autonomy", verb="send_email", way="demote", scope="region:moon").reason
    assert "region:east" in said


def test_of_a_line_and_a_region_the_lower_holds(firm: Firm) -> None:
    with firm.store.session() as session:
        session.get_one(Product, "P-1").line = "影像"
    _set(firm, 5, scope="line:影像")
    _set(firm, 3, scope="region:east")
    assert firm.send("k").state is State.DRAFT_ONLY


def test_an_incident_takes_down_the_scope_it_happened_in(firm: Firm) -> None:
    _set(firm, 5, scope="region:east")
    Incidents(firm.gate).report("p-zhao", _done(firm).code, "serious", "x")
    assert _level(firm, scope="region:east") == 4
    assert _level(firm) == 5


def test_off_is_off_and_the_shadow_only_decides(firm: Firm) -> None:
    _set(firm, 0)
    assert firm.send("off").state is State.DENIED
    with firm.store.session() as session:
        session.exec(select(Autonomy)).one().level = 1
    clean, priced = firm.send("a"), firm.send("b", body=BODY + "可以给到 12% 的折扣。\n", discount_bp=1200)
    assert clean.state is priced.state is State.DRAFT_ONLY
    with firm.store.reading() as session:
        shadows = [session.get_one(Action, one.action_id).decision["shadow"] for one in (clean, priced)]
    assert [one["verdict"] for one in shadows] == ["allow_undo", "approve"]
    assert shadows[1]["approvers"] == ["manager"]
    assert dict(_standing(firm).measures.shadow) == {"allow_undo": 1, "approve": 1}


def _own_mail(firm: Firm, key: str, body: str) -> None:
    with firm.store.session() as session:
        session.add(
            Interaction(
                id=f"I-{key}", kind="mail", at=firm.clock(), deal_id="D-1", person_id="p-lina", team_id="t-1",
                direction="outbound", text=body, source="mailbox",
            )
        )  # fmt: skip


def test_a_draft_is_compared_with_what_the_person_then_sent(firm: Firm) -> None:
    _set(firm, 3)
    firm.send("a")
    firm.clock.pass_(3600)
    _own_mail(firm, "a", BODY)
    assert _standing(firm).measures.as_is == 1.0
    firm.send("b", subject="另一封")
    firm.clock.pass_(3600)
    _own_mail(firm, "b", OTHER * 3)
    firm.send("c", subject="第三封")
    assert _standing(firm).measures.n == 2
    assert _standing(firm).measures.as_is == 0.5
    firm.clock.pass_(8 * 24 * 3600)
    assert _standing(firm).measures.n == 3, "a draft nobody used in a week says something too"


def test_the_person_says_what_they_made_of_a_draft(firm: Firm) -> None:
    _set(firm, 3)
    reports = Incidents(firm.gate)
    codes = [firm.send(key, subject=key).code for key in "ab"]
    assert reports.did("p-lina", codes[0], "as_is").done
    assert reports.did("p-lina", codes[1], "edited").done
    assert not reports.did("p-zhao", codes[0], "as_is").done
    measures = _standing(firm).measures
    assert (measures.n, measures.as_is) == (2, 0.5)


def test_test_cards_and_refusals_do_not_count(firm: Firm) -> None:
    firm.send("leak", body="我们的底价是 100 万元。")
    with firm.store.session() as session:
        session.exec(select(Action)).one().canary_of = "x"
    firm.send("leak2", body="我们的底价是 100 万元。")
    assert _standing(firm).measures.n == 0


def test_the_table_lists_every_verb_and_every_scope_of_its_own(firm: Firm) -> None:
    _set(firm, 3, scope="region:east")
    with firm.store.reading() as session:
        rows = all_standings(session, firm.clock())
    assert len({(row.verb, row.scope) for row in rows}) == len(rows)
    assert ("send_email", "region:east") in {(row.verb, row.scope) for row in rows}
    assert all(row.missing for row in rows if row.verb == "send_email")


def test_the_chain_knows_how_the_ladder_stands(firm: Firm) -> None:
    propose(firm, "d", "p-zhao", kind="autonomy", verb="send_email", way="demote")
    with firm.store.session() as session:
        take_down(
            session,
            Step(verb="send_email", scope="region:east", before=4, after=3),
            ("x", "x"),
            "system",
            firm.clock(),
        )
        last = session.exec(select(AuditRecord).order_by(AuditRecord.seq.desc())).first()  # type: ignore[attr-defined]
        assert last is not None
        assert last.detail["standing"] == standing_hash(session)


# pilots ----------------------------------------------------------------------------------------------------------------


def _pilot(firm: Firm, scope: str, add: bool, who: str = "p-admin") -> Outcome:
    firm.clock.pass_(1)
    return propose(firm, f"p{firm.clock()}", who, kind="pilot", verb="send_email", scope=scope, add=add)


def test_the_first_scope_narrows_and_one_person_is_enough(firm: Firm) -> None:
    _pilot(firm, "region:east", True, "p-zhao")
    wu = {"resource_id": "D-3", "on_behalf_of": "p-wu"}
    assert firm.send("in").state is State.SCHEDULED
    assert firm.send("out", to=[{"address": "sun@rx.example.com"}], request=wu).state is State.DRAFT_ONLY
    assert "pilot_changed" in _events(firm)


def test_widening_takes_two_and_so_does_ending_it(firm: Firm) -> None:
    _pilot(firm, "region:east", True)
    wider = _pilot(firm, "region:south", True)
    assert wider.state is State.PENDING
    agree(firm, "p-zhou", wider.code)
    narrower = _pilot(firm, "region:south", False)
    with firm.store.reading() as session:
        assert session.get_one(Action, narrower.action_id).state == State.EXECUTED
        assert list(session.exec(select(Pilot.scope))) == ["region:east"]
    assert _pilot(firm, "region:east", False).state is State.PENDING, "none left means everywhere"
    assert _pilot(firm, "region:east", True).action_id == "", "it is in already"
    assert _pilot(firm, "region:south", False).action_id == "", "it is out already"


def test_a_manager_may_ask_to_bring_their_own_region_in(firm: Firm) -> None:
    _pilot(firm, "region:south", True)
    assert _pilot(firm, "region:east", True, "p-zhao").state is State.PENDING
    assert _pilot(firm, "region:east", True, "p-wu").state is State.DENIED


def test_a_pilot_change_is_replayed(firm: Firm) -> None:
    for key in "ab":
        firm.send(key, subject=key)
    outcome = _pilot(firm, "region:south", True)
    with firm.store.reading() as session:
        replay = payload_of(session.get_one(Action, outcome.action_id))["replay"]
    assert replay["total"] == 2
    assert replay["stricter"] == 2
    assert replay["steps"] == {"allow_undo(120 s) -> draft_only": 2}


# the daily round and reports -------------------------------------------------------------------------------------------


def test_what_acts_by_itself_at_l6_is_told_once_a_day(firm: Firm, tmp_path: Path) -> None:
    _set(firm, 6, "create_task")
    record_past(firm, 40, days=1, verbs=("create_task",))
    with firm.store.session() as session:
        for row in session.exec(select(Action)):
            row.facts = row.facts | {"autonomy_level": 6}
            row.finished_at, row.state = firm.clock() - timedelta(hours=3), State.EXECUTED
            row.requester_id, row.team_id = "p-lina", "t-1"
            session.add(row)
    firm.send("something for the chain")
    daily = Daily(firm.gate, tmp_path / "heads")
    daily.tick()
    daily.tick()
    with firm.store.reading() as session:
        told = session.exec(select(Notice).where(Notice.kind == "digest")).all()
    assert sorted(notice.person_id for notice in told) == ["p-lina", "p-shen", "p-zhao", "p-zhou"]
    assert "40" in told[0].text
    assert "另 30 项" in told[0].text


def test_a_pilot_is_reported_inside_and_outside_before_and_since(firm: Firm) -> None:
    for key in "ab":
        firm.send(key, subject=key)
    firm.clock.pass_(3600)
    _pilot(firm, "region:east", True)
    firm.clock.pass_(1800)
    inside = firm.send("in", subject="in", to=[{"address": "liu@hd.example.com"}])
    wu = {"resource_id": "D-3", "on_behalf_of": "p-wu"}
    firm.send("out", to=[{"address": "sun@rx.example.com"}], request=wu)
    Incidents(firm.gate).report("p-zhao", inside.code, "wrong", "x")
    firm.clock.pass_(5400)
    firm.performer.tick()
    with firm.store.reading() as session:
        report = pilot_report(session, "send_email", firm.clock())
        assert pilot_report(session, "create_task", firm.clock()) is None
    assert report is not None
    assert report.scopes == ("region:east",)
    assert (report.inside_before.n, report.inside_since.n) == (2, 1)
    assert (report.outside_before.n, report.outside_since.n) == (0, 1)
    assert dict(report.outside_since.outcomes) == {"draft": 1}
    assert report.inside_since.outcomes["incidents"] == 1
    assert report.days == round((1800 + 5400) / 86_400, 1)


def test_the_desk_tells_what_holds_where_its_owner_works(firm: Firm) -> None:
    from actions.counter import PersonDesk
    from knowledge.model import Person

    _set(firm, 3, scope="region:east")
    with firm.store.reading() as session:
        east, south = session.get_one(Person, "p-lina"), session.get_one(Person, "p-wu")
    levels = [
        {p.verb: p.level for p in PersonDesk(gate=firm.gate, search=None, asker=who).powers()}["send_email"]  # type: ignore[arg-type]
        for who in (east, south)
    ]
    assert levels == [3, 5]
