"""Skill: how to answer an objection, from the playbook and from deals that were won against the same one."""

from __future__ import annotations

from pydantic import BaseModel, Field

from agents.advising import Piece, advise
from agents.citing import cite_interaction
from agents.lookup import Unclear, the_deal
from agents.skill import Skill, Turn
from agents.won import Example, exchanges, playbook_of
from agents.wording import day, process_of
from knowledge import objections
from knowledge.blueprints.playbook import Objection, Playbook
from knowledge.snapshot import DealFacts

EXAMPLES = 2


class Arguments(BaseModel):
    """What talk_track takes."""

    objection: str = Field(
        min_length=1, max_length=1000, description="the customer's objection, in their words"
    )
    deal: str | None = Field(default=None, description="the deal it came up in; omit for the current deal")


def run(turn: Turn, arguments: Arguments) -> str:
    """Suggest how to answer a customer's objection (price, budget, timing, authority, competitor, missing feature,
    trust, security, implementation, contract terms, internal process, existing solution): talk tracks from the
    approved playbook plus real exchanges from won deals ("客户说太贵了怎么回", "they say a competitor is cheaper")."""
    playbook = playbook_of(turn)
    found = _class_of(arguments.objection, playbook)
    if found is None:
        names = turn.say("、", ", ").join(turn.say(one.name, one.name_en) for one in playbook.objections)
        return turn.say(
            f"没有找到对应的异议类型。话术库里有:{names}。请把客户的原话再说具体些。",
            f"No objection class fits. The playbook has: {names}. Please quote the customer more exactly.",
        )
    facts = None
    if arguments.deal or turn.focus.get("deal_id"):
        chosen = the_deal(turn, arguments.deal)
        if isinstance(chosen, Unclear) and arguments.deal:
            return chosen.sentence
        facts = None if isinstance(chosen, Unclear) else chosen.facts
    turn.focus.update(intent="talk_track", objection=found.id)
    turn.suggestions.append(turn.say("把这些写进给他的邮件", "Put this into an e-mail to them"))
    lines = [
        turn.say(f"异议类型:{found.name}", f"Objection: {found.name_en}"),
        *_tracks(turn, found, playbook, facts),
    ]
    return "\n".join([*lines, *_won(turn, arguments.objection, found, playbook, facts)])


def _class_of(said: str, playbook: Playbook) -> Objection | None:
    """The class by id or name, else by keywords: of several the one whose keywords cover most of the words."""
    for one in playbook.objections:
        if said.strip().casefold() in {one.id, one.name.casefold(), one.name_en.casefold()}:
            return one
    hits = objections.classify(said, playbook.model_dump())
    best = playbook.keyword_class(said)
    return playbook.objection(best if best in hits or not hits else hits[0])


def _tracks(turn: Turn, found: Objection, playbook: Playbook, facts: DealFacts | None) -> list[str]:
    """The playbook's answers, without any that a banned phrase crept into."""
    pieces: list[Piece] = []
    lines = [turn.say("话术库建议:", "From the playbook:")]
    for track in found.tracks:
        text = track.text_en if turn.language == "en" and track.text_en else track.text
        if playbook.banned_in(text, found.id):
            continue
        title = turn.say(f"话术库 · {found.name}", f"Playbook · {found.name_en}")
        n = turn.cite(id=f"playbook:{track.id}", kind="playbook", title=title, date="", quote=text)
        when = track.when_en if turn.language == "en" and track.when_en else track.when
        lines.append(f"- {text}" + (f"({when})" if when else "") + f" [{n}]")
        deal_id = facts.deal.id if facts and facts.deal.is_open else ""
        pieces.append(
            Piece(
                kind="talk_track",
                deal_id=deal_id,
                content={"text": text, "track": track.id},
                said={"objection": found.id, "track": track.id},
            )
        )
    advise(turn, pieces)
    return lines


def _won(turn: Turn, said: str, found: Objection, playbook: Playbook, facts: DealFacts | None) -> list[str]:
    """Real exchanges from won deals, those most like the current deal first; says so when there are none."""
    examples = exchanges(turn, said, found, playbook, facts)
    if not examples:
        return [turn.say("没有找到赢单中的同类例子。", "I found no example of this in a won deal.")]
    lines = [turn.say("赢单里的真实对话:", "Real exchanges from won deals:")]
    for one in examples[:EXAMPLES]:
        lines += _shown(turn, one)
    return lines


def _shown(turn: Turn, one: Example) -> list[str]:
    deal, account = one.facts.deal, one.facts.account
    industry = f" · {account.industry}" if account.industry else ""
    won = process_of(turn).stage_name("won", turn.language)
    customer = cite_interaction(turn, one.row, one.raised.text, one.raised.speaker)
    rep = cite_interaction(turn, one.row, one.reply.text, one.reply.speaker)
    return [
        f"- {deal.name}({deal.id} · {won}{industry} · {day(one.row.at)})",
        turn.say("  客户", "  Customer") + f" {one.raised.speaker}:“{one.raised.text}” {customer}",
        turn.say("  我方", "  Us") + f" {one.reply.speaker}:“{one.reply.text}” {rep}",
    ]


SKILL = Skill(name="talk_track", arguments=Arguments, run=run)
