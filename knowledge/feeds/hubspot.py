"""HubSpot's API through its official client: pages, rate limits, tokens that run out. Only this file knows that client."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import urllib3
from hubspot import HubSpot
from hubspot.crm.associations.v4.models import (
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicFetchAssociationsBatchRequest,
)
from hubspot.crm.objects import BatchReadInputSimplePublicObjectId, PublicObjectSearchRequest

from .errors import FeedError
from .hubspot_words import end_of, judged
from .patience import Patience

logging.getLogger("hubspot").setLevel(logging.WARNING)  # below that it writes down whole answers

PAGE = 100
PAGE_WITH_HISTORY = 50
WINDOW = 10_000
"""A search shows so many records at most; then it is begun anew where it ended."""

TIMEOUT_S = 60
NO_RETRIES = urllib3.Retry(total=0, respect_retry_after_header=False)
"""The client's own would sleep for as long as a server asks, and nobody could stop it."""


@dataclass(frozen=True, kw_only=True)
class HubSpotAccess:
    """How one signs in: the token of a private app, or an OAuth app with a refresh token."""

    base: str = "https://api.hubapi.com"
    access_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of objects as plain values, and where the next one begins; empty at the end."""

    objects: tuple[dict[str, Any], ...]
    after: str = ""


class HubSpotApi:
    """Asks HubSpot for objects. Raises NotAllowed where a scope is missing, FeedError where nothing can be read."""

    def __init__(self, access: HubSpotAccess, patience: Patience | None = None) -> None:
        if not (access.access_token or access.refresh_token):
            raise FeedError("没有 HubSpot 令牌：设 HUBSPOT_ACCESS_TOKEN (set HUBSPOT_ACCESS_TOKEN)")
        self._access, self._patience = access, patience or Patience()
        self._made: dict[str, Any] = {}
        self._client = self._open(access.access_token) if access.access_token else self._refreshed()

    def page(
        self, kind: str, properties: Sequence[str], *, history: Sequence[str] = (), beside: Sequence[str] = (),
        after: str = "", archived: bool = False,
    ) -> Page:  # fmt: skip
        """A page of all objects of a kind, with the ids of their neighbours in `beside`."""
        options: dict[str, Any] = {"properties": list(properties), "archived": archived}
        options |= {"associations": list(beside)} if beside else {}
        options |= {"properties_with_history": list(history)} if history else {}
        options |= {"after": after} if after else {}
        options["limit"] = PAGE_WITH_HISTORY if history else PAGE
        found = self._call("objects.basic_api", "get_page", kind, **options)
        return Page(objects=tuple(_plain(one) for one in found.results), after=_after(found))

    def changed(self, kind: str, moment: str, since: datetime) -> Iterator[tuple[str, datetime | None]]:
        """Ids of the objects whose property `moment` is at or after `since`, oldest first, each with that moment."""
        begin, seen = int(since.timestamp() * 1000), set[str]()
        while True:
            last, count = begin, 0
            for identity, at in self._window(kind, moment, begin):
                count += 1
                if identity not in seen:
                    seen.add(identity)
                    yield identity, at
                last = max(last, int(at.timestamp() * 1000) if at else last)
            if count < WINDOW:
                return
            if last == begin:
                raise FeedError(f"HubSpot 有 {WINDOW} 条以上在同一毫秒改动，用 --full 读 (use --full)")
            begin = last

    def _window(self, kind: str, moment: str, begin: int) -> Iterator[tuple[str, datetime | None]]:
        after, count = "", 0
        while count < WINDOW:
            wish = PublicObjectSearchRequest(
                limit=PAGE,
                after=after or "0",
                properties=[moment],
                sorts=[{"propertyName": moment, "direction": "ASCENDING"}],
                filter_groups=[
                    {"filters": [{"propertyName": moment, "operator": "GTE", "value": str(begin)}]}
                ],
            )
            found = self._call("objects.search_api", "do_search", kind, wish)
            for one in found.results:
                count += 1
                yield str(one.id), one.updated_at
            after = _after(found)
            if not after:
                return

    def read(
        self, kind: str, ids: Sequence[str], properties: Sequence[str], history: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """These objects, as far as they are there. At most a page of them."""
        wish = BatchReadInputSimplePublicObjectId(
            inputs=[{"id": one} for one in ids],
            properties=list(properties),
            properties_with_history=list(history),
        )
        found = self._call("objects.batch_api", "read", kind, wish)
        return [_plain(one) for one in found.results]

    def beside(self, kind: str, other: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """The neighbours of each object, the primary one first. At most a page of objects."""
        found: dict[str, list[str]] = {}
        asked = [PublicFetchAssociationsBatchRequest(id=one) for one in ids]
        while asked:
            wish = BatchInputPublicFetchAssociationsBatchRequest(inputs=asked)
            answer = self._call("associations.v4.batch_api", "get_page", kind, other, wish)
            asked = []
            for line in answer.results:
                near = sorted(
                    line.to, key=lambda one: not any(_is_primary(kind) for kind in one.association_types)
                )
                found.setdefault(str(line._from.id), []).extend(str(one.to_object_id) for one in near)
                if line.paging is not None and line.paging.next is not None:
                    asked.append(
                        PublicFetchAssociationsBatchRequest(id=line._from.id, after=line.paging.next.after)
                    )
        return found

    def owners(self) -> dict[str, str]:
        """Owner id -> mail address, those who have left included."""
        found: dict[str, str] = {}
        for archived in (True, False):
            after: str | None = None
            while True:
                options = {"limit": PAGE, "archived": archived} | ({"after": after} if after else {})
                answer = self._call("owners.owners_api", "get_page", **options)
                found |= {str(one.id): (one.email or "").lower() for one in answer.results}
                after = _after(answer)
                if not after:
                    break
        return found

    def stages(self) -> dict[str, tuple[str, str]]:
        """Stage id -> its label, and `won`, `lost` or "" for an open one, over all pipelines of deals."""
        answer = self._call("pipelines.pipelines_api", "get_all", "deals")
        return {
            stage.id: (stage.label, end_of(stage.metadata))
            for line in answer.results
            for stage in line.stages
        }

    def _call(self, name: str, method: str, *words: Any, **options: Any) -> Any:
        attempt, refreshed = 0, False
        while True:
            try:
                return getattr(self._api(name), method)(*words, _request_timeout=TIMEOUT_S, **options)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                why, retry_after = type(error).__name__, None
            except Exception as error:
                status = getattr(error, "status", None)
                if status is None:
                    raise
                if status == 401 and self._access.refresh_token and not refreshed:
                    refreshed, self._client = True, self._refreshed()
                    continue
                why, retry_after = judged(
                    status, getattr(error, "body", None), getattr(error, "headers", None) or {}
                )
            if not self._patience.rest(attempt, retry_after):
                raise FeedError(
                    f"HubSpot 没有应答，下次再读 (HubSpot does not answer; the next reading tries again)：{why}"
                )
            attempt += 1

    def _api(self, name: str) -> Any:
        """One object of the client for all calls: each new one would open connections of its own."""
        if name not in self._made:
            found: Any = self._client.crm
            for part in name.split("."):
                found = getattr(found, part)
            self._made[name] = found
        return self._made[name]

    def _open(self, token: str) -> HubSpot:
        self._made.clear()
        return HubSpot(access_token=token, host=self._access.base, retry=NO_RETRIES)

    def _refreshed(self) -> HubSpot:
        access = self._access
        try:
            answer = HubSpot(host=access.base, retry=NO_RETRIES).oauth.tokens_api.create(
                grant_type="refresh_token", client_id=access.client_id, client_secret=access.client_secret,
                refresh_token=access.refresh_token, _request_timeout=TIMEOUT_S,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001  see _call
            why = getattr(error, "status", None) or type(error).__name__
            raise FeedError(f"HubSpot 不再接受 refresh token，要重新授权 (authorise anew)：{why}") from None
        return self._open(answer.access_token)


def _plain(one: Any) -> dict[str, Any]:
    found: dict[str, Any] = one.to_dict()
    return found


def _after(answer: Any) -> str:
    paging = getattr(answer, "paging", None)
    return str(paging.next.after) if paging is not None and paging.next is not None else ""


def _is_primary(kind: Any) -> bool:
    return str(kind.label or "").casefold().startswith("primary")
