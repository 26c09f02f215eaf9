"""How a text is shown to a member: as WeCom's Markdown where it has marks, as plain words to whoever reads in WeChat.

The WeChat plug-in (微工作台) shows no Markdown message at all, and WeCom does not tell who reads there: so it is a setting.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.channel_settings import ChannelSettings
from bot.street.splitting import utf8_bytes
from bot.street.words import Parcel

from .markup import Markup
from .plain import plain


@dataclass(frozen=True)
class Shown:
    """`markdown` is "" where plain text does; `words` go out then, and where WeCom does not take the Markdown."""

    words: str
    markdown: str = ""

    @property
    def size(self) -> int:
        """Bytes of the longer one."""
        return max(utf8_bytes(plain(self.words)), utf8_bytes(self.markdown))


@dataclass(frozen=True)
class Looks:
    """`text_members` are user ids in lower case."""

    markup: Markup = field(default_factory=Markup)
    markdown: bool = True
    text_members: frozenset[str] = frozenset()

    @classmethod
    def from_settings(cls, settings: ChannelSettings) -> Looks:
        """Our own console is vouched for as well as the hosts that are named."""
        own = urlsplit(settings.web_public_url).netloc.lower()
        hosts = _listed(settings.wecom_link_hosts) | ({own} if own else set())
        return cls(
            markup=Markup(frozenset(hosts)),
            markdown=settings.wecom_markdown,
            text_members=frozenset(_listed(settings.wecom_text_members)),
        )

    def of(self, parcel: Parcel, member: str) -> Shown:
        """What this member is sent. In a text that is nobody's markup every sign stays as it is."""
        if not parcel.marked:
            return Shown(parcel.text)
        rich = self.markdown and member.lower() not in self.text_members and self.markup.carries(parcel.text)
        return Shown(self.markup.words(parcel.text), self.markup.markdown(parcel.text) if rich else "")


def _listed(text: str) -> set[str]:
    return {one.strip().lower() for one in text.replace("\uff0c", ",").split(",") if one.strip()}
