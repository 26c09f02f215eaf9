"""Commands of the chat platforms: connect one, and bind colleagues' accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import As, Json

street_app = typer.Typer()

Channel = Annotated[
    str,
    typer.Option(
        "--channel", help="只限这个渠道: wecom、wecom-bot、dingtalk、telegram、web / only on this one"
    ),
]


@street_app.command()
def connect(
    name: Annotated[str, typer.Argument(metavar="NAME", help="wecom、wecom-bot、dingtalk、telegram、web")],
    check: Annotated[bool, typer.Option("--check", help="只检查,不提问 / only check, ask nothing")] = False,
    json: Json = False,
) -> None:
    """接入聊天平台: 逐项填写凭证,并向平台核对 / set a chat platform up and check it against the platform."""
    from .connecting import connect as run

    run(name, only_check=check, as_json=json)


@street_app.command()
def bind(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="同事的姓名或编号 / whom")] = "",
    channel: Channel = "",
    who: As = "",
    table: Annotated[
        Path | None,
        typer.Option("--import", help="CSV: person,platform,account,已核实的清单 / a verified list"),
    ] = None,
    json: Json = False,
) -> None:
    """给同事一个一次性绑定码,或导入已核实的账号清单(管理员) / a one-time code, or a verified list of accounts."""
    from .doors import bind as run

    run(person, channel, who, table, as_json=json)


@street_app.command()
def accounts(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="空: 全部 / empty: everybody")] = "",
    who: As = "",
    json: Json = False,
) -> None:
    """谁在哪个平台绑定了账号 / who is bound where."""
    from .doors import accounts as run

    run(person, who, as_json=json)


@street_app.command()
def unbind(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="wecom、dingtalk、telegram…")],
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="平台账号 / the platform's id")],
    who: As = "",
) -> None:
    """解除绑定(管理员) / an account is nobody's any more."""
    from .doors import unbind as run

    run(channel, account, who)
