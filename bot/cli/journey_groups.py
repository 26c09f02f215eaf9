"""The grouped commands of the journey: `identity`, who is who; `journey`, the tracking plan, what waits, who may send."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import As, Json

identity_app = typer.Typer(help="统一身份: 查看、合并、撤销、同意、导出 / who is who", no_args_is_help=True)
journey_app = typer.Typer(
    help="旅程事件: 跟踪计划、隔离区、来源 / events of the journey", no_args_is_help=True
)

Who = Annotated[
    str,
    typer.Argument(
        metavar="WHOM", help="档案编号、contact:C-001、lead:L-001、phone:137…、email:…、user:… / whom"
    ),
]
Note = Annotated[str, typer.Option("--reason", "-r", help="理由,必填 / why; required")]


@identity_app.command("show")
def identity_show(whom: Who, who: As = "", json: Json = False) -> None:
    """一个人的标识、事件数、同意 / identifiers, events and consent of one person."""
    from .identities import show as run

    run(whom, who, as_json=json)


@identity_app.command("why")
def identity_why(whom: Who, who: As = "", json: Json = False) -> None:
    """为什么是同一个人: 每条关联和它的依据 / why they are one person: every edge with its evidence."""
    from .identities import why as run

    run(whom, who, as_json=json)


@identity_app.command("merge")
def identity_merge(whom: Who, other: Who, reason: Note, who: As = "", json: Json = False) -> None:
    """两个档案是同一个人,可以撤销 / two profiles are one person; it can be taken back."""
    from .identities import merge as run

    run(whom, other, reason, who, as_json=json)


@identity_app.command("unmerge")
def identity_unmerge(
    edge: Annotated[str, typer.Argument(help="关联编号,why 里有 / the edge's id, as `why` shows it")],
    reason: Note,
    who: As = "",
    json: Json = False,
) -> None:
    """撤销一条关联,两边的事件各归各 / take an edge back; each side has its own events again."""
    from .identities import unmerge as run

    run(edge, reason, who, as_json=json)


@identity_app.command("consent")
def identity_consent(
    whom: Who,
    purpose: Annotated[str, typer.Argument(help="analytics | identity | marketing")],
    word: Annotated[str, typer.Argument(metavar="yes|no", help="同意 yes,撤回 no / agreed or taken back")],
    how: Annotated[str, typer.Option(help="本人怎样表示的,必填 / how they told so; required")],
    who: As = "",
) -> None:
    """记下同意或撤回;撤回 identity 立即解除全部关联 / a withdrawn identity loses every link at once."""
    from .identities import consent as run

    run(whom, purpose, word, how, who)


@identity_app.command("export")
def identity_export(
    whom: Who,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="写到文件 / to a file")] = None,
    who: As = "",
) -> None:
    """一个人的全部数据,JSON(管理员、法务) / all there is of one person as JSON (administrators, legal)."""
    from .identities import export as run

    run(whom, out, who)


@journey_app.command("plan")
def journey_plan(json: Json = False) -> None:
    """在用的跟踪计划 / the tracking plan in force."""
    from .journeys import plan as run

    run(as_json=json)


@journey_app.command("quarantine")
def journey_quarantine(
    name: Annotated[str, typer.Option("--event", help="只看这个事件 / of one event")] = "",
    replay: Annotated[bool, typer.Option("--replay", help="计划改好后重新收 / take them in again")] = False,
    json: Json = False,
) -> None:
    """隔离区: 计划里没有的事件 / events that the plan does not know."""
    from .journeys import quarantine as run

    run(name, replay=replay, as_json=json)


@journey_app.command("source")
def journey_source(
    name: Annotated[str, typer.Argument(help="来源名称;空: 列出 / its name; empty: list")] = "",
    origin: Annotated[
        list[str] | None, typer.Option(help="允许的网页来源,如 https://www.example.com / pages that may send")
    ] = None,
    kind: Annotated[
        str, typer.Option(help="事件来源 web | app | order | … / where its events happen")
    ] = "web",
    close: Annotated[bool, typer.Option("--close", help="停用 / it may send no more")] = False,
    who: As = "",
    json: Json = False,
) -> None:
    """谁可以向 /collect 发事件;密钥只显示一次 / who may send to /collect; the key is shown once."""
    from .journeys import source as run

    run(name, tuple(origin or ()), kind, who, close=close, as_json=json)
