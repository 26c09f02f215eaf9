"""A HubSpot account on the loopback: objects, search, batches, associations, owners, pipelines and tokens, as its API says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "false", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "false", "0.4"),
    ("contractsent", "Contract Sent", "false", "0.9"),
    ("closedwon", "Closed Won", "true", "1.0"),
    ("closedlost", "Closed Lost", "true", "0.0"),
    ("98765", "签约", "true", "1.0"),
)


@dataclass
class Thing:
    """One object of the account."""

    id: str
    properties: dict[str, Any]
    updated: datetime
    created: datetime = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
    archived_at: datetime | None = None
    history: dict[str, list[tuple[str, datetime]]] = field(default_factory=dict)
    near: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Account:
    """What the server holds. `answers` are refusals that the next requests get; `asked` is every request; `page` and
    `window` are how much one page and one search show; after `stop_after` requests it answers 500."""

    things: dict[str, dict[str, Thing]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=lambda: {"7": "Lina@us.example"})
    tokens: set[str] = field(default_factory=lambda: {"pat-1"})
    answers: list[tuple[int, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    forbidden: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    page: int = 2
    window: int = 10_000
    stop_after: int = 10**9
    url: str = ""

    def put(
        self,
        kind: str,
        identity: str,
        updated: datetime,
        near: dict[str, list[str]] | None = None,
        **properties: Any,
    ) -> Thing:
        """A new object, or a change of one."""
        kept = self.things.setdefault(kind, {})
        before = kept.get(identity)
        thing = Thing(
            id=identity, properties=(before.properties if before else {}) | properties, updated=updated
        )
        thing.near = near if near is not None else (before.near if before else {})
        thing.history = before.history if before else {}
        kept[identity] = thing
        return thing

    def stage(self, identity: str, *steps: tuple[str, datetime]) -> None:
        """A deal's way through its stages."""
        deal = self.things["deals"][identity]
        deal.history["dealstage"] = list(steps)
        deal.properties["dealstage"] = steps[-1][0]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer: two wait for each other's acknowledgement

    @property
    def account(self) -> Account:
        return self.server.account  # type: ignore[attr-defined,no-any-return]

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            self._answer({name: values[-1] for name, values in parse_qs(body.decode()).items()})
        else:
            self._answer(json.loads(body or b"{}"))

    def _answer(self, body: dict[str, Any]) -> None:
        account, address = self.account, urlsplit(self.path)
        account.asked.append(f"{self.command} {self.path}")
        parts = address.path.strip("/").split("/")
        if parts[:2] == ["oauth", "v1"]:
            return self._token(body)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in account.tokens:
            return self._say(401, {"status": "error", "category": "EXPIRED_AUTHENTICATION",
                                   "message": "The OAuth token used to make this call expired"})  # fmt: skip
        if len(account.asked) > account.stop_after:
            return self._say(500, {"status": "error", "message": "internal"})
        if account.answers:
            status, headers, said = account.answers.pop(0)
            return self._say(status, said, headers)
        return self._route(parts, parse_qs(address.query), body)

    def _route(self, parts: list[str], query: dict[str, list[str]], body: dict[str, Any]) -> None:
        if parts[:3] == ["crm", "v3", "owners"]:
            archived = query.get("archived", ["false"])[0].lower() == "true"
            found = [] if archived else [
                {"id": one, "email": mail, "firstName": "Li", "lastName": "Na", "userId": int(one), "archived": False,
                 "type": "PERSON", "createdAt": _iso(datetime(2025, 1, 1, tzinfo=UTC)),
                 "updatedAt": _iso(datetime(2025, 1, 1, tzinfo=UTC))}
                for one, mail in self.account.owners.items()
            ]  # fmt: skip
            return self._say(200, {"results": found})
        if parts[:3] == ["crm", "v3", "pipelines"]:
            return self._say(200, {"results": [_pipeline()]})
        if parts[:3] == ["crm", "v4", "associations"]:
            return self._say(200, {"status": "COMPLETE", "results": self._near(parts[3], parts[4], body),
                                   "startedAt": _iso(datetime.now(UTC)), "completedAt": _iso(datetime.now(UTC))})  # fmt: skip
        kind = parts[3]
        if kind in self.account.forbidden:
            return self._say(
                403, {"status": "error", "category": "MISSING_SCOPES", "message": f"requires scope of {kind}"}
            )
        if parts[-1] == "search":
            return self._say(200, self._search(kind, body))
        if parts[-2:] == ["batch", "read"]:
            kept = self.account.things.get(kind, {})
            live = [
                kept[one["id"]]
                for one in body["inputs"]
                if one["id"] in kept and not kept[one["id"]].archived_at
            ]
            found = [
                self._shown(one, body.get("properties", []), body.get("propertiesWithHistory") or [])
                for one in live
            ]
            return self._say(200, {"status": "COMPLETE", "results": found, "startedAt": _iso(datetime.now(UTC)),
                                   "completedAt": _iso(datetime.now(UTC))})  # fmt: skip
        return self._say(200, self._list(kind, query))

    def _list(self, kind: str, query: dict[str, list[str]]) -> dict[str, Any]:
        archived = query.get("archived", ["false"])[0].lower() == "true"
        things = sorted(self.account.things.get(kind, {}).values(), key=lambda one: int(one.id))
        rest = [
            one
            for one in things
            if bool(one.archived_at) == archived and int(one.id) > int(query.get("after", ["0"])[0])
        ]
        size = min(self.account.page, int(query.get("limit", ["10"])[0]))
        shown = []
        for one in rest[:size]:
            line = self._shown(one, query.get("properties", []), query.get("propertiesWithHistory", []))
            wanted = [other for other in query.get("associations", []) if one.near.get(other)]
            if wanted:
                line["associations"] = {
                    other.replace("_", " "): _v3(kind, other, one.near[other]) for other in wanted
                }
            shown.append(line)
        more = {"paging": {"next": {"after": rest[size - 1].id, "link": "…"}}} if len(rest) > size else {}
        return {"results": shown} | more

    def _search(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        begin = int(body["filterGroups"][0]["filters"][0]["value"])
        things = [one for one in self.account.things.get(kind, {}).values() if not one.archived_at]
        found = sorted(
            (one for one in things if one.updated.timestamp() * 1000 >= begin),
            key=lambda one: (one.updated, int(one.id)),
        )
        start = int(body.get("after") or 0)
        size = min(self.account.page, int(body.get("limit", 10)), self.account.window - start)
        shown = [self._shown(one, body.get("properties", []), []) for one in found[start : start + size]]
        end = start + size
        more = {"paging": {"next": {"after": str(end)}}} if end < min(len(found), self.account.window) else {}
        return {"total": len(found), "results": shown} | more

    def _near(self, kind: str, other: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        for one in body["inputs"]:
            near = (
                self.account.things.get(kind, {})
                .get(one["id"], Thing("0", {}, datetime.now(UTC)))
                .near.get(other, [])
            )
            to = [
                {"toObjectId": int(each), "associationTypes": [
                    {"category": "HUBSPOT_DEFINED", "typeId": 5 if first else 341, "label": "Primary" if first else None}]}
                for first, each in reversed([(at == 0, each) for at, each in enumerate(near)])
            ]  # fmt: skip
            if to:
                found.append({"from": {"id": one["id"]}, "to": to})
        return found

    def _shown(self, one: Thing, names: list[str], history: list[str]) -> dict[str, Any]:
        given = {name: one.properties.get(name) for name in names} | {"hs_object_id": one.id}
        line: dict[str, Any] = {
            "id": one.id, "properties": given, "createdAt": _iso(one.created), "updatedAt": _iso(one.updated),
            "archived": bool(one.archived_at),
        }  # fmt: skip
        if one.archived_at:
            line["archivedAt"] = _iso(one.archived_at)
        if history:
            line["propertiesWithHistory"] = {
                name: [
                    {"value": value, "timestamp": _iso(at), "sourceType": "CRM_UI"}
                    for value, at in reversed(one.history.get(name, []))
                ]
                for name in history
            }
        return line

    def _token(self, body: dict[str, Any]) -> None:
        if body.get("refresh_token") != "refresh-1":
            return self._say(
                400, {"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"}
            )
        token = f"access-{len(self.account.asked)}"
        self.account.tokens.add(token)
        return self._say(
            200,
            {"access_token": token, "refresh_token": "refresh-1", "expires_in": 1800, "token_type": "bearer"},
        )

    def _say(self, status: int, said: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        data = json.dumps(said).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _v3(kind: str, other: str, near: list[str]) -> dict[str, Any]:
    """Associations as the list endpoint writes them: the primary one twice, by two types."""
    name = f"{kind.rstrip('s')}_to_{other.rstrip('s')}"
    labelled = [{"id": near[0], "type": name}] if other == "companies" else []
    plain = f"{name}_unlabeled" if labelled else name
    return {"results": [*[{"id": each, "type": plain} for each in reversed(near)], *labelled]}


def _pipeline() -> dict[str, Any]:
    moment = _iso(datetime(2025, 1, 1, tzinfo=UTC))
    stages = [
        {"id": one, "label": label, "displayOrder": at, "archived": False, "createdAt": moment, "updatedAt": moment,
         "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT", "metadata": {"isClosed": closed, "probability": likely}}
        for at, (one, label, closed, likely) in enumerate(STAGES)
    ]  # fmt: skip
    return {"id": "default", "label": "Sales Pipeline", "displayOrder": 0, "archived": False, "stages": stages,
            "createdAt": moment, "updatedAt": moment}  # fmt: skip


@contextmanager
def hubspot_server() -> Iterator[Account]:
    """A server with an empty account; its address is `url`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    account = Account(url=f"http://127.0.0.1:{server.server_port}")
    server.account = account  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield account
    finally:
        server.shutdown()
        server.server_close()
