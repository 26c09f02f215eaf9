"""Mail over a real SMTP server: what arrives, and what is told when it does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.gateways.mail import Attachment, BadMail, Mail, Mailbox, gateway_from
from actions.gateways.mime import as_html, render
from actions.gateways.smtp_options import smtp_options
from tests.fakes.smtp_server import CERTIFICATE, SmtpServer

DATE = datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=8)))
MAIL = Mail(
    message_id="<act-1@chengdan-demo.cn>",
    sender_name="李娜",
    sender_address="lina@chengdan-demo.cn",
    to=(Mailbox(name="王建国 (王总)", address="wang.jianguo@huadongmed.example.com"),),
    cc=(Mailbox(name="Huang, Grace", address="grace@huadongmed.example.com"),),
    subject="关于影像平台一期的跟进",
    body="王总您好：\n\n演示安排在 8 月 12 日，详见 https://chengdan-demo.cn/a?x=1&y=2 。\n\n李娜",
    in_reply_to="<old-2@huadongmed.example.com>",
    references=("<old-1@huadongmed.example.com>", "<old-2@huadongmed.example.com>"),
    date=DATE,
)
WANG, GRACE = MAIL.recipients


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def send(server: SmtpServer, mail: Mail = MAIL, more: str = "") -> object:
    return gateway_from(server.url + more, Path("unused")).send(mail)


def test_a_mail_arrives_whole(server: SmtpServer) -> None:
    delivery = gateway_from(server.url, Path("unused")).send(MAIL)
    assert (delivery.status, delivery.reference) == ("sent", "2.0.0 OK queued as Q1")
    (received,) = server.received
    message = received.message
    assert received.recipients == (WANG, GRACE)
    assert received.text.strip() == MAIL.body
    assert message["Subject"] == MAIL.subject
    assert message["From"].addresses[0].display_name == "李娜"
    assert [a.display_name for a in message["To"].addresses] == ["王建国 (王总)"]
    assert [a.display_name for a in message["Cc"].addresses] == ["Huang, Grace"]
    assert message["Message-ID"] == MAIL.message_id
    assert message["In-Reply-To"] == "<old-2@huadongmed.example.com>"
    assert message["References"].split() == list(MAIL.references)
    assert parsedate_to_datetime(message["Date"]) == DATE
    assert message["Date"].endswith("+0800")
    assert message["Bcc"] is None
    assert not message.defects
    assert max(len(line) for line in received.data.split(b"\r\n")) <= 998


def test_the_html_sister_is_escaped_and_linked(server: SmtpServer) -> None:
    mail = replace(MAIL, body="<script>alert('x')</script>\n\n看 http://a.cn/?a=\"b 吧 javascript:alert(1)")
    send(server, mail)
    part = server.received[0].message.get_body(("html",))
    assert part is not None
    page = part.get_content()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert '<a href="http://a.cn/?a=">' in page
    assert 'href="javascript' not in page


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_html_never_lets_markup_through(text: str) -> None:
    page = as_html(text)
    inside = page.partition("<body>")[2].rpartition("</body>")[0]
    for tag in ("<p>", "</p>", "<br>", "</a>"):
        inside = inside.replace(tag, "")
    while '<a href="http' in inside:
        start = inside.index("<a href=")
        inside = inside[:start] + inside[inside.index(">", start) + 1 :]
    assert "<" not in inside


def test_attachments_keep_their_names_and_bytes(server: SmtpServer) -> None:
    file = Attachment(name="报价单 O-001.pdf", content_type="application/pdf", data=bytes(range(256)) * 20)
    send(server, replace(MAIL, attachments=(file,)))
    (found,) = server.received[0].message.iter_attachments()
    assert found.get_filename() == file.name
    assert found.get_content() == file.data


def test_lines_of_dots_survive(server: SmtpServer) -> None:
    send(server, replace(MAIL, body=".\n..\n.x", subject=". dot"))
    assert server.received[0].text == ".\n..\n.x"


def test_login_over_starttls() -> None:
    with SmtpServer(user="lina", password="p:w@/#", security="starttls") as server:
        url = server.url.replace("p:w@/#", "p%3Aw%40%2F%23")
        assert gateway_from(url + "&starttls=require", Path("x")).send(MAIL).status == "sent"
        assert server.received[0].encrypted
        assert server.received[0].user == "lina"


def test_tls_from_the_first_byte() -> None:
    with SmtpServer(security="tls") as server:
        assert gateway_from(server.url, Path("x")).send(MAIL).status == "sent"
        assert server.received[0].encrypted


def test_an_unknown_certificate_is_not_trusted() -> None:
    with SmtpServer(security="starttls") as server:
        url = server.url.replace(f"&ca={CERTIFICATE}", "")
        delivery = gateway_from(url, Path("x")).send(MAIL)
        assert delivery.status == "failed"
        assert "证书" in delivery.detail
        assert not server.received


def test_starttls_is_demanded_when_asked_for(server: SmtpServer) -> None:
    delivery = gateway_from(server.url.replace("never", "require"), Path("x")).send(MAIL)
    assert (delivery.status, server.received) == ("failed", [])
    assert "STARTTLS" in delivery.detail


def test_a_wrong_password_is_said_without_saying_it() -> None:
    with SmtpServer(user="lina", password="right-one") as server:
        gateway = gateway_from(server.url.replace("right-one", "s3cret-guess"), Path("x"))
        delivery = gateway.send(MAIL)
    assert delivery.status == "failed"
    assert "535" in delivery.detail
    for text in (delivery.detail, gateway.describe(), repr(gateway), repr(vars(gateway))):
        assert "s3cret-guess" not in text
        assert "lina" not in text


def test_a_server_that_repeats_our_password_is_blotted_out() -> None:
    with SmtpServer(user="lina", password="s3cret", data_reply="554 no s3cret for czNjcmV0 here") as server:
        delivery = gateway_from(server.url, Path("x")).send(MAIL)
    assert delivery.status == "refused"
    assert "s3cret" not in delivery.detail
    assert "czNjcmV0" not in delivery.detail


@pytest.mark.parametrize(
    ("behaviour", "status", "refused", "taken"),
    [
        ({"refuse": {GRACE: "550 5.1.1 no such user"}}, "sent", (GRACE,), 1),
        ({"refuse": {WANG: "550 no", GRACE: "550 no"}}, "refused", (WANG, GRACE), 0),
        ({"refuse": {WANG: "450 busy", GRACE: "550 no"}}, "failed", (WANG, GRACE), 0),
        ({"sender_reply": "550 not you"}, "refused", (), 0),
        ({"sender_reply": "451 later"}, "failed", (), 0),
        ({"data_reply": "451 4.3.0 later"}, "failed", (), 0),
        ({"data_reply": "554 5.7.1 spam"}, "refused", (), 0),
        ({"hang_up": "at_mail"}, "failed", (), 0),
        ({"hang_up": "at_recipient"}, "failed", (), 0),
        ({"hang_up": "after_data"}, "unknown", (), 1),
    ],
)
def test_every_ending_has_its_name(
    behaviour: dict[str, object], status: str, refused: tuple[str, ...], taken: int
) -> None:
    with SmtpServer(**behaviour) as server:
        delivery = gateway_from(server.url, Path("x")).send(MAIL)
        assert (delivery.status, delivery.refused_recipients) == (status, refused)
        assert delivery.detail
        assert len(server.received) == taken


def test_a_slow_server_before_the_text_is_a_failure_and_after_it_nobody_knows() -> None:
    with SmtpServer(wait_at_recipient=1.0) as server:
        delivery = gateway_from(server.url.replace("timeout=5", "timeout=0.2"), Path("x")).send(MAIL)
        assert (delivery.status, server.received) == ("failed", [])
        assert "0.2 秒" in delivery.detail
    with SmtpServer(wait_after_data=1.0) as server:
        delivery = gateway_from(server.url.replace("timeout=5", "timeout=0.2"), Path("x")).send(MAIL)
        assert (delivery.status, len(server.received)) == ("unknown", 1)


def test_nobody_listening_is_a_failure_with_the_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    delivery = gateway_from(f"smtp://u:pw-x@127.0.0.1:{port}", Path("x")).send(MAIL)
    assert delivery.status == "failed"
    assert f"127.0.0.1:{port}" in delivery.detail
    assert "pw-x" not in delivery.detail


def test_a_chinese_mailbox_needs_a_server_that_can() -> None:
    mail = replace(MAIL, to=(Mailbox(name="王", address="王建国@例子.cn"),), cc=())
    with SmtpServer(smtputf8=True) as server:
        assert gateway_from(server.url, Path("x")).send(mail).status == "sent"
        assert server.received[0].recipients == ("王建国@xn--fsqu00a.cn",)
        assert "SMTPUTF8" in server.received[0].options
    with SmtpServer(smtputf8=False) as server:
        delivery = gateway_from(server.url, Path("x")).send(mail)
        assert (delivery.status, server.received) == ("refused", [])


@pytest.mark.parametrize(
    "bad",
    [
        replace(MAIL, subject="a\r\nBcc: x@evil.io"),
        replace(MAIL, sender_name="李\n娜"),
        replace(MAIL, sender_address="a@b.cn\r\nX: y"),
        replace(MAIL, to=(Mailbox(name="x\rBcc: y", address=WANG),)),
        replace(MAIL, to=(Mailbox(address="a@b.cn>, <c@d.cn"),)),
        replace(MAIL, to=(Mailbox(address="a@b.cn,c@d.cn"),)),
        replace(MAIL, to=()),
        replace(MAIL, message_id="<a@b>\nX: y"),
        replace(MAIL, message_id="no-at-sign"),
        replace(MAIL, references=("<a@b.c> <d@e.f>\r\nX: 1",)),
        replace(MAIL, in_reply_to="x y"),
        replace(MAIL, body="nul \x00"),
        replace(MAIL, subject="half \ud83d"),
        replace(MAIL, date=DATE.replace(tzinfo=None)),
        replace(MAIL, attachments=(Attachment(name="a\r\nb", content_type="a/b", data=b""),)),
        replace(MAIL, attachments=(Attachment(name="a", content_type="a/b\r\nX: y", data=b""),)),
    ],
)
def test_what_would_forge_a_header_is_refused(bad: Mail, server: SmtpServer) -> None:
    delivery = gateway_from(server.url, Path("x")).send(bad)
    assert (delivery.status, server.connections) == ("refused", 0)
    assert delivery.detail


@given(subject=st.text(max_size=120), name=st.text(max_size=60), body=st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_text_adds_a_header(subject: str, name: str, body: str) -> None:
    mail = replace(MAIL, subject=subject, to=(Mailbox(name=name, address=WANG),), body=body)
    try:
        content = render(mail)
    except BadMail:
        return
    import email.header
    import email.policy

    message = email.message_from_bytes(content)
    assert sorted(message.keys()) == sorted(
        [
            "From",
            "To",
            "Cc",
            "Subject",
            "Date",
            "Message-ID",
            "In-Reply-To",
            "References",
            "Content-Type",
            "MIME-Version",
        ]
    )
    modern = email.message_from_bytes(content, policy=email.policy.default)
    assert [a.addr_spec for a in modern["To"].addresses] == [WANG]
    shown = str(email.header.make_header(email.header.decode_header(message["To"])))
    assert "".join(name.split()) in "".join(shown.split()).replace("\\", "") or set(name) & set('"\\')


def test_the_same_mail_is_the_same_bytes() -> None:
    assert render(MAIL) == render(MAIL)


@pytest.mark.parametrize(
    "url",
    [
        "http://lina:s3cret@host",
        "smtp://",
        "smtp://lina:s3cret@host:port",
        "smtp://lina:s3cret@host?starttls=maybe",
        "smtp://lina:s3cret@host?timeout=-1",
        "smtp://lina:s3cret@host?colour=blue",
        "smtp://lina:s3cret@[::1",
    ],
)
def test_a_bad_address_is_explained_without_its_secret(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL") as caught:
        gateway_from(url, Path("x"))
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_options_of_an_address() -> None:
    options = smtp_options("smtps://a%40b.cn:p%3Aw@mail.b.cn")
    assert (options.host, options.port, options.security) == ("mail.b.cn", 465, "tls")
    assert (options.user, options.password) == ("a@b.cn", "p:w")
    assert "p:w" not in repr(options)
    assert smtp_options("smtp://h?starttls=require").security == "require"
    assert smtp_options("smtp://h").port == 587
