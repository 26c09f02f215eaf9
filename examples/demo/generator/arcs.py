"""The invented deals: outcome, dates, people, offers for each, and the thread of what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from .dice import Dice
from .nouns import Case, Company, Proposal, Ware
from .threads import thread
from .voice import Voice, workday
from .world import World

TODAY = datetime(2026, 11, 20, 18, 0)
TOTAL = 124
PATTERN = ("won", "open", "lost", "won", "lost", "open", "won", "open", "lost", "won", "open")
STAGES = ("discovery", "evaluation", "proposal", "negotiation", "commit")
CLASSES = (
    "price", "security", "competitor", "implementation", "budget", "trust", "authority", "feature_gap", "timing",
    "contract_terms", "internal_process", "existing_solution",
)  # fmt: skip
SUFFIXES = ("采购", "项目", "更新", "新院区", "二期", "扩容")


def invented_cases(world: World, told: Sequence[Case]) -> list[Case]:
    """All deals that nobody wrote by hand; every team meets every objection among its won deals."""
    taken = {case.id for case in told}
    free = [f"D-{n:03d}" for n in range(1, TOTAL + 3) if f"D-{n:03d}" not in taken]
    weights = {"A": 4, "B": 3, "C": 2}
    told_at = Counter(case.account for case in told)
    slots = [c for c in world.companies.values() for _ in range(max(0, weights[c.tier] - told_at[c.id]))]
    slots = Dice("slots").some(
        [slot for slot in slots if slot.id not in ("A-001", "A-040")], TOTAL - len(told)
    )
    counts: Counter[str] = Counter()
    names = {case.name for case in told}
    cases = []
    for id_, company in zip(free, slots, strict=False):
        team = world.colleagues[company.owner].team
        outcome = PATTERN[counts[team] % len(PATTERN)]
        counts[team] += 1
        turn = counts[f"{team}/{outcome}"]
        counts[f"{team}/{outcome}"] += 1
        kinds = tuple(CLASSES[(2 * turn + step) % len(CLASSES)] for step in range(2))
        cases.append(_case(world, id_, company, outcome, kinds, names))
    return cases


def _case(
    world: World, id_: str, company: Company, outcome: str, kinds: tuple[str, ...], names: set[str]
) -> Case:
    dice = Dice(id_)
    product, low, high = dice.pick(world.phrases["fits"][company.industry])
    ware, quantity = world.wares[product], dice.between(low, high)
    people = dice.some(world.at_account(company.id), dice.between(2, 3))
    steps, closed = _dates(dice, outcome)
    reached = [stage for stage, _ in steps]
    offers = _offers(dice, id_, ware, quantity, outcome, dict(steps)) if "proposal" in reached else ()
    amount = offers[-1].lines[0][1] * offers[-1].lines[0][2] if offers else ware.list_price * quantity
    competitor = dice.pick(world.phrases["competitors"]) if "competitor" in kinds or dice.chance(0.3) else ""
    voice = Voice(
        world, dice, company=company, ware=ware, rep=company.owner, human=people[0], amount=amount,
        competitor=competitor, quantity=quantity,
    )  # fmt: skip
    stage = outcome if outcome != "open" else reached[-1]
    due = workday(TODAY + timedelta(days=dice.between(-9, 20))).replace(hour=dice.between(9, 17), minute=0)
    step = voice.say("next_step", TODAY) if outcome == "open" and dice.chance(0.85) else ""
    return Case(
        id=id_, name=_name(dice, company, ware, names), account=company.id, owner=company.owner, product=product,
        stage=stage, amount=amount, created=steps[0][1], people=tuple(human.id for human in people), steps=steps,
        quantity=quantity, expected=closed or TODAY + timedelta(days=dice.between(-12, 120)), closed=closed,
        next_step=step, next_step_at=due if step else None, competitor=competitor,
        lost_reason=dice.pick(world.phrases["lost"]) if outcome == "lost" else "", objections=kinds, offers=offers,
        happenings=tuple(thread(world, voice, dice, id_, company, people, steps, kinds, outcome, TODAY)),
    )  # fmt: skip


def _name(dice: Dice, company: Company, ware: Ware, names: set[str]) -> str:
    for suffix in [*dice.some(SUFFIXES, len(SUFFIXES)), "三期", "备选"]:
        english = {"采购": "purchase", "更新": "replacement", "二期": "phase 2", "扩容": "expansion"}.get(
            suffix
        )
        tail = (english or "project") if company.english else suffix
        name = f"{company.short} {ware.english if company.english else ware.short} {tail}"
        if name not in names:
            break
    names.add(name)
    return name


def _dates(dice: Dice, outcome: str) -> tuple[tuple[tuple[str, datetime], ...], datetime | None]:
    """Stage entries and the closing, if any; working hours on weekdays."""
    count = {"won": 5, "lost": dice.between(2, 4), "open": dice.pick((1, 2, 2, 3, 3, 3, 4, 4, 5))}[outcome]
    gaps = [dice.between(6, 34) for _ in range(count)]
    if outcome == "open":
        end = TODAY - timedelta(days=dice.pick((0, 1, 2, 3, 5, 8, 12, 20, 33)))
    else:
        end = datetime(2025, 5, 6, 10, 0) + timedelta(days=dice.between(sum(gaps), 560))
    moment = end - timedelta(days=sum(gaps))
    entries = []
    for stage, gap in zip((*STAGES[:count], outcome), [0, *gaps], strict=True):
        moment += timedelta(days=gap)
        at = workday(moment).replace(hour=dice.between(9, 17), minute=dice.between(0, 11) * 5)
        entries.append((stage, at))
    if outcome == "open":
        return tuple(entries[:-1]), None
    return tuple(entries), entries[-1][1]


def _offers(
    dice: Dice, id_: str, ware: Ware, quantity: int, outcome: str, steps: dict[str, datetime]
) -> tuple[Proposal, ...]:
    final = {"won": "accepted", "lost": "expired", "open": "sent"}[outcome]
    first = dice.pick((0, 2, 3, 5, 5, 8))
    at = steps["proposal"] + timedelta(minutes=40)
    price = ware.list_price * (100 - first) // 100
    kept = (
        Proposal(f"O-{id_[2:]}", final, ((ware.id, quantity, price),), first, at, at + timedelta(days=30)),
    )
    if "negotiation" not in steps or dice.chance(0.6):
        return kept
    old = Proposal(
        f"O-{id_[2:]}", "expired", ((ware.id, quantity, price),), first, at, at + timedelta(days=30)
    )
    more = first + dice.pick((2, 3, 4, 6))
    price = ware.list_price * (100 - more) // 100
    at = steps["negotiation"] + timedelta(days=2, minutes=15)
    note = "第二版：按谈判结果调整，折扣已按权限审批"
    return (
        old,
        Proposal(
            f"O-{id_[2:]}-2", final, ((ware.id, quantity, price),), more, at, at + timedelta(days=30), note, 2
        ),
    )
