"""A Salesforce org on the loopback, over TLS: tokens, descriptions, queries with the recycle bin, pages, limits."""

from __future__ import annotations

import json
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

from .soql import BadQuery, Row, run


@dataclass
class Org:
    """What the server holds. `hidden` are fields that the user may not see; `answers` are refusals for the next requests."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=lambda: {"CurrencyIsoCode"})
    tokens: set[str] = field(default_factory=set)
    answers: list[tuple[int, dict[str, str], list[dict[str, str]]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    page: int = 2
    url: str = ""
    ca_file: str = ""
    pages: dict[str, tuple[str, list[Row]]] = field(default_factory=dict)

    def put(self, name: str, identity: str, modified: str, **fields: Any) -> Row:
        """A new record, or a change of one. `modified` is an ISO moment in UTC."""
        rows = self.tables.setdefault(name, [])
        row = next((one for one in rows if one["Id"] == identity), None)
        if row is None:
            row = {"Id": identity, "CreatedDate": "2026-03-01T08:00:00.000+0000", "IsDeleted": False}
            rows.append(row)
        row.update(fields, SystemModstamp=modified.replace("Z", ".000+0000"))
        return row


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    @property
    def org(self) -> Org:
        return self.server.org  # type: ignore[attr-defined,no-any-return]

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        form = {
            k: v[-1]
            for k, v in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()
        }
        self.org.asked.append(f"POST {self.path}")
        good = form.get("client_secret") == "s3cret" and form.get("refresh_token", "r1") == "r1"
        if not good:
            return self._say(
                400, {"error": "invalid_client", "error_description": "invalid client credentials"}
            )
        token = f"00D!token-{len(self.org.asked)}"
        self.org.tokens.add(token)
        return self._say(200, {"access_token": token, "instance_url": self.org.url, "token_type": "Bearer"})

    def do_GET(self) -> None:
        org, address = self.org, urlsplit(self.path)
        query = parse_qs(address.query)
        org.asked.append(f"GET {address.path} {query.get('q', [''])[0]}")
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in org.tokens:
            return self._say(
                401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
            )
        if org.answers:
            status, headers, said = org.answers.pop(0)
            return self._say(status, said, headers)
        parts = address.path.strip("/").split("/")[3:]
        if parts[0] == "sobjects":
            return self._describe(parts[1])
        if parts[0] in ("query", "queryAll") and len(parts) > 1 and parts[1]:
            return self._page(*org.pages.pop(parts[1]))
        return self._query(query["q"][0], parts[0] == "queryAll")

    def _describe(self, name: str) -> None:
        if name not in self.org.tables:
            return self._say(
                404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]
            )
        names = {one for row in self.org.tables[name] for one in row} | {
            "Id",
            "SystemModstamp",
            "CreatedDate",
        }
        return self._say(
            200, {"name": name, "fields": [{"name": one} for one in sorted(names - self.org.hidden)]}
        )

    def _query(self, soql: str, deleted: bool) -> None:
        live = {
            name: [row for row in rows if deleted or not row["IsDeleted"]]
            for name, rows in self.org.tables.items()
        }
        try:
            name, rows = run(soql, live, self.org.hidden)
        except BadQuery as bad:
            return self._say(400, [{"errorCode": bad.args[0], "message": bad.args[1]}])
        return self._page(name, rows)

    def _page(self, name: str, rows: list[Row]) -> None:
        size = self.org.page
        said: dict[str, Any] = {"totalSize": len(rows), "done": len(rows) <= size, "records": rows[:size]}
        if len(rows) > size:
            locator = f"01g000000000{len(self.org.asked):04d}-{size}"
            self.org.pages[locator] = (name, rows[size:])
            said["nextRecordsUrl"] = f"/services/data/v62.0/query/{locator}"
        return self._say(200, said)

    def _say(self, status: int, said: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(said).encode()
        self.send_response(status)
        own = {"Content-Type": "application/json;charset=UTF-8", "Content-Length": str(len(data))}
        for name, value in {**own, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def salesforce_server() -> Iterator[Org]:
    """A server with an empty org; its address is `url`, the certificate's authority lies in `ca_file`."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(str(path))
        org = Org(url=f"https://localhost:{server.server_port}", ca_file=str(path))
        server.org = org  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield org
        finally:
            server.shutdown()
            server.server_close()
