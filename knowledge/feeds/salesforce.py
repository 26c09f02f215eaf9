"""Salesforce's API through simple-salesforce: pages of a query, sessions that run out, limits. Only this file knows that client."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError

from .errors import FeedError, one_line
from .patience import Patience
from .source import NotAllowed

logging.getLogger("simple_salesforce").setLevel(logging.WARNING)

VERSION = "62.0"
TIMEOUT_S = 60


@dataclass(frozen=True, kw_only=True)
class SalesforceAccess:
    """How one signs in at My Domain: an app's client credentials, or its refresh token of one user."""

    instance_url: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    ca_file: str = ""


class SalesforceApi:
    """Asks Salesforce. Raises NotAllowed where an object may not be read, FeedError where nothing can be."""

    def __init__(self, access: SalesforceAccess, patience: Patience | None = None) -> None:
        if not access.instance_url.startswith("https://") or not access.client_id:
            raise FeedError(
                "没有 Salesforce 的连接：设 SALESFORCE_INSTANCE_URL(https://…)、SALESFORCE_CLIENT_ID、"
                "SALESFORCE_CLIENT_SECRET (set these)"
            )
        self._access, self._patience = access, patience or Patience()
        self._retry_after: str | None = None
        self._session = _Session()
        self._session.verify = access.ca_file or True
        self._session.hooks["response"] = [self._note]
        self._client: Salesforce | None = None
        self._fields: dict[str, frozenset[str]] = {}

    def close(self) -> None:
        self._session.close()

    def fields(self, name: str) -> frozenset[str]:
        """The fields of an object that this user may read."""
        if name not in self._fields:
            told = self._call(lambda client: client.restful(f"sobjects/{name}/describe", timeout=TIMEOUT_S))
            self._fields[name] = frozenset(one["name"] for one in (told or {}).get("fields", ()))
        return self._fields[name]

    def query(self, soql: str, *, deleted: bool = False) -> Iterator[dict[str, Any]]:
        """The records of a query, page by page; with `deleted` those in the recycle bin too."""
        page = self._call(lambda client: client.query(soql, include_deleted=deleted, timeout=TIMEOUT_S))
        while True:
            for record in page["records"]:
                yield flat(record)
            if page["done"]:
                return
            rest = str(page["nextRecordsUrl"])
            page = self._call(
                lambda client, at=rest: client.query_more(at, identifier_is_url=True, timeout=TIMEOUT_S)
            )

    def _call(self, ask: Callable[..., Any]) -> Any:
        attempt, renewed = 0, False
        while True:
            try:
                if self._client is None:
                    self._client = self._signed_in()
                return ask(self._client)
            except SalesforceError as error:
                if error.status == 401 and not renewed:
                    renewed, self._client = True, None
                    continue
                why = _judged(error)
            except requests.RequestException as error:
                why, self._retry_after = type(error).__name__, None
            if not self._patience.rest(attempt, self._retry_after):
                raise FeedError(
                    f"Salesforce 没有应答，下次再读 (Salesforce does not answer; the next reading tries again)：{why}"
                )
            attempt += 1

    def _signed_in(self) -> Salesforce:
        access = self._access
        form = {"client_id": access.client_id, "client_secret": access.client_secret}
        form |= (
            {"grant_type": "refresh_token", "refresh_token": access.refresh_token}
            if access.refresh_token
            else {"grant_type": "client_credentials"}
        )
        url = access.instance_url.rstrip("/") + "/services/oauth2/token"
        answer = self._session.post(url, data=form, timeout=TIMEOUT_S)
        try:
            said = answer.json()
        except ValueError:
            said = {}
        if answer.status_code >= 500:
            raise requests.ConnectionError(f"HTTP {answer.status_code}")
        if answer.status_code != requests.codes.ok or not said.get("access_token"):
            why = one_line(said.get("error", answer.status_code))
            raise FeedError(
                f"Salesforce 登录被拒绝，检查应用和用户 (sign-in refused: check the app and its user)：{why}"
            )
        return Salesforce(
            instance_url=said.get("instance_url") or access.instance_url, session_id=said["access_token"],
            session=self._session, version=VERSION,
        )  # fmt: skip

    def _note(self, answer: requests.Response, *_: Any, **__: Any) -> None:
        self._retry_after = answer.headers.get("Retry-After")


class _Session(requests.Session):
    """A CA of one's own counts more than REQUESTS_CA_BUNDLE, which requests would take in its place."""

    def merge_environment_settings(self, *words: Any, **options: Any) -> Any:
        settings = super().merge_environment_settings(*words, **options)
        return settings | {"verify": self.verify} if isinstance(self.verify, str) else settings


def flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A record without its attributes; a related record's fields are named `Owner.Email`."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if name == "attributes":
            continue
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def _judged(error: SalesforceError) -> str:
    """Why to try again; what trying again does not mend is raised."""
    told: Any = error.content  # parsed JSON, whatever its annotation says
    content = told if isinstance(told, list) else []
    code = str(content[0].get("errorCode", "")) if content and isinstance(content[0], dict) else ""
    message = one_line(content[0].get("message", ""), 200) if code else ""
    if code == "REQUEST_LIMIT_EXCEEDED":
        raise FeedError("Salesforce 今天的调用额度用完了，之后再读 (today's API calls are used up)") from None
    if code in (
        "INVALID_TYPE",
        "NOT_FOUND",
        "INSUFFICIENT_ACCESS",
        "API_DISABLED_FOR_ORG",
    ) or error.status in (403, 404):
        raise NotAllowed(
            f"Salesforce 用户读不了这部分，略过 (this part may not be read; left out)：{message or code}"
        ) from None
    if error.status == 401:
        raise FeedError("Salesforce 的会话失效，重新登录也没用 (the session is not accepted)") from None
    if error.status == 429 or error.status >= 500:
        return f"HTTP {error.status} {code}"
    raise FeedError(f"Salesforce 拒绝了查询 (the query was refused) {code}：{message}") from None
