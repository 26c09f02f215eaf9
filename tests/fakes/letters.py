"""Mails as strangers and customers write them, as bytes for a mailbox."""

from __future__ import annotations

from email.message import EmailMessage


def letter(
    number: int | str,
    sender: str = "wang@huadong.example",
    to: str = "lina@us.example",
    *,
    subject: str = "报价",
    text: str = "价格太贵了，预算只有 80 万。",
    html: str = "",
    date: str = "Fri, 20 Nov 2026 10:00:00 +0800",
    answers: str = "",
    files: tuple[tuple[str, bytes], ...] = (),
) -> bytes:
    """One mail; its Message-ID is `<number@x>`."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Date"] = sender, to, subject, date
    mail["Message-ID"] = f"<{number}@x>"
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    if html:
        mail.set_content(html, subtype="html")
    else:
        mail.set_content(text)
    for name, data in files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()
