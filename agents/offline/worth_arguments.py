"""The arguments of the skills about forecasts, risks and the worth of advice: whose deals, which days, which warning."""

from __future__ import annotations

import re
from typing import Any

from . import slots
from .dates import period
from .quantities import count
from .said import Built, Said, ask_deal

_TEAM = re.compile(
    r"团队|我们组|全组|整个组|本组|部门|大家|公司|我们|\bteam|everyone|whole group|company|\bwe\b|\bour\b",
    re.I,
)
_EVERYTHING = re.compile(
    r"加权漏斗|漏斗加权|全部|所有|整个漏斗|weighted pipeline|whole pipeline|everything open", re.I
)
_WARNINGS = slots.table(
    dead=r"死单|死了|快死|没救|\bdead\b",
    ghosted=r"不回|失联|没有?回应|ghost|no repl|not repl",
    overdue=r"逾期|过期|超期|推迟|overdue|past due|slipp|put off|pushed",
    no_activity=r"没动静|没跟进|没联系|没有往来|gone quiet|no activity|gone silent|silent",
    unopened_proposal=r"报价没反应|没打开|没看报价|unopened|not opened",
    stalled_in_stage=r"停滞|卡住|停在|stuck|stalled",
    no_power=r"决策人|拍板|decision maker|no power",
    not_enough_contacts=r"单线|联系人太少|single.thread|too few contacts",
    pricing_not_mentioned=r"没谈价|没谈过价格|price has not|pricing not",
    red_flag=r"红旗|危险信号|red flag",
)


def forecast(said: Said) -> Built:
    """The days, whose deals, and whether the whole pipeline is meant."""
    found = period(said.text, said.now)
    whole = found is None and bool(_EVERYTHING.search(said.text))
    return {**_whose(said), **_days(said), "everything": whole}, None


def risks(said: Said) -> Built:
    """Whose deals, and which warning when one is named."""
    made = {**_whose(said), "warning": slots.first_of(_WARNINGS, said.text) or None}
    if n := count(said.text):
        made["limit"] = min(50, n)
    return made, None


def report(said: Said) -> Built:
    """The days."""
    return _days(said), None


def walk(said: Said) -> Built:
    """The deal that is named, else the one in hand, else the skill's own choice."""
    if said.aim.choices:
        return {}, ask_deal(said)
    deal = said.aim.deal or said.focus.get("deal_id")
    return {"deal": deal} if deal else {}, None


def _days(said: Said) -> dict[str, Any]:
    found = period(said.text, said.now)
    return {
        "period_start": found.since.isoformat() if found and found.since else None,
        "period_end": found.until.isoformat() if found and found.until else None,
    }


def _whose(said: Said) -> dict[str, Any]:
    owner = next((m.id for m in said.mentions if m.kind == "person"), None)
    return {"owner": owner, "team": owner is None and bool(_TEAM.search(said.text))}
