"""The grouped commands of those who keep the rules: autonomy, pilot; and what they add to policy and audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .groups import audit_app, policy_app
from .options import As, Json

autonomy_app = typer.Typer(help="自主级别: 看、升、降 / how far each verb may go by itself")
pilot_app = typer.Typer(help="试点范围 / where a verb may act while it is tried out", no_args_is_help=True)

Scope = Annotated[str, typer.Option(help="region:华东 或 line:影像;空为全部 / empty: everywhere")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="原因 / why")]
Verb = Annotated[str, typer.Argument(metavar="ACTION", help="动作,如 send_email / the verb")]
To = Annotated[int, typer.Option(min=-1, max=6, help="到第几级 / to which level")]


@autonomy_app.command("list")
def autonomy_list(who: As = "", json: Json = False) -> None:
    """每个动作的级别、数据和升级还差什么 / every verb, its measures, what it lacks."""
    from .ruled import autonomy as run

    run(who, as_json=json)


@autonomy_app.command("promote")
def autonomy_promote(
    verb: Verb, scope: Scope = "", to: To = -1, reason: Reason = "", who: As = "", json: Json = False
) -> None:
    """升一级: 数据达标,且另一人批准 / measures met, and a second person agrees."""
    from .ruled import move as run

    run("promote", verb, scope, None if to < 0 else to, reason, who, as_json=json)


@autonomy_app.command("demote")
def autonomy_demote(
    verb: Verb, scope: Scope = "", to: To = -1, reason: Reason = "", who: As = "", json: Json = False
) -> None:
    """降级,立即生效 / down, at once."""
    from .ruled import move as run

    run("demote", verb, scope, None if to < 0 else to, reason, who, as_json=json)


@pilot_app.command("add")
def pilot_add(
    verb: Verb,
    scope: Annotated[str, typer.Argument(help="region:华东 / line:影像")],
    who: As = "",
    json: Json = False,
) -> None:
    """划入试点;第一个范围立即生效 / let a scope in; the first one narrows and counts at once."""
    from .ruled import pilot as run

    run(verb, scope, who, add=True, as_json=json)


@pilot_app.command("remove")
def pilot_remove(
    verb: Verb,
    scope: Annotated[str, typer.Argument(help="region:华东 / line:影像")],
    who: As = "",
    json: Json = False,
) -> None:
    """移出试点 / take a scope out."""
    from .ruled import pilot as run

    run(verb, scope, who, add=False, as_json=json)


@pilot_app.command("report")
def pilot_report(verb: Verb, who: As = "", json: Json = False) -> None:
    """试点内外、前后对比 / inside and outside, before and since."""
    from .ruled import pilots as run

    run(verb, who, as_json=json)


@policy_app.command("publish")
def policy_publish(
    folder: Annotated[Path, typer.Argument(help="改过的策略目录 / folder with the changed rules")],
    who: As = "",
    emergency: Annotated[
        bool, typer.Option("--emergency", help="只能更严,24 小时后自动失效 / only stricter, ends after a day")
    ] = False,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """发布规则: 另一人看着回放批准 / a second person agrees, the replay before them."""
    from .ruled import publish as run

    run(folder, who, emergency=emergency, reason=reason, as_json=json)


@policy_app.command("versions")
def policy_versions(json: Json = False) -> None:
    """发布过的版本 / what was published."""
    from .ruled import versions as run

    run(as_json=json)


@policy_app.command("rollback")
def policy_rollback(
    version: Annotated[str, typer.Argument(help="版本号的开头,或 shipped / its beginning, or shipped")],
    who: As = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """回到以前的版本(同样两个人) / go back, which takes two people as well."""
    from .ruled import rollback as run

    run(version, who, reason=reason, as_json=json)


@audit_app.command("why")
def audit_why(
    ref: Annotated[str, typer.Argument(metavar="ACTION")], who: As = "", json: Json = False
) -> None:
    """一个动作的全部记录 / everything the record holds of one action."""
    from .books import audit_why as run

    run(ref, who, as_json=json)


@audit_app.command("replay")
def audit_replay(
    policy: Annotated[Path, typer.Option(help="改过的策略目录 / folder with the changed rules")],
    since: Annotated[str, typer.Option(help="多久以来 / how far back")] = "90d",
    json: Json = False,
) -> None:
    """历史上的决定在新规则下会怎样 / recorded decisions under other rules."""
    from .books import policy_replay as run

    run(policy, since, as_json=json)


@audit_app.command("head")
def audit_head(json: Json = False) -> None:
    """链头: 最新一条的序号和指纹 / the newest link's number and hash."""
    from .books import audit_head as run

    run(as_json=json)
