"""The commands of what advice is worth: `kpi`, `forecast`, `risks`."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import As, Json

worth_app = typer.Typer()

Team = Annotated[str, typer.Option(metavar="TEAM", help="只看一个组(编号)/ one team's id")]


@worth_app.command()
def kpi(
    who: As = "",
    since: Annotated[str, typer.Option(help="多久以来,如 30d / how far back")] = "30d",
    until: Annotated[str, typer.Option(help="到哪天为止(含)/ the last day, YYYY-MM-DD")] = "",
    team: Team = "",
    picture: Annotated[
        str, typer.Option(metavar="FILE", help="可靠性图写到这里 / reliability as PNG or SVG")
    ] = "",
    json: Json = False,
) -> None:
    """助手的建议值多少: 采纳、改动、保留、预测准确 / what the assistant's advice was worth."""
    from .worth import kpi as run

    run(who, since, until, team, picture, as_json=json)


@worth_app.command()
def forecast(
    who: As = "",
    since: Annotated[str, typer.Option("--from", help="第一天 / first day, YYYY-MM-DD")] = "",
    until: Annotated[str, typer.Option("--to", help="最后一天 / last day, YYYY-MM-DD")] = "",
    everything: Annotated[bool, typer.Option("--all", help="全部进行中的商机 / everything open")] = False,
    team: Team = "",
    picture: Annotated[str, typer.Option(metavar="FILE", help="图写到这里 / the picture as PNG or SVG")] = "",
    json: Json = False,
) -> None:
    """这段时间能做多少: 加权漏斗、区间、过去准不准 / what a time will bring; this quarter by default."""
    from .worth import forecast as run

    run(who, since, until, team, picture, everything=everything, as_json=json)


@worth_app.command()
def risks(
    who: As = "",
    team: Team = "",
    warning: Annotated[str, typer.Option(help="只看一种预警,如 dead / one warning only")] = "",
    limit: Annotated[int, typer.Option(min=1, max=50)] = 20,
    json: Json = False,
) -> None:
    """有风险的商机: 每条预警和它的日期 / deals at risk, each warning with its date."""
    from .worth import risks as run

    run(who, team, warning, limit, as_json=json)
