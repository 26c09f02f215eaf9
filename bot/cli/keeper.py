"""Commands of those who answer for the house: stop, resume, delegate, approvers, erase."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import As, Json

keeper_app = typer.Typer()


@keeper_app.command()
def stop(reason: Annotated[str, typer.Argument(help="原因 / why")] = "", who: As = "") -> None:
    """紧急停止: 任何动作都不再执行 / halt every effect."""
    from .keys import turn as run

    run("stop", reason, who)


@keeper_app.command()
def resume(who: As = "") -> None:
    """恢复执行(需要两个人) / start again; takes two people."""
    from .keys import turn as run

    run("resume", "", who)


@keeper_app.command()
def delegate(
    to: Annotated[str, typer.Argument(help="委托给谁;off 收回 / to whom; off ends it")],
    until: Annotated[str, typer.Argument(help="到哪天,如 2026-12-01 / until when")] = "",
    who: As = "",
) -> None:
    """委托审批,到期自动结束 / let somebody approve in your place until a date."""
    from .keys import turn as run

    run("delegate", f"{to} {until}".strip(), who)


@keeper_app.command()
def approvers(
    who: As = "",
    since: Annotated[str, typer.Option(help="多久以来,如 90d / how far back")] = "90d",
    json: Json = False,
) -> None:
    """审批人的数据: 用时、批准率、测试卡 / figures of the approvers."""
    from .keys import approvers as run

    run(who, since, as_json=json)


@keeper_app.command()
def erase(
    kind: Annotated[str, typer.Argument(help="contact、person 或 account / whose data")],
    ref: Annotated[str, typer.Argument(metavar="ID", help="编号,如 C-001 / the id")],
    reason: Annotated[str, typer.Option("--reason", "-r", help="原因,不要写名字 / why; name nobody")] = "",
    who: As = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出会清空什么 / only list")] = False,
    json: Json = False,
) -> None:
    """删除一个人的数据: 管理员提出,另一人批准,无法恢复 / erase somebody's data; a second person agrees."""
    from .ruling import erase as run

    run(kind, ref, who, reason, dry_run=dry_run, as_json=json)
