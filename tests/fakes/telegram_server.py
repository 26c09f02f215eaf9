"""A Bot API server on loopback, as strict as the real one: it parses HTML, counts UTF-16, refuses what is too long, too
old, not there or not allowed, acknowledges by offset, and misbehaves on demand.

People act by `say`, `attach`, `press`, `react`, `block`; what they see is `seen(chat)`. Faults: `fail`, `flood`, `revoke`,
`black_hole`, `resend`. Written from platforms.md sections 5 and 6, independent of the channel.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from tests.fakes.telegram_html import CannotParse, parse, utf16
from tests.fakes.telegram_wire import ApiError, Fault, Handler, Server, Upload, bad

__all__ = ["Fault", "Shown", "TelegramServer"]

TOKEN = "123456789:AAFakeTokenForTheLoopbackServer_0123456"
TEXT, CAPTION, DATA, TOAST = 4096, 1024, 64, 200
DOWNLOAD, UPLOAD = 20_000_000, 50_000_000
ALWAYS = {"message", "edited_message", "callback_query", "my_chat_member", "channel_post", "poll"}


@dataclass
class Shown:
    """One message as people see it. `text` is what is left when the marks are read (or the caption)."""

    chat: int
    id: int
    by: int
    text: str
    entities: list[dict[str, Any]] = field(default_factory=list)
    buttons: list[list[dict[str, Any]]] = field(default_factory=list)
    file: Upload | None = None
    photo: bool = False
    thread: int | None = None
    reply_to: int | None = None
    preview: bool = True
    edits: int = 0
    raw: dict[str, Any] = field(default_factory=dict)

    def button(self, label: str) -> dict[str, Any]:
        """The button whose label holds these words."""
        return next(one for row in self.buttons for one in row if label in one["text"])


class TelegramServer:
    """`with TelegramServer() as server: Telegram(server.token, api_base=server.base_url, ...)`."""

    def __init__(self, username: str = "chengdan_bot", *, privacy: bool = True) -> None:
        self.token, self.username, self.privacy = TOKEN, username, privacy
        self.id = int(TOKEN.partition(":")[0])
        self.now = 1_795_400_000
        """Seconds since 1970 as this server's clock has it."""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.shown: list[Shown] = []
        self.toasts: dict[str, str] = {}
        self.typing: list[int] = []
        self.commands: list[dict[str, str]] = []
        self.webhook: dict[str, Any] = {"url": "", "pending_update_count": 0, "has_custom_certificate": False}
        self.secret = ""
        self.paths: dict[str, bytes] = {}
        self.revoked = False
        self.black_hole = False
        self.closing = threading.Event()
        self._files: dict[str, tuple[str, bytes]] = {}
        self._names: dict[int, str] = {}
        self._groups: dict[int, str] = {}
        self._moved: dict[int, int] = {}
        self._reachable: set[int] = set()
        self._queries: dict[str, int] = {}
        self._faults: list[Fault] = []
        self._updates: list[dict[str, Any]] = []
        self.last_update: dict[str, Any] = {}
        self._allowed: set[str] | None = None
        self._update_ids = itertools.count(700_001)
        self._message_ids = itertools.count(1)
        self._poller: object = None
        self._changed = threading.Condition(threading.RLock())
        self._http = Server(("127.0.0.1", 0), Handler)
        self._http.fake = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> TelegramServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        with self._changed:
            self._changed.notify_all()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    # -- what people do ------------------------------------------------------------------------------------------

    def person(self, user: int, name: str) -> None:
        self._names[user] = name

    def group(self, chat: int, title: str = "销售群") -> None:
        self._groups[chat] = title

    def say(
        self,
        user: int,
        text: str,
        /,
        *,
        chat: int = 0,
        reply_to: Shown | None = None,
        thread: int | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """A message of a person, in private or in a group; returns its update. Fields of Message may be added or, with
        None, taken away."""
        words = {"text": text, "entities": self._marks(text)}
        return self._arrive(user, chat, words, reply_to=reply_to, thread=thread, more=more)

    def attach(
        self,
        user: int,
        kind: str,
        body: bytes,
        name: str = "",
        *,
        chat: int = 0,
        caption: str = "",
        **more: Any,
    ) -> dict[str, Any]:
        """A voice, audio, document, photo, video, video_note or animation of a person."""
        file_id = f"{kind}-{len(self._files)}"
        path = f"{kind}s/file_{len(self._files)}.bin"
        self._files[file_id] = (path, body)
        self.paths[path] = body
        known: dict[str, Any] = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(body)}
        if name:
            known["file_name"] = name
        sized = {"duration": 3, "width": 640, "height": 480, "length": 240}
        needs = {
            "voice": ("duration",),
            "audio": ("duration",),
            "video": ("duration", "width", "height"),
            "animation": ("duration", "width", "height"),
            "video_note": ("duration", "length"),
        }
        known |= {key: sized[key] for key in needs.get(kind, ())} | more.pop("fields", {})
        inner: Any = known
        if kind == "photo":
            small = {
                **known,
                "file_id": "small",
                "file_unique_id": "us",
                "width": 90,
                "height": 60,
                "file_size": 9,
            }
            inner = [{**known, "width": 1280, "height": 960}, small]
        words: dict[str, Any] = {kind: inner}
        if kind == "animation":
            words["document"] = known
        if caption:
            words |= {"caption": caption, "caption_entities": self._marks(caption)}
        return self._arrive(user, chat, words, more=more)

    def press(self, user: int, shown: Shown, label: str, *, old: bool = False) -> str:
        """A person presses a button; returns the id of the query. `old`: Telegram no longer knows it when answered."""
        data = shown.button(label)["callback_data"]
        query = f"q{len(self._queries) + 1}"
        self._queries[query] = self.now - (600 if old else 0)
        inner = {
            "id": query,
            "from": self._user(user),
            "message": self._message(shown),
            "chat_instance": "1",
            "data": data,
        }
        self.post({"callback_query": inner})
        return query

    def react(self, user: int, shown: Shown, emoji: str) -> dict[str, Any]:
        """Put a reaction on a message; "" takes it back."""
        now_is = [{"type": "emoji", "emoji": emoji}] if emoji else []
        inner = {
            "chat": self._chat(shown.chat),
            "message_id": shown.id,
            "user": self._user(user),
            "date": self.now,
            "old_reaction": [],
            "new_reaction": now_is,
        }
        return self.post({"message_reaction": inner})

    def block(self, user: int) -> None:
        self._reachable.discard(user)

    def move(self, chat: int, new: int) -> None:
        """The group becomes a supergroup with another id."""
        self._moved[chat] = new
        self._groups[new] = self._groups.get(chat, "")

    def delete(self, shown: Shown) -> None:
        self.shown.remove(shown)

    def seen(self, chat: int) -> list[Shown]:
        """What we have shown in this chat, oldest first."""
        return [one for one in self.shown if one.chat == chat and one.by == self.id]

    def post(self, update: dict[str, Any]) -> dict[str, Any]:
        """An update of any shape."""
        with self._changed:
            whole = {"update_id": next(self._update_ids), **update}
            self._updates.append(whole)
            self.last_update = whole
            self._changed.notify_all()
        return whole

    def restart_ids(self, first: int) -> None:
        """After a week without updates Telegram may number from anywhere."""
        self._update_ids = itertools.count(first)

    def resend(self, update: dict[str, Any]) -> None:
        """The same update once more, though it was acknowledged."""
        with self._changed:
            self._updates.insert(0, update)
            self._changed.notify_all()

    @property
    def pending(self) -> list[int]:
        """Ids of the updates that nobody acknowledged."""
        return [one["update_id"] for one in self._updates]

    def push(self) -> list[int]:
        """Bring every pending update to the webhook, in order; stops at the first that is not taken. Returns statuses."""
        statuses = []
        while self._updates:
            status = self.push_one(self._updates[0])
            statuses.append(status)
            if not 200 <= status < 300:
                self.webhook |= {
                    "last_error_date": self.now,
                    "last_error_message": f"Wrong response: {status}",
                }
                break
            self._updates.pop(0)
        return statuses

    def push_one(self, update: dict[str, Any]) -> int:
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self.secret}
        body = json.dumps(update).encode()
        try:
            with urllib.request.urlopen(
                urllib.request.Request(self.webhook["url"], body, headers), timeout=5
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    # -- faults --------------------------------------------------------------------------------------------------

    def fail(self, fault: Fault) -> None:
        self._faults.append(fault)

    def flood(self, retry_after: int, times: int = 1, method: str = "sendMessage") -> None:
        description = f"Too Many Requests: retry after {retry_after}"
        self.fail(Fault(method, 429, description, {"retry_after": retry_after}, times=times))

    def revoke(self) -> None:
        self.revoked = True

    def fault(self, method: str) -> Fault | None:
        with self._changed:
            for fault in self._faults:
                if fault.method in ("*", method) and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    # -- the methods ---------------------------------------------------------------------------------------------

    def call(self, method: str, params: dict[str, Any]) -> Any:
        with self._changed:
            self.calls.append((method, params))
        if method == "getUpdates":
            return self._get_updates(params)
        known: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": self._get_me,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: {**self.webhook, "pending_update_count": len(self._updates)},
            "sendMessage": self._send_message,
            "sendDocument": lambda p: self._send_file(p, "document"),
            "sendPhoto": lambda p: self._send_file(p, "photo"),
            "editMessageText": lambda p: self._edit(p, "text"),
            "editMessageCaption": lambda p: self._edit(p, "caption"),
            "sendChatAction": self._chat_action,
            "answerCallbackQuery": self._answer_query,
            "getFile": self._get_file,
            "setMyCommands": self._set_commands,
            "getMyCommands": lambda _: self.commands,
        }
        if method not in known:
            raise ApiError(404, "Not Found: method not found")
        with self._changed:
            return known[method](params)

    def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        me = {"id": self.id, "is_bot": True, "first_name": "成单", "username": self.username}
        return {**me, "can_join_groups": True, "can_read_all_group_messages": not self.privacy}

    def _get_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook["url"]:
            text = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            raise ApiError(409, text)
        if "allowed_updates" in params:
            self._allowed = set(params["allowed_updates"]) or None
        offset, timeout = int(params.get("offset") or 0), float(params.get("timeout") or 0)
        me = object()
        with self._changed:
            self._poller = me
            self._changed.notify_all()
            if not self.black_hole:  # what arrives in a black hole acknowledges nothing
                self._updates = [one for one in self._updates if one["update_id"] >= offset]
            self._changed.wait_for(lambda: self._wake(me), timeout)
            if self.black_hole:
                self._changed.wait_for(lambda: self.closing.is_set(), 30)
            if self._poller is not me:
                text = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
                raise ApiError(409, text)
            self._poller = None
            return self._updates[: int(params.get("limit") or 100)]

    def _wake(self, me: object) -> bool:
        return bool(self._updates) or self._poller is not me or self.closing.is_set() or self.black_hole

    def _set_webhook(self, params: dict[str, Any]) -> bool:
        secret = params.get("secret_token", "")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad("secret token contains unallowed characters")
        if not params.get("url", "").startswith(("https://", "http://127.0.0.1")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if str(params.get("drop_pending_updates", "")).lower() == "true":
            self._updates.clear()
        self.webhook["url"], self.secret = params["url"], secret
        self._allowed = set(params.get("allowed_updates") or ()) or None
        return True

    def _delete_webhook(self, params: dict[str, Any]) -> bool:
        if str(params.get("drop_pending_updates", "")).lower() == "true":
            self._updates.clear()
        self.webhook["url"], self.secret = "", ""
        return True

    def _send_message(self, params: dict[str, Any]) -> dict[str, Any]:
        chat = self._target(params)
        text, entities = self._visible(params, "text")
        if not text:
            raise bad("message text is empty")
        if utf16(text) > TEXT:
            raise bad("message is too long")
        return self._show(chat, text, entities, params)

    def _send_file(self, params: dict[str, Any], kind: str) -> dict[str, Any]:
        chat = self._target(params)
        upload = params[kind]
        assert isinstance(upload, Upload)
        if not upload.body:
            raise bad("file must be non-empty")
        if len(upload.body) > (10_000_000 if kind == "photo" else UPLOAD):
            raise ApiError(413, "Request Entity Too Large")
        if kind == "photo" and not upload.body.startswith((b"\x89PNG", b"\xff\xd8")):
            raise bad("IMAGE_PROCESS_FAILED")
        text, entities = self._visible(params, "caption")
        if utf16(text) > CAPTION:
            raise bad("message caption is too long")
        return self._show(chat, text, entities, params, upload, photo=kind == "photo")

    def _edit(self, params: dict[str, Any], kind: str) -> dict[str, Any]:
        shown = self._mine(params)
        if kind == "text" and shown.file is not None:
            raise bad("there is no text in the message to edit")
        if kind == "caption" and shown.file is None:
            raise bad("there is no caption in the message to edit")
        text, entities = self._visible(params, kind)
        if kind == "text" and not text:
            raise bad("message text is empty")
        if utf16(text) > (TEXT if kind == "text" else CAPTION):
            raise bad("MESSAGE_TOO_LONG")
        buttons = self._keyboard(params)
        if (text, entities, buttons) == (shown.text, shown.entities, shown.buttons):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a"
                " current content and reply markup of the message"
            )
        shown.text, shown.entities, shown.buttons = text, entities, buttons
        shown.edits += 1
        return self._message(shown)

    def _chat_action(self, params: dict[str, Any]) -> bool:
        self.typing.append(self._target(params))
        return True

    def _answer_query(self, params: dict[str, Any]) -> bool:
        asked = self._queries.get(params["callback_query_id"])
        if asked is None or self.now - asked > 15:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if utf16(params.get("text", "")) > TOAST:
            raise bad("MESSAGE_TOO_LONG")
        self.toasts[params["callback_query_id"]] = params.get("text", "")
        return True

    def _get_file(self, params: dict[str, Any]) -> dict[str, Any]:
        found = self._files.get(params["file_id"])
        if found is None:
            raise bad("invalid file_id")
        path, body = found
        if len(body) > DOWNLOAD:
            raise bad("file is too big")
        known = {"file_id": params["file_id"], "file_unique_id": "u", "file_size": len(body)}
        return {**known, "file_path": path}

    def _set_commands(self, params: dict[str, Any]) -> bool:
        for one in params["commands"]:
            if (
                not re.fullmatch(r"[a-z0-9_]{1,32}", one["command"])
                or not 1 <= len(one["description"]) <= 256
            ):
                raise bad("BOT_COMMAND_INVALID")
        self.commands = params["commands"]
        return True

    # -- inside --------------------------------------------------------------------------------------------------

    def _target(self, params: dict[str, Any]) -> int:
        chat = int(params["chat_id"])
        if chat in self._moved:
            text = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, text, {"migrate_to_chat_id": self._moved[chat]})
        if chat > 0 and chat not in self._names:
            raise bad("chat not found")
        if chat > 0 and chat not in self._reachable:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if chat < 0 and chat not in self._groups:
            raise bad("chat not found")
        if params.get("message_thread_id") and int(params["message_thread_id"]) == 404:
            raise bad("message thread not found")
        return chat

    def _visible(self, params: dict[str, Any], name: str) -> tuple[str, list[dict[str, Any]]]:
        text = str(params.get(name) or "")
        if params.get("parse_mode") != "HTML":
            return text.strip(), []
        try:
            visible, entities = parse(text)
        except CannotParse as error:
            raise bad(f"can't parse entities: {error}") from None
        return visible.strip(), entities[:100]

    def _keyboard(self, params: dict[str, Any]) -> list[list[dict[str, Any]]]:
        rows: list[list[dict[str, Any]]] = (params.get("reply_markup") or {}).get("inline_keyboard", [])
        for one in (one for row in rows for one in row):
            if not one.get("text"):
                raise bad("text buttons are empty")
            if not 1 <= len(one["callback_data"].encode()) <= DATA:
                raise bad("BUTTON_DATA_INVALID")
        if any(len(row) > 8 for row in rows):
            raise bad("too many buttons in a row")
        return rows

    def _show(
        self,
        chat: int,
        text: str,
        entities: list[dict[str, Any]],
        params: dict[str, Any],
        file: Upload | None = None,
        *,
        photo: bool = False,
    ) -> dict[str, Any]:
        reply = params.get("reply_parameters") or {}
        if reply and not any(one.chat == chat and one.id == reply["message_id"] for one in self.shown):
            if not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
            reply = {}
        shown = Shown(
            chat=chat,
            id=next(self._message_ids),
            by=self.id,
            text=text,
            entities=entities,
            buttons=self._keyboard(params),
            file=file,
            photo=photo,
            thread=int(params["message_thread_id"]) if params.get("message_thread_id") else None,
            reply_to=reply.get("message_id"),
            preview=not (params.get("link_preview_options") or {}).get("is_disabled"),
        )
        self.shown.append(shown)
        return self._message(shown)

    def _mine(self, params: dict[str, Any]) -> Shown:
        chat, number = int(params["chat_id"]), int(params["message_id"])
        for one in self.shown:
            if (one.chat, one.id) == (chat, number):
                if one.by != self.id:
                    raise bad("message can't be edited")
                return one
        raise bad("message to edit not found")

    def _arrive(
        self,
        user: int,
        chat: int,
        words: dict[str, Any],
        *,
        reply_to: Shown | None = None,
        thread: int | None = None,
        more: dict[str, Any],
    ) -> dict[str, Any]:
        place = chat or user
        self._names.setdefault(user, f"用户{user}")
        if not chat:
            self._reachable.add(user)
        text = words.get("text") or words.get("caption") or ""
        shown = Shown(chat=place, id=next(self._message_ids), by=user, text=text, thread=thread)
        raw: dict[str, Any] = {
            "message_id": shown.id,
            "date": self.now,
            "chat": self._chat(place),
            "from": self._user(user),
            **words,
            **more,
        }
        if reply_to is not None:
            raw["reply_to_message"] = self._message(reply_to)
        if thread is not None:
            raw |= {"message_thread_id": thread, "is_topic_message": True}
        shown.raw = {key: value for key, value in raw.items() if value is not None}
        self.shown.append(shown)
        if chat and self.privacy and not self._is_for_bot(shown.raw, reply_to):
            return {}
        return self.post({"message": shown.raw})

    def _is_for_bot(self, raw: dict[str, Any], reply_to: Shown | None) -> bool:
        """Privacy mode: commands, mentions, answers to us."""
        text = raw.get("text") or raw.get("caption") or ""
        named = f"@{self.username}".lower() in text.lower()
        return named or text.startswith("/") or (reply_to is not None and reply_to.by == self.id)

    def _marks(self, text: str) -> list[dict[str, Any]]:
        """The entities that Telegram finds by itself."""
        found = []
        for match in re.finditer(r"(?<!\w)@\w{3,}|(?:^|(?<=\s))/\w+(?:@\w+)?", text):
            kind = "mention" if match[0].startswith("@") else "bot_command"
            found.append({"type": kind, "offset": utf16(text[: match.start()]), "length": utf16(match[0])})
        return found

    def _user(self, user: int) -> dict[str, Any]:
        if user == self.id:
            return {"id": user, "is_bot": True, "first_name": "成单", "username": self.username}
        return {"id": user, "is_bot": False, "first_name": self._names.get(user, f"用户{user}")}

    def _chat(self, chat: int) -> dict[str, Any]:
        if chat > 0:
            return {"id": chat, "type": "private", "first_name": self._names.get(chat, "")}
        return {"id": chat, "type": "supergroup", "title": self._groups.get(chat, "")}

    def _message(self, shown: Shown) -> dict[str, Any]:
        if shown.raw:
            return shown.raw
        known: dict[str, Any] = {
            "message_id": shown.id,
            "date": self.now,
            "chat": self._chat(shown.chat),
            "from": self._user(shown.by),
        }
        if shown.file is not None:
            about = {"file_id": f"sent-{shown.id}", "file_unique_id": "u", "file_name": shown.file.name}
            return {**known, "document": about, "caption": shown.text}
        return {**known, "text": shown.text}


@contextmanager
def telegram_server(**how: Any) -> Iterator[TelegramServer]:
    with TelegramServer(**how) as server:
        yield server
