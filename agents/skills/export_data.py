"""Skill: ask for an export of the team's rows as a file."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from agents.proposing import Wording
from agents.skill import Skill, Turn
from agents.wishing import TYPED, do

WHAT = {
    "deals": ("商机", "deals"),
    "contacts": ("联系人", "contacts"),
    "interactions": ("往来记录", "interactions"),
}


class Arguments(BaseModel):
    """What export_data takes."""

    what: Literal["deals", "contacts", "interactions"]
    format: Literal["csv", "xlsx"] = Field(default="xlsx", description="xlsx unless the user asked for csv")


def run(turn: Turn, arguments: Arguments) -> str:
    """Export the deals, contacts or interactions of the user's own team as a spreadsheet file, only when the user asked
    for it ("导出本组商机", "export our deals to Excel"). A manager must agree; the file is fetched with /fetch CODE."""
    team = turn.desk.person.team_id or _team_of_focus(turn)
    if not team:
        return turn.say(
            "您不属于某个团队。请先打开那个团队的一个商机,再让我导出。",
            "You belong to no team. Open a deal of the team you mean first, then ask again.",
        )
    zh, en = WHAT[arguments.what]
    told = do(
        turn,
        "export_data",
        {"what": arguments.what, "format": arguments.format},
        team,
        {"what": TYPED},
        Wording(
            noun=(f"{zh}的导出", f"The export of the {en}"),
            verb=("执行", "be made"),
            done=("已完成", "is done"),
            not_done=("没有导出", "Nothing was exported"),
            kept=("没有执行", "nothing was exported"),
            title=turn.say(f"导出{zh}", f"Export of {en}"),
        ),
    )
    return told


def _team_of_focus(turn: Turn) -> str:
    facts = turn.desk.deal(str(turn.focus.get("deal_id") or ""))
    return facts.deal.team_id if facts else ""


SKILL = Skill(name="export_data", arguments=Arguments, run=run)
