"""The grouped commands of feeds that are read by the clock."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import Json

feed_app = typer.Typer(
    help="定时来源: 邮箱、HubSpot、Salesforce / feeds read by the clock", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="来源的名字 / the feed's name")]


@feed_app.command("add")
def feed_add(
    name: Name,
    kind: Annotated[str, typer.Argument(help="mailbox | hubspot | salesforce")],
    every: Annotated[str, typer.Option(help="多久读一次,如 5m、1h / how often")] = "15m",
    mailbox: Annotated[str, typer.Option(help="IMAP_URL 里的哪个用户 / which user of IMAP_URL")] = "",
    folders: Annotated[
        str, typer.Option(help="只读这些文件夹,逗号分隔 / these folders alone, comma between")
    ] = "",
    days: Annotated[
        int, typer.Option(min=1, help="第一次往回读几天 / how far back the first reading goes")
    ] = 730,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="陌生人的信也存 / store strangers' mails too")
    ] = False,
    mapping: Annotated[str, typer.Option(help="自己的映射目录 / a folder of mappings of your own")] = "",
    json: Json = False,
) -> None:
    """新增一个来源;凭据只写在 .env / add a feed; its credentials stand in .env alone."""
    from .feeding import add as run

    run(
        name, kind, every=every, mailbox=mailbox, folders=folders, days=days, unknown=unknown, mapping=mapping,
        as_json=json,
    )  # fmt: skip


@feed_app.command("list")
def feed_list(json: Json = False) -> None:
    """所有来源、上次结果、下次时间 / every feed, how it went, when it is next."""
    from .feeding import listed as run

    run(as_json=json)


@feed_app.command("run")
def feed_run(
    name: Name,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只看会改什么 / only show what would change")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="从头读 / from the beginning")] = False,
    json: Json = False,
) -> None:
    """现在就读一次 / read it now."""
    from .feeding import read as run

    run(name, dry_run=dry_run, full=full, as_json=json)


@feed_app.command("held")
def feed_held(
    name: Annotated[str, typer.Argument(help="来源;空为全部 / empty: all")] = "", json: Json = False
) -> None:
    """扣下的记录和原因 / what is held back, and why."""
    from .feeding import held as run

    run(name, as_json=json)


@feed_app.command("pause")
def feed_pause(name: Name) -> None:
    """暂停;再用一次恢复 / pause; once more: go on."""
    from .feeding import pause as run

    run(name)


@feed_app.command("remove")
def feed_remove(name: Name) -> None:
    """删除来源;已导入的数据保留 / remove a feed; what it brought stays."""
    from .feeding import remove as run

    run(name)
