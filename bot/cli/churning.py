"""`chengdan churn`: the list with signals and tasks, and the replay over history."""

from __future__ import annotations

from typing import Any

from actions.counter import PersonDesk
from actions.journey_view import AtRisk
from knowledge.insight.churn_replay import Replay, Saved
from knowledge.insight.journey.survival import Share

from .books import span_of
from .opening import asker, opened
from .screen import out, out_json, table


def listed(who: str, *, as_json: bool) -> None:
    """Customers one may see, with the signals that fire now."""
    house = opened()
    desk = house.desk(asker(house, who), "", "cli", "zh")
    found = [_risk(desk, one) for one in desk.journeys.at_risk()]
    if as_json:
        out_json(found)
        return
    if not found:
        out("没有流失信号 / no churn signal fires")
        return
    for one in found:
        state = f" · 已流失 / lost {one['lost_since'][:10]}" if one["lost_since"] else ""
        out(f"{one['account']} {one['name']} · RFM {one['rfm'] or '-'} {one['segment']}{state}")
        for signal in one["signals"]:
            out(f"  ⚠ {signal['id']}: {signal['zh']} / {signal['en']} [{', '.join(signal['rows'][-5:])}]")
        out(f"  → {one['task']}")


def replayed(since: str, who: str, *, as_json: bool) -> None:
    """Lead time of each signal over history, knowing at each look only what had happened; and who was saved."""
    house = opened()
    desk = house.desk(asker(house, who), "", "cli", "zh")
    found, saved, customers = desk.journeys.replay(house.clock() - span_of(since))
    if as_json:
        out_json(_as_json(found, saved, customers))
        return
    out(f"n = {customers} 客户 / customers, {found.looks} 周 / weeks; 流失 / lost {len(found.losses)}")
    table(
        ["signal", "n", "right", "95 %", "median days before", "least", "still open"],
        [
            [
                line.signal,
                str(line.n),
                _share(line.right),
                _interval(line.right),
                "-" if line.median_days is None else f"{line.median_days:.0f}",
                "-" if line.least_days is None else f"{line.least_days:.0f}",
                str(line.still_open),
            ]
            for line in found.lines
        ],
    )
    out(f"预警在前的流失 / losses with a warning before: {_share(found.caught)} ({_interval(found.caught)})")
    out(
        f"precision@50: {_share(found.precision)} ({_interval(found.precision)}); 全体 / everybody {_share(found.base)}"
    )
    out(f"挽回 / saved: 有任务 / with a task {_share(saved.treated)}, 对照组 / hold-out {_share(saved.held)}")
    if not saved.treated.n or not saved.held.n:
        out("数据不足,看不出任务的作用 / not enough data to tell what the tasks were worth")


def _risk(desk: PersonDesk, one: AtRisk) -> dict[str, Any]:
    alert = one.alert
    card = desk.card(alert.action_id) if alert and alert.action_id else None
    task = "还没有任务 / no task yet"
    if alert is not None:
        task = "对照组,不派任务 / hold-out, no task" if alert.held_out else alert.note or alert.action_id
    if card is not None:
        task = f"{card.code} {card.state} {card.headline}"
    return {
        "account": one.account.id,
        "name": one.account.name,
        "owner": one.account.owner_id,
        "rfm": f"{one.rfm.r}{one.rfm.f}{one.rfm.m}" if one.rfm else "",
        "segment": one.rfm.segment if one.rfm else "",
        "lost_since": one.lost_since.isoformat() if one.lost_since else "",
        "signals": [
            {"id": s.id, "zh": s.zh, "en": s.en, "strength": round(s.strength, 3), "rows": list(s.rows)}
            for s in one.signals
        ],
        "task": task,
        "held_out": bool(alert and alert.held_out),
    }


def _as_json(found: Replay, saved: Saved, customers: int) -> dict[str, Any]:
    return {
        "customers": customers,
        "weeks": found.looks,
        "losses": [{"account": one, "at": at.isoformat()} for one, at in found.losses],
        "lead_time": [
            {
                "signal": line.signal,
                "n": line.n,
                "right": line.right.k,
                "median_days": line.median_days,
                "least_days": line.least_days,
                "still_open": line.still_open,
            }
            for line in found.lines
        ],
        "caught": {"k": found.caught.k, "n": found.caught.n},
        "precision_at_50": {"k": found.precision.k, "n": found.precision.n, "value": found.precision.value},
        "base": {"k": found.base.k, "n": found.base.n, "value": found.base.value},
        "fired": [
            {"account": f.customer, "signal": f.signal, "at": f.at.isoformat(), "lead_days": f.lead_days}
            for f in found.fired
        ],
        "saved": {
            "treated": {"k": saved.treated.k, "n": saved.treated.n},
            "held_out": {"k": saved.held.k, "n": saved.held.n},
            "uplift": saved.uplift,
        },
    }


def _share(one: Share) -> str:
    return f"{one.k}/{one.n}" + (f" = {one.value:.0%}" if one.value is not None else "")


def _interval(one: Share) -> str:
    low, high = one.interval
    return f"{low:.0%}-{high:.0%}" if one.n else "-"
