"""Take a team's rows out as a file: capped, marked with who took them, kept on the shelf under its own hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from actions import exports, notices
from actions.arguments import given, shown, tainted
from actions.card import CardLine
from actions.effect import BadArguments, Change, Hands, Order, Preview, Scene
from actions.sheets import Sheet, as_csv, as_xlsx
from actions.tables import Action
from policies.facts import ActionFacts


class Arguments(BaseModel):
    """What export_data takes; the team is what the action is about."""

    model_config = ConfigDict(extra="ignore")

    what: Literal["deals", "contacts", "interactions"]
    format: Literal["csv", "xlsx"] = "xlsx"


class ExportData:
    """The verb `export_data`: a file that only its asker can fetch, until they hand it back."""

    name = "export_data"
    about = "report"

    def canonical(self, args: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
        wish = given(Arguments, args, ("导出", "export"))
        team_id = scene.subject.resource.id
        found = exports.count(scene.session, wish.what, team_id)
        if not found:
            raise BadArguments("没有可导出的数据 / there is nothing to export")
        return {
            "what": wish.what,
            "format": wish.format,
            "team_id": team_id,
            "team_name": scene.subject.name,
            "columns": list(exports.COLUMNS[wish.what]),
            "rows_now": found,
            "row_cap": exports.ROW_CAP,
        }

    def facts(self, payload: Mapping[str, Any], scene: Scene) -> ActionFacts:
        personal = {"personal_data"} if payload["what"] == "contacts" else set[str]()
        return ActionFacts(
            recipient_class="self",
            recipient_count=0,
            external_domains=0,
            content_classes=frozenset(personal),
            changed_fields=frozenset({str(payload["what"])}),
            tainted_args=tainted(scene),
        )

    def preview(self, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Preview:  # noqa: ARG002
        zh, en = exports.WHAT[payload["what"]]
        taken = min(int(payload["rows_now"]), int(payload["row_cap"]))
        return Preview(
            headline=f"导出{payload['team_name']}的{zh}({payload['format']}, {taken} 行)",
            headline_en=f"Export the {en} of {payload['team_name']} ({payload['format']}, {taken} rows)",
            lines=(
                CardLine(
                    zh="行数", en="Rows", value=f"{taken} / {payload['rows_now']} (≤ {payload['row_cap']})"
                ),
                CardLine(zh="列", en="Columns", value=", ".join(payload["columns"])),
            ),
        )

    def apply(self, order: Order, session: Session, hands: Hands) -> Change:
        payload = order.payload
        code = session.get_one(Action, order.action_id).code
        rows = exports.rows(session, payload["what"], payload["team_id"])
        total = exports.count(session, payload["what"], payload["team_id"])
        sheet = Sheet(
            title=exports.WHAT[payload["what"]][1],
            columns=payload["columns"],
            rows=rows,
            marks=(
                ("导出人 exported by", f"{order.sender.name} ({order.sender.id})"),
                ("时间 at", shown(order.now)),
                ("动作 action", code),
                ("团队 team", payload["team_name"]),
                ("行数 rows", f"{len(rows)} / {total}"),
            ),
            at=order.now,
        )
        data = as_csv(sheet) if payload["format"] == "csv" else as_xlsx(sheet)
        sha = hands.files.keep(data, f".{payload['format']}")
        name = f"{payload['what']}-{payload['team_id']}-{code}.{payload['format']}"
        cut = ("", "") if total <= len(rows) else (f"(共 {total} 行,只取前 {len(rows)} 行)", f" (of {total})")
        words = (
            f"{code} 已导出 {len(rows)} 行: /fetch {code}",
            f"{code}: {len(rows)} rows are exported: /fetch {code}",
        )
        notices.tell(session, order.sender.id, words, order.action_id, order.now)
        return Change(
            detail=f"{len(rows)} 行{cut[0]}已导出为 {name},取文件: /fetch {code} / "
            f"{len(rows)} rows{cut[1]} exported as {name}; get it with /fetch {code}",
            reference=sha,
            undo={"sha256": sha, "name": name},
        )

    def revert(self, order: Order, session: Session, change: Mapping[str, Any]) -> str:  # noqa: ARG002
        # The result that named the file is replaced by this sentence, and nobody finds a file without its hash.
        return f"导出的文件 {change.get('name', '')} 不能再取 / the file can no longer be fetched"
