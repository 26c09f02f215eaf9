"""`/stage`: the journey's stages and interventions, and changes of them, which go through the gate like any change of rules."""

from __future__ import annotations

from typing import Any

from actions.action import ActionRequest, State, canonical, digest
from actions.blueprint_edits import EditError, edited, switched
from actions.counter import PersonDesk
from actions.wording import in_language
from knowledge import blueprints
from knowledge.blueprints.journey import Journey

from .command_keys import Both, Keys

USAGE: Both = (
    "用法: /stage  看现状;/stage on|off 干预;/stage set journey|interventions|churn 路径=值;/stage rollback journey|interventions|churn "
    "版本(shipped 为出厂)。例: /stage set journey stages.考虑.within_days=20;/stage off 限时优惠",
    "Usage: /stage shows what is in force; /stage on|off INTERVENTION; /stage set journey|interventions|churn PATH=VALUE; /stage rollback "
    "journey|interventions|churn VERSION (shipped: as delivered). E.g. /stage set journey stages.consideration.within_days=20",
)


def stage(rest: str, keys: Keys, desk: PersonDesk) -> Both:
    """Show, or ask for a change on behalf of the person who typed it."""
    verb, _, more = rest.strip().partition(" ")
    if not verb:
        return _shown(desk)
    try:
        wish = _wish(desk, verb.lower(), more.strip())
    except EditError as error:
        return _split(str(error))
    return _asked(wish, keys, desk) if wish is not None else USAGE


def _shown(desk: PersonDesk) -> Both:
    book, rows, _ = desk.journeys.books()
    names = {one.id: (one.name, one.name_en) for one in book.stages}
    zh = ["阶段: " + " → ".join(f"{one.name}({one.within_days} 天)" for one in book.stages), "干预:"]
    en = [
        "Stages: " + " → ".join(f"{one.name_en} ({one.within_days} d)" for one in book.stages),
        "Interventions:",
    ]
    for one in rows.rows:
        stage_zh, stage_en = names.get(one.stage, (one.stage, one.stage))
        mark = "●" if one.on else "○"
        zh.append(f"{mark} {one.id} {one.name} · {stage_zh} → {one.action} · 每人 {one.window_days} 天内一次")
        en.append(
            f"{mark} {one.id} {one.name_en} · {stage_en} -> {one.action} · once in {one.window_days} days a person"
        )
    return "\n".join([*zh, USAGE[0]]), "\n".join([*en, USAGE[1]])


def _wish(desk: PersonDesk, verb: str, more: str) -> dict[str, Any] | None:
    """The arguments of the change; None for words that are no command. Raises EditError."""
    if verb in ("on", "off") and more:
        content = _content(desk, "interventions")
        return {"book": "interventions", "content": switched(content, more, verb == "on")}
    book, _, value = more.partition(" ")
    if verb == "set" and value.strip():
        content = edited(_content(desk, book), [_by_id(desk, book, value.strip())])
        return {"book": book, "content": content}
    if verb == "rollback" and value.strip():
        return {"book": book, "rollback": value.strip()}
    return None


def _content(desk: PersonDesk, book: str) -> dict[str, Any]:
    if book not in ("journey", "interventions", "churn"):
        raise EditError("可以改的有 journey、interventions、churn / one of: journey, interventions, churn")
    return desk.blueprint(book, "default") or blueprints.default(book)


def _by_id(desk: PersonDesk, book: str, setting: str) -> str:
    """考虑期 as the stage's name: the rest of a path is taken as it stands."""
    path, mark, value = setting.partition("=")
    parts = path.split(".")
    if book == "journey" and len(parts) > 1 and parts[0] == "stages":
        found = Journey.model_validate(_content(desk, book)).called(parts[1])
        parts[1] = found.id if found else parts[1]
    return ".".join(parts) + mark + value


def _asked(wish: dict[str, Any], keys: Keys, desk: PersonDesk) -> Both:
    me, now = desk.person.id, desk.now
    key = digest(canonical({"who": me, "at": now.isoformat(), "wish": wish}))
    request = ActionRequest(
        action="change_rule",
        args={"kind": "blueprint", **wish},
        resource_id="rules",
        on_behalf_of=me,
        idempotency_key=f"stage:{key}",
        conversation_id=desk.conversation_id,
    )
    outcome = keys.gate.submit(request, desk.channel)
    if not outcome.action_id:
        return _split(outcome.reason)
    zh, en = outcome.reason, outcome.reason_en or outcome.reason
    if outcome.state is State.PENDING:
        return f"{zh}\n/show {outcome.code}", f"{en}\n/show {outcome.code}"
    return zh, en


def _split(sentence: str) -> Both:
    return in_language(sentence, "zh"), in_language(sentence, "en")
