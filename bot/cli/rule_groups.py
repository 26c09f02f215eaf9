"""The grouped commands of those who set the rules: autonomy, pilot, and what `policy` and `audit` can do besides."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .groups import audit_app, policy_app
from .options import As, Json

autonomy_app = typer.Typer(
    help="自主级别: 现状、升级、降级 / the autonomy ladder", invoke_without_command=True
)
pilot_app = typer.Typer(help="试点范围 / where a verb may act while it is tried", no_args_is_help=True)

Verb = Annotated[str, typer.Argument(metavar="ACTION", help="动作,如 send_email / the verb")]
Scope = Annotated[str, typer.Option("--scope", help="region:华东 或 line:影像;空为全部 / empty: everywhere")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="原因 / why")]


@autonomy_app.callback()
def autonomy(context: typer.Context, who: As = "", json: Json = False) -> None:
    """每个动作现在的级别、实测数据、离下一级还差什么 / where each verb stands."""
    if context.invoked_subcommand is None:
        from .ladder import standings as run

        run(who, as_json=json)


@autonomy_app.command("list")
def autonomy_list(who: As = "", json: Json = False) -> None:
    """同上 / the same."""
    from .ladder import standings as run

    run(who, as_json=json)


@autonomy_app.command("promote")
def promote(verb: Verb, scope: Scope = "", who: As = "", reason: Reason = "", json: Json = False) -> None:
    """提议升一级(数据达标,另一人批准) / propose one level up."""
    from .ruling import change as run

    args = {"kind": "autonomy", "verb": verb, "scope": scope, "way": "promote", "reason": reason}
    run(args, who, as_json=json)


@autonomy_app.command("demote")
def demote(
    verb: Verb,
    scope: Scope = "",
    who: As = "",
    reason: Reason = "",
    to: Annotated[int | None, typer.Option("--to", help="降到哪级,缺省降一级 / to which level")] = None,
    json: Json = False,
) -> None:
    """立即降级(一人即可) / take it down at once."""
    from .ruling import change as run

    args = {"kind": "autonomy", "verb": verb, "scope": scope, "way": "demote", "to": to, "reason": reason}
    run(args, who, as_json=json)


@pilot_app.command("list")
def pilot_list(who: As = "", json: Json = False) -> None:
    """有哪些试点 / which verbs are piloted where."""
    from .ladder import pilots as run

    run(who, as_json=json)


@pilot_app.command("add")
def pilot_add(
    verb: Verb, scope: Annotated[str, typer.Argument()], who: As = "", reason: Reason = "", json: Json = False
) -> None:
    """把一个范围纳入试点 / bring a scope in."""
    from .ruling import change as run

    args = {"kind": "pilot", "verb": verb, "scope": scope, "add": True, "reason": reason}
    run(args, who, as_json=json)


@pilot_app.command("remove")
def pilot_remove(
    verb: Verb, scope: Annotated[str, typer.Argument()], who: As = "", reason: Reason = "", json: Json = False
) -> None:
    """把一个范围移出试点 / take a scope out."""
    from .ruling import change as run

    args = {"kind": "pilot", "verb": verb, "scope": scope, "add": False, "reason": reason}
    run(args, who, as_json=json)


@pilot_app.command("report")
def pilot_report(verb: Verb, who: As = "", json: Json = False) -> None:
    """试点内外、前后的结果 / outcomes inside and outside, before and since."""
    from .ladder import report as run

    run(verb, who, as_json=json)


@policy_app.command("publish")
def policy_publish(
    folder: Annotated[Path, typer.Argument(help="策略目录 / folder with the rules")],
    who: As = "",
    reason: Reason = "",
    emergency: Annotated[
        bool, typer.Option("--emergency", help="只能收紧,一人即可,24 小时失效 / only stricter, for a day")
    ] = False,
    json: Json = False,
) -> None:
    """提议发布规则(附回放报告,另一人批准) / propose new rules."""
    from .ruling import publish as run

    run(folder, who, reason, emergency=emergency, as_json=json)


@policy_app.command("versions")
def policy_versions(who: As = "", json: Json = False) -> None:
    """发布过的规则 / the published rule books."""
    from .ruling import versions as run

    run(who, as_json=json)


@policy_app.command("rollback")
def policy_rollback(
    version: Annotated[str, typer.Argument(help="版本开头,或 shipped / beginning of a version, or shipped")],
    who: As = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """提议回到以前的规则 / propose an earlier rule book again."""
    from .ruling import rollback as run

    run(version, who, reason, as_json=json)


@audit_app.command("why")
def audit_why(
    ref: Annotated[str, typer.Argument(metavar="ACTION", help="动作编号或四位码 / action id or code")],
    who: As = "",
    json: Json = False,
) -> None:
    """一个动作的全部经过 / the whole story of one action."""
    from .auditing import why as run

    run(ref, who, as_json=json)


@audit_app.command("head")
def audit_head(who: As = "", json: Json = False) -> None:
    """链头,并留当日副本 / the head of the chain, with the day's copy."""
    from .auditing import head as run

    run(who, as_json=json)


@audit_app.command("replay")
def audit_replay(
    policy: Annotated[Path, typer.Option(help="策略目录 / folder with rules")],
    since: Annotated[str, typer.Option(help="多久以来,如 90d / how far back")] = "90d",
    who: As = "",
    json: Json = False,
) -> None:
    """回放并以退出码作答: 0 无变化,1 有变化,3 无数据 / replay; the exit code tells."""
    from .books import policy_replay as run

    run(policy, since, who, as_json=json, codes=True)
