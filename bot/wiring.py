"""Composition in one file: every concrete class is named once, and nothing is built at import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actions.advice.daily import Rounds
from actions.approvals import Approvals
from actions.counter import PersonDesk
from actions.documents.pdf import LibreOffice
from actions.effect import Hands
from actions.evaluation import Rules
from actions.files import Shelf
from actions.gate import Gate
from actions.gateways.elsewhere import Elsewhere
from actions.gateways.mail import MailGateway
from actions.gateways.messages import MessageOutbox
from actions.handing import Handing
from actions.performing import Performer
from actions.rescoring import Rescorer
from actions.retrying import Retries
from actions.switch import Switch
from actions.timers import Timers
from knowledge.journey.keys import HouseKey
from knowledge.library import people
from knowledge.migrate import upgrade
from knowledge.model import Person
from knowledge.search import Search
from knowledge.store import Store
from policies.engine import Judge

from .courier import Courier
from .drilled import Drilled, model_options, offline_brain
from .house_clock import HouseClock
from .messages import Inbound
from .searching import open_search
from .settings import Settings

if TYPE_CHECKING:
    from agents.assistant import Assistant
    from agents.skill import Turn


@dataclass
class House:
    """Everything, wired. Parts that cost time to import or open are made on first use.

    Only a house with a `mail` gateway lets anything out; the others hand ids to a sender (bot.courier).
    """

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    mail: MailGateway | None = None
    drilled: Drilled | None = None

    @cached_property
    def gate(self) -> Gate:
        settings = self.settings
        return Gate(
            store=self.store,
            judge=self.judge,
            hands=Hands(
                mail=self.mail or Elsewhere(),
                files=self.files,
                messages=MessageOutbox(settings.var_dir / "outbox" / "messages"),
                folder=settings.var_dir,
            ),
            clock=self.clock,
            rules=Rules(
                own_domain=settings.mail_domain or self._first_domain(),
                utc_offset_hours=settings.utc_offset_hours,
                working_calendar=settings.working_calendar,
                approval_ttl_s=int(settings.approval_ttl_hours * 3600),
                nudge_after_s=int(settings.nudge_after_hours * 3600),
                escalate_after_s=int(settings.escalate_after_hours * 3600),
                canary_every=settings.canary_every,
                uncertain_after_s=settings.uncertain_after_s,
                templates=settings.var_dir / "templates",
                retries=Retries(attempts=settings.send_attempts, first_s=settings.retry_first_s),
            ),
            head_file=self.head_file,
        )

    @cached_property
    def office(self) -> LibreOffice:
        """What turns Word files into PDFs; it starts nothing until there is one to turn."""
        return LibreOffice()

    @cached_property
    def judge(self) -> Judge:
        return Judge.load()

    @cached_property
    def approvals(self) -> Approvals:
        return Approvals(self.gate)

    @cached_property
    def performer(self) -> Performer:
        return Performer(self.gate, outward=self.mail is not None)

    @cached_property
    def courier(self) -> Courier:
        return Courier(self.settings)

    @cached_property
    def rounds(self) -> Rounds:
        return Rounds(self.store, self.clock, self.settings.utc_offset_hours)

    @cached_property
    def switch(self) -> Switch:
        return Switch(self.gate)

    @cached_property
    def timers(self) -> Timers:
        return Timers(self.gate)

    @cached_property
    def rescorer(self) -> Rescorer:
        return Rescorer(self.gate)

    @cached_property
    def handing(self) -> Handing:
        return Handing(self.gate)

    @cached_property
    def search(self) -> Search:
        return open_search(self.settings, self.store)

    @cached_property
    def identity_key(self) -> HouseKey:
        """What identifiers of customers are hashed with. Raises ValueError, in words, for a key that cannot be used."""
        given = self.settings.identity_secret.get_secret_value()
        return HouseKey.from_setting(given, self.settings.var_dir / "identity")

    @cached_property
    def assistant(self) -> Assistant:
        from agents.assistant import Assistant
        from agents.prompting import load_prompt
        from agents.skills import SKILLS

        drilled = self.drilled
        return Assistant(
            skills=SKILLS,
            model_options=drilled.options if drilled else model_options(self.settings),
            offline=offline_brain,
            prompt=load_prompt(),
            own=drilled.make if drilled else None,
        )

    @property
    def files(self) -> Shelf:
        """Rendered papers and attachments, by content."""
        return Shelf(self.settings.var_dir / "papers")

    @property
    def head_file(self) -> Path:
        """The outside copy of the audit chain's head."""
        return self.settings.var_dir / "audit" / "head.json"

    def desk(self, person: Person, conversation_id: str, channel: str, language: str) -> PersonDesk:
        return PersonDesk(
            gate=self.gate,
            search=self.search,
            asker=person,
            conversation_id=conversation_id,
            channel=channel,
            language=language,
            office=self.office,
        )

    def turn(
        self,
        desk: PersonDesk,
        inbound: Inbound,
        language: str,
        focus: dict[str, Any],
        words: tuple[str, ...] = (),
    ) -> Turn:
        """The turn of one message. `words` are the person's own earlier lines of this conversation, oldest first."""
        from agents.skill import Turn

        return Turn(desk=desk, text=inbound.text, language=language, focus=focus, words=words)

    def close(self) -> None:
        if "assistant" in vars(self):
            self.assistant.close()
        if "search" in vars(self):
            self.search.close()
        if "office" in vars(self):
            self.office.close()
        self.store.close()

    def _first_domain(self) -> str:
        with self.store.reading() as session:
            for person in people.people(session):
                if "@" in person.email:
                    return person.email.rpartition("@")[2].lower()
        return "localhost"


def open_house(
    settings: Settings | None = None,
    clock: Callable[[], datetime] | None = None,
    mail: MailGateway | None = None,
) -> House:
    """Read the settings, open the store, bring the database up to date."""
    settings = settings or Settings()
    store = Store(settings.database)
    try:
        upgrade(store)
    except BaseException:
        store.close()
        raise
    return House(settings=settings, store=store, clock=clock or HouseClock(store), mail=mail)
