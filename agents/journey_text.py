"""How journeys are said: touches as lines with their rows, shares with n and interval, channels and stages by name."""

from __future__ import annotations

from knowledge.blueprints.journey import Journey
from knowledge.insight.journey.events import Touch
from knowledge.insight.journey.picture import CHANNELS
from knowledge.insight.journey.survival import Lasting, Share

from .citing import cite_interaction
from .skill import Turn
from .wording import day, excerpt, money, process_of, short

EVENTS: dict[str, tuple[str, str]] = {
    "page_view": ("浏览页面", "viewed a page"),
    "download": ("下载资料", "downloaded"),
    "form_submit": ("提交表单", "sent a form"),
    "video_play": ("看视频", "played a video"),
    "quote_request": ("询价", "asked for a quote"),
    "payment": ("付款", "paid"),
    "order": ("下单", "ordered"),
    "delivery": ("到货", "delivery"),
    "ticket": ("报修", "ticket"),
    "complaint": ("投诉", "complaint"),
    "message": ("消息", "message"),
    "call": ("通话", "call"),
    "meeting": ("会面", "meeting"),
    "ad_view": ("看到广告", "saw an ad"),
    "ad_click": ("点击广告", "clicked an ad"),
    "mail_open": ("打开邮件", "opened a mail"),
    "mail_click": ("点击邮件链接", "clicked in a mail"),
    "event_visit": ("参加活动", "came to an event"),
    "login": ("登录", "logged in"),
    "renewal": ("续约", "renewed"),
    "deal_stage": ("商机推进", "deal moved"),
}


def stage_name(turn: Turn, book: Journey, stage_id: str) -> str:
    """The stage in the asker's language."""
    stage = book.stage(stage_id)
    return turn.say(stage.name, stage.name_en) if stage else stage_id


def event_name(turn: Turn, touch: Touch) -> str:
    """What happened, in words."""
    return turn.say(*EVENTS.get(touch.name, (touch.name, touch.name)))


def channel(turn: Turn, touch: Touch) -> str:
    """Where it happened; a step of a deal is ours."""
    return turn.say("商机", "deal") if touch.props.get("milestone") else turn.say(*CHANNELS[touch.source])


def cite_touch(turn: Turn, touch: Touch, query: str = "") -> str:
    """[n] for a touch: the talk it stands for, the deal whose step it is, the lead's own line, or the event itself."""
    row = turn.desk.interaction(touch.id)
    if row is not None:
        quote = excerpt(row.text, query) if query and row.text else short(row.text or row.subject, 120)
        return cite_interaction(turn, row, quote)
    told = told_touch(turn, touch)
    if touch.props.get("milestone"):
        n = turn.cite(
            id=str(touch.props.get("deal")), kind="deal", title=touch.title, date=day(touch.at), quote=told
        )
    elif touch.lead_id:
        n = turn.cite(
            id=touch.id, kind="lead_touch", title=event_name(turn, touch), date=day(touch.at), quote=told,
            provenance="web_form" if touch.direction == "in" else "",
        )  # fmt: skip
    else:
        n = turn.cite(
            id=touch.id, kind="touch", title=event_name(turn, touch), date=day(touch.at), quote=told, provenance="web_page"
        )  # fmt: skip
    return f"[{n}]"


def told_touch(turn: Turn, touch: Touch) -> str:
    """One touch without its source: what, which page or words, how long, how much."""
    if touch.props.get("milestone"):
        return f"{event_name(turn, touch)}:{process_of(turn).stage_name(str(touch.props.get('stage')), turn.language)}"
    parts = [event_name(turn, touch), short(touch.title or touch.page, 40)]
    if touch.visible_s:
        parts.append(turn.say(f"{touch.visible_s:.0f} 秒", f"{touch.visible_s:.0f} s"))
    if touch.value_fen is not None and touch.payment:
        parts.append(money(touch.value_fen, touch.currency))
    if touch.utm:
        parts.append(
            "utm: " + "/".join(filter(None, (touch.utm.source, touch.utm.medium, touch.utm.campaign)))
        )
    return " · ".join(part for part in parts if part)


def share(turn: Turn, one: Share) -> str:
    """`52%(13/25,95% 区间 33%–70%)`, or that there is nothing to tell from."""
    if one.value is None:
        return turn.say("数据不足(n=0)", "not enough data (n=0)")
    low, high = one.interval
    return turn.say(
        f"{one.value:.0%}({one.k}/{one.n},95% 区间 {low:.0%}–{high:.0%})",
        f"{one.value:.0%} ({one.k}/{one.n}, 95 % interval {low:.0%}-{high:.0%})",
    )


def days(turn: Turn, one: Lasting) -> str:
    """Median and third quartile with n; whoever is still in there counts as longer."""
    if not one.n:
        return turn.say("数据不足(n=0)", "not enough data (n=0)")
    open_ = one.n - one.ended
    middle, upper = (
        turn.say("还看不出", "cannot be told yet") if x is None else turn.say(f"{x:.0f} 天", f"{x:.0f} days")
        for x in (one.median, one.p75)
    )
    return turn.say(
        f"中位 {middle},P75 {upper}(n={one.n},其中 {open_} 人仍在)",
        f"median {middle}, P75 {upper} (n={one.n}, {open_} of them still there)",
    )
