"""Blueprints: the defaults are clean, faults are named, versions are content-addressed and can be rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel

from knowledge import blueprints
from knowledge.blueprints import KINDS, BlueprintError
from knowledge.blueprints.call_metrics import CallMetricsBook
from knowledge.blueprints.mail_templates import PURPOSES, MailTemplates, fill
from knowledge.blueprints.playbook import CLASSES, Playbook
from knowledge.library import blueprints as rows
from knowledge.store import Store
from speech.metrics import RANGES, MetricRules
from tests.fakes.company_history import NOW


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    store = Store(f"sqlite:///{tmp_path / 'blueprints.db'}")
    SQLModel.metadata.create_all(store.engine)
    with store.session() as open_session:
        yield open_session
    store.close()


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_default_is_clean_and_cannot_be_spoiled(kind: str) -> None:
    first = blueprints.default(kind)
    assert blueprints.lint(kind, first) == ()
    first.clear()
    assert blueprints.default(kind)


def test_the_default_playbook_covers_every_class_with_five_paraphrases() -> None:
    book = Playbook.model_validate(blueprints.default("playbook"))
    assert tuple(one.id for one in book.objections) == CLASSES
    assert all(len(one.paraphrases) >= 5 and one.tracks and one.forbidden_replies for one in book.objections)
    assert book.banned_in("我们保证中标") == ("保证中标",)
    assert book.keyword_class("你们的价格太贵了") == "price"
    assert book.keyword_class("今天天气") == ""


def test_every_purpose_has_a_template_in_both_languages() -> None:
    book = MailTemplates.model_validate(blueprints.default("mail_templates"))
    assert {(one.id, one.language) for one in book.templates} == {
        (p, lang) for p in PURPOSES for lang in ("zh", "en")
    }


Spoil = Callable[[dict[str, Any]], object]
FAULTS: list[tuple[str, Spoil, str]] = [
    ("playbook", lambda c: c["objections"][0].update(id="nonsense"), "nonsense"),
    ("playbook", lambda c: c["objections"].append(c["objections"][0]), "price"),
    ("playbook", lambda c: c["objections"][0]["tracks"][0].update(text="我们保证中标"), "保证中标"),
    ("playbook", lambda c: c["objections"][0].pop("keywords"), "objections.0.keywords"),
    ("process", lambda c: c["stages"].pop(), "stages"),
    ("process", lambda c: c["stages"][0].update(prior_pct=120), "stages.0.prior_pct"),
    ("process", lambda c: c["warnings"].update(no_activity_dayz=3), "warnings.no_activity_dayz"),
    ("process", lambda c: c["warnings"].update(power_from_stage="报价"), "power_from_stage"),
    ("mail_templates", lambda c: c["templates"][0].update(body="{points} {floor_price}"), "floor_price"),
    ("mail_templates", lambda c: c["templates"][0].update(language="fr"), "fr"),
    ("mail_templates", lambda c: c["templates"].clear(), "win_back"),
]


@pytest.mark.parametrize(("kind", "spoil", "named"), FAULTS)
def test_a_fault_is_named_and_nothing_is_published(
    session: Session, kind: str, spoil: Spoil, named: str
) -> None:
    content = blueprints.default(kind)
    spoil(content)
    with pytest.raises(BlueprintError, match=named):
        blueprints.publish(session, kind, "default", content, None)
    assert rows.versions(session, kind, "default") == []


def test_an_unknown_kind_is_a_fault() -> None:
    assert "recipe" in blueprints.lint("recipe", {})[0]
    with pytest.raises(BlueprintError, match="recipe"):
        blueprints.default("recipe")


def test_versions_are_their_content_and_can_be_rolled_back(session: Session) -> None:
    first = blueprints.default("process")
    second = blueprints.default("process")
    second["warnings"]["no_activity_days"] = 21
    assert blueprints.active_or_default(session, "process") == first
    one = blueprints.publish(session, "process", "default", first, None, now=NOW)
    two = blueprints.publish(session, "process", "default", second, None, now=NOW + timedelta(hours=1))
    assert blueprints.active_or_default(session, "process") == second
    again = blueprints.publish(session, "process", "default", first, None, now=NOW + timedelta(hours=2))
    assert again.id == one.id != two.id
    assert len(rows.versions(session, "process", "default")) == 2
    assert blueprints.active_or_default(session, "process") == first
    blueprints.roll_back(session, "process", "default", two.version[:12])
    assert blueprints.active_or_default(session, "process") == second
    assert [row.active for row in rows.versions(session, "process", "default")].count(True) == 1
    with pytest.raises(BlueprintError):
        blueprints.roll_back(session, "process", "default", "zzz")


def test_a_line_without_its_value_is_left_out() -> None:
    text = "{salutation},您好!\n\n有效期至 {offer_valid_until}。\n{points}\n\n祝好"
    assert fill(text, {"salutation": "王总", "points": "周三见。"}) == "王总,您好!\n\n周三见。\n\n祝好"
    assert fill("{points}", {"points": "{salutation}"}) == "{salutation}"


def test_the_default_of_call_metrics_is_what_the_code_says_and_faults_are_named() -> None:
    content = blueprints.default("call_metrics")
    book = CallMetricsBook.model_validate(content)
    assert book.rules() == MetricRules()
    assert book.spans() == RANGES
    content["ranges"]["talk_ration"] = {"any": {"low": 1}}
    content["ranges"]["talk_ratio"] = {"any": {"low": 2, "high": 1}, "demo": {}}
    found = "\n".join(blueprints.lint("call_metrics", content))
    for word in ("talk_ration", "talk_ratio.any", "talk_ratio.demo"):
        assert word in found
