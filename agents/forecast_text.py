"""How a forecast is said: sums with their interval, categories, what is left out, and how good earlier ones were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actions.forecast_view import Forecasted
from knowledge.insight.forecast import Book, Expected, Part
from knowledge.insight.forecast_record import TrackRecord
from knowledge.insight.win import WinOdds

from .citing import cite_deal
from .score_text import quality, signal
from .skill import Turn
from .wording import money, process_of

CATEGORIES = {
    "commit": ("承诺(≥80%)", "commit (80% and up)"),
    "best case": ("乐观(50–80%)", "best case (50-80%)"),
    "pipeline": ("漏斗(<50%)", "pipeline (below 50%)"),
}
SHOWN, MOVES, OPENED = 5, 2, 7


def book_lines(turn: Turn, book: Book, made: Forecasted, timed: bool) -> list[str]:
    """One currency: won, weighted, interval, categories, months, teams and colleagues."""
    everything = _opened(turn, made, book.deals)
    lines = [f"{_head(turn, book, timed)} {everything}".rstrip()]
    for name, part in book.categories.items():
        if part.n:
            rows = _opened(turn, made, [one for one in book.deals if one.category == name])
            lines.append(f"- {turn.say(*CATEGORIES[name])}: {_part(turn, part, book.currency)} {rows}")
    for title, group in (
        (("按月", "by month"), book.months),
        (("按组", "by team"), book.teams),
        (("按人", "by colleague"), book.people),
    ):
        if len(group) > 1:
            lines.append(
                f"- {turn.say(*title)}: " + _group(turn, group, book.currency, made.names) + f" {everything}"
            )
    return lines


def _opened(turn: Turn, made: Forecasted, deals: Sequence[Expected]) -> str:
    """The rows behind a sum, the weightiest first, and how many more there are."""
    shown = "".join(cite_deal(turn, made.judged[one.deal_id].facts.deal) for one in deals[:OPENED])
    return shown + (
        turn.say(f" 等 {len(deals)} 单", f" of {len(deals)} deals") if len(deals) > OPENED else ""
    )


def _head(turn: Turn, book: Book, timed: bool) -> str:
    cur, whole = book.currency, book.whole
    interval = f"{_whole(book.low_fen, cur)} – {_whole(book.high_fen, cur)}"
    weighted = _whole(whole.weighted_fen, cur)
    if not timed:
        return turn.say(
            f"{cur}:进行中 {whole.n} 单,合计 {money(whole.amount_fen, cur)},加权 {weighted};80% 区间 {interval}",
            f"{cur}: {whole.n} open deals, {money(whole.amount_fen, cur)} in all, weighted {weighted}; 80% interval {interval}",
        )
    return turn.say(
        f"{cur}:已赢 {money(whole.won_fen, cur)}({whole.won_n} 单)+ 加权 {weighted}({whole.n} 单,原值 "
        f"{money(whole.amount_fen, cur)})= {_whole(book.total_fen, cur)};80% 区间 {interval}",
        f"{cur}: won {money(whole.won_fen, cur)} ({whole.won_n} deals) + weighted {weighted} ({whole.n} deals worth "
        f"{money(whole.amount_fen, cur)}) = {_whole(book.total_fen, cur)}; 80% interval {interval}",
    )


def _whole(fen: float, currency: str) -> str:
    """Rounded to whole units: a forecast is no invoice."""
    return money(round(fen / 100) * 100, currency)


def _part(turn: Turn, part: Part, currency: str) -> str:
    return turn.say(
        f"{part.n} 单,{money(part.amount_fen, currency)},加权 {_whole(part.weighted_fen, currency)}",
        f"{part.n} deals, {money(part.amount_fen, currency)}, weighted {_whole(part.weighted_fen, currency)}",
    )


def _group(turn: Turn, group: Mapping[str, Part], currency: str, names: Mapping[str, str]) -> str:
    """By name, in the order of their ids: nobody is ranked."""
    told = []
    for key, part in group.items():
        won = turn.say(f"已赢 {money(part.won_fen, currency)} + ", f"won {money(part.won_fen, currency)} + ")
        told.append(
            f"{names.get(key, key)} {won if part.won_fen else ''}{_whole(part.weighted_fen, currency)} (n={part.n})"
        )
    return turn.say("；", "; ").join(told)


def deal_lines(turn: Turn, book: Book, made: Forecasted) -> list[str]:
    """The deals that weigh most, each with its chance, its strongest reason each way and its source."""
    lines = []
    for number, one in enumerate(book.deals[:SHOWN], start=1):
        deal = made.judged[one.deal_id].facts.deal
        stage = process_of(turn).stage_name(one.stage, turn.language)
        base = "" if one.chance is not None else turn.say("(阶段基准)", " (base rate of the stage)")
        lines.append(
            f"{number}. {one.name}({one.deal_id})· {stage} · {money(one.amount_fen, one.currency)} × {100 * one.p:.0f}%{base}"
            f" = {_whole(one.weighted, one.currency)} {cite_deal(turn, deal)}"
        )
        odds = made.judged[one.deal_id].odds
        if isinstance(odds, WinOdds):
            fore, against = odds.scored.reasons(1)
            told = [
                f"{signal(turn, part.name, part.value)} {odds.points_of(part):+.1f}"
                for part in (*fore, *against)
            ]
            if told:
                lines.append("   " + turn.say("；", "; ").join(told) + f" {cite_deal(turn, deal)}")
    return lines


def moves(turn: Turn, book: Book, made: Forecasted) -> list[str]:
    """What would change it most: a next meeting, recomputed for each deal."""
    gains = []
    for one in book.deals:
        odds = made.judged[one.deal_id].odds
        if isinstance(odds, WinOdds) and odds.with_meeting - odds.chance > 0.0005:
            gains.append((one.amount_fen * (odds.with_meeting - odds.chance), one, odds))
    gains.sort(key=lambda found: (-found[0], found[1].deal_id))
    return [
        turn.say(
            f"- 若 {one.deal_id} 约好下一次会:{100 * (odds.with_meeting - odds.chance):+.1f} 个百分点,加权 +{_whole(gain, one.currency)} "
            + cite_deal(turn, made.judged[one.deal_id].facts.deal),
            f"- if a next meeting with {one.deal_id} is booked: {100 * (odds.with_meeting - odds.chance):+.1f} points, weighted "
            f"+{_whole(gain, one.currency)} " + cite_deal(turn, made.judged[one.deal_id].facts.deal),
        )
        for gain, one, odds in gains[:MOVES]
    ]


def left_out(turn: Turn, book: Book, made: Forecasted) -> list[str]:
    """What the sums leave out or take as it is."""
    notes = []
    if book.late:
        notes.append(
            turn.say(
                f"{book.late} 单已过预计成交日,仍计入",
                f"{book.late} deals are past their expected close and still count",
            )
        )
    if book.unscored:
        notes.append(
            turn.say(
                f"{book.unscored} 单没有自己的概率,按阶段基准",
                f"{book.unscored} deals have no chance of their own: the base rate of their stage",
            )
        )
    bare = [one for one in book.deals if one.amount_fen <= 0]
    if bare:
        listed = sum(made.listed.get(one.deal_id, 0) for one in bare)
        weighted = sum(made.listed.get(one.deal_id, 0) * one.p for one in bare)
        known = sum(one.deal_id in made.listed for one in bare)
        notes.append(
            turn.say(
                f"{len(bare)} 单没有金额,按 0 计;其中 {known} 单若按一件标价估算是 {_whole(listed, book.currency)},加权 "
                f"{_whole(weighted, book.currency)}(估算,不在上面的数里)",
                f"{len(bare)} deals have no amount and count 0; {known} of them at the list price of one unit would be "
                f"{_whole(listed, book.currency)}, weighted {_whole(weighted, book.currency)} (an estimate, not in the sums)",
            )
        )
    return notes


def method(turn: Turn, made: Forecasted) -> str:
    """Where the chances come from."""
    if made.model:
        line = turn.say(f"概率来自自有模型 {made.model[:8]}", f"Chances from the own model {made.model[:8]}")
    else:
        line = turn.say(
            f"概率用先验法,n={made.history_n} 个已关闭商机(赢 {made.history_won})",
            f"Chances by the prior method, n={made.history_n} closed deals ({made.history_won} won)",
        )
    if made.old:
        line += turn.say(
            ",都早于规则要的时间段,近期没有",
            ", all of them older than the rules want: there are none of late",
        )
    if made.skewed:
        line += turn.say("。注意:历史几乎一边倒", ". Mind: the history is nearly one-sided")
    return line


def past(turn: Turn, record: TrackRecord) -> list[str]:
    """How good earlier forecasts were; below the floors that they cannot be told."""
    lines = []
    if record.chances is None:
        lines.append(
            turn.say(
                f"过去的概率准不准:数据不够(已有结果的预测 n={record.n},至少 {record.floor})",
                f"How good past chances were: not enough data (n={record.n} with an end, at least {record.floor})",
            )
        )
    else:
        told = quality(turn, record.chances)
        lines.append(turn.say(f"过去的概率:{told}", f"Past chances: {told}"))
    counted = sum(one.error is not None for one in record.months)
    if record.mape is None:
        lines.append(
            turn.say(
                f"过去的月度预测:数据不够(n={counted} 个月,至少 {record.months_floor})",
                f"Past monthly forecasts: not enough data (n={counted} months, at least {record.months_floor})",
            )
        )
    else:
        lines.append(
            turn.say(
                f"过去的月度预测:平均绝对百分误差 {100 * record.mape:.0f}%,n={counted} 个月",
                f"Past monthly forecasts: mean absolute percentage error {100 * record.mape:.0f}%, n={counted} months",
            )
        )
    return lines
