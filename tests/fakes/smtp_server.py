"""A real SMTP server on loopback that behaves as told: refuses, stalls, hangs up; keeps a transcript of what it took."""

from __future__ import annotations

import asyncio
import atexit
import email
import email.policy
import shutil
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from aiosmtpd.smtp import Session as SmtpSession


def _made() -> tuple[Path, Path]:
    """A certificate for loopback that nobody else has, made anew for every test run: (authority, certificate+key)."""
    folder = Path(tempfile.mkdtemp(prefix="chengdan-tls-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(
        str(folder / "server.pem")
    )
    return folder / "ca.pem", folder / "server.pem"


CERTIFICATE, SERVER_PEM = _made()
HangUp = Literal["", "at_mail", "at_recipient", "after_data"]


@dataclass(frozen=True, kw_only=True)
class Received:
    """One mail the server took over, as it came in."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    encrypted: bool
    user: str
    options: tuple[str, ...]

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.data, _class=EmailMessage, policy=email.policy.default)

    @property
    def text(self) -> str:
        """The plain part with plain line ends."""
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


@dataclass(kw_only=True)
class Behaviour:
    """What the server does. Replies are whole lines such as "550 5.1.1 no such user"; waits are seconds before an
    answer. `hang_up` drops the line: when a sender or recipient is named, or after the text was taken over."""

    user: str = ""
    password: str = ""
    security: Literal["plain", "starttls", "tls"] = "plain"
    smtputf8: bool = True
    sender_reply: str = ""
    refuse: Mapping[str, str] = field(default_factory=dict)
    data_reply: str = ""
    hang_up: HangUp = ""
    wait_at_recipient: float = 0.0
    wait_after_data: float = 0.0


class SmtpServer:
    """`with SmtpServer(refuse={...}) as server:` then `server.url` and `server.received`."""

    def __init__(self, **behaviour: Any) -> None:
        self.behaviour = Behaviour(**behaviour)
        self.received: list[Received] = []
        self.connections = 0
        self._controller: _Controller | None = None

    @property
    def port(self) -> int:
        assert self._controller is not None
        server = self._controller.server
        assert isinstance(server, asyncio.Server)
        return int(server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        """How a gateway reaches this server, with its certificate and account."""
        b = self.behaviour
        account = f"{b.user}:{b.password}@" if b.user else ""
        scheme = "smtps" if b.security == "tls" else "smtp"
        options = "starttls=never" if b.security == "plain" else f"ca={CERTIFICATE}"
        return f"{scheme}://{account}127.0.0.1:{self.port}?timeout=5&{options}"

    def __enter__(self) -> SmtpServer:
        self._controller = _Controller(self)
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._controller is not None
        self._controller.stop()


class _Controller(Controller):
    """aiosmtpd in its own thread, on a free port."""

    def __init__(self, server: SmtpServer) -> None:
        self._owner = server
        behaviour = server.behaviour
        context = _tls() if behaviour.security != "plain" else None
        super().__init__(
            _Handler(server),
            hostname="127.0.0.1",
            port=0,
            ssl_context=context if behaviour.security == "tls" else None,
        )

    def factory(self) -> SMTP:
        self._owner.connections += 1
        b = self._owner.behaviour
        return SMTP(
            self.handler,
            hostname="loopback.test",
            enable_SMTPUTF8=b.smtputf8,
            tls_context=_tls() if b.security == "starttls" else None,
            authenticator=self._login if b.user else None,
            auth_require_tls=False,
        )

    def _trigger_server(self) -> None:
        """The base class connects to the port it was given, which is 0 here: connect to the one it got."""
        import socket

        with socket.create_connection(("127.0.0.1", self._owner.port), 5) as line:
            if self._owner.behaviour.security == "tls":
                context = ssl.create_default_context(cafile=str(CERTIFICATE))
                line = context.wrap_socket(line, server_hostname="127.0.0.1")
            line.recv(1024)
            line.close()
        self._owner.connections -= 1

    def _login(
        self, server: SMTP, session: SmtpSession, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        b = self._owner.behaviour
        good = LoginPassword(b.user.encode(), b.password.encode())
        right = isinstance(data, LoginPassword) and data == good
        return AuthResult(success=right, handled=False, auth_data=b.user if right else None)


class _Handler:
    """The hooks aiosmtpd calls; names and signatures are its own."""

    def __init__(self, server: SmtpServer) -> None:
        self._owner = server

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._owner.behaviour.user and not session.authenticated:
            return "530 5.7.0 authentication required"
        if self._owner.behaviour.hang_up == "at_mail":
            return _drop(server)
        if self._owner.behaviour.sender_reply:
            return self._owner.behaviour.sender_reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        behaviour = self._owner.behaviour
        await asyncio.sleep(behaviour.wait_at_recipient)
        if behaviour.hang_up == "at_recipient":
            return _drop(server)
        if address in behaviour.refuse:
            return behaviour.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        behaviour = self._owner.behaviour
        if behaviour.data_reply:
            return behaviour.data_reply
        self._owner.received.append(_taken(server, session, envelope))
        await asyncio.sleep(behaviour.wait_after_data)
        if behaviour.hang_up == "after_data":
            return _drop(server)
        return f"250 2.0.0 OK queued as Q{len(self._owner.received)}"


def _taken(server: SMTP, session: Session, envelope: Envelope) -> Received:
    content = envelope.original_content
    assert content is not None
    assert server.transport is not None
    return Received(
        sender=envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        data=content,
        encrypted=server.transport.get_extra_info("sslcontext") is not None,
        user=str(session.auth_data or ""),
        options=tuple(envelope.mail_options),
    )


def _drop(server: SMTP) -> str:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
    return "421 gone"


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SERVER_PEM)
    return context
