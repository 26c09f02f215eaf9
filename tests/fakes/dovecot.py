"""A real IMAP server for tests: Dovecot on the loopback, in a folder of its own, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from imapclient import IMAPClient

MISSING = "Dovecot is not installed: `make setup` installs it, or run `apt-get install dovecot-imapd`"
"""Why a test that needs the server is skipped."""

_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {run}
state_dir = {run}
log_path = {folder}/log
default_internal_user = {inside}
default_internal_group = {inside_group}
default_login_user = {login}
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no

auth_mechanisms = plain login xoauth2
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox "已发送" {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = create
  }}
  mailbox Projects {{
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_failure_delay = 0
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server. Every user has the password `secret`; access tokens are checked at `introspect_url`."""

    folder: Path
    port: int
    tls_port: int
    authority: Path

    def client(self, user: str = "lina@us.example") -> IMAPClient:
        """A client that is signed in, to put mails there."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10)
        client.login(user, "secret")
        return client

    def put(self, data: bytes, folder: str = "INBOX", user: str = "lina@us.example") -> None:
        """One mail into a folder."""
        client = self.client(user)
        client.append(folder, data)
        client.logout()


def program() -> str | None:
    """Where Dovecot is; Debian keeps it out of a common user's PATH."""
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def dovecot(introspect_url: str = "http://127.0.0.1:9/?token=") -> Iterator[Dovecot]:
    """Start one and stop it again. Raises FileNotFoundError with the reason where it is not installed."""
    found = program()
    if found is None:
        raise FileNotFoundError(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
    try:
        server = _prepare(folder, introspect_url)
        ran = subprocess.Popen([found, "-F", "-c", str(folder / "conf")], stderr=subprocess.DEVNULL)
        try:
            _wait(server, ran)
            yield server
        finally:
            ran.send_signal(signal.SIGTERM)
            ran.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path, introspect_url: str) -> Dovecot:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    cert = authority.issue_cert("localhost", "127.0.0.1")
    cert.private_key_pem.write_to_path(str(folder / "key.pem"))
    for count, part in enumerate(cert.cert_chain_pems):
        part.write_to_path(str(folder / "cert.pem"), append=count > 0)
    me = pwd.getpwuid(os.getuid())
    root = me.pw_uid == 0
    mail_user = pwd.getpwnam("nobody") if root else me
    names = {"inside": "dovecot" if root else me.pw_name, "login": "dovenull" if root else me.pw_name}
    port, tls_port = _free_port(), _free_port()
    for name in ("run", "mail"):
        (folder / name).mkdir()
    folder.chmod(0o755)
    if root:
        os.chown(folder / "mail", mail_user.pw_uid, mail_user.pw_gid)
    group = names["inside"] if root else _group(me)
    (folder / "conf").write_text(
        _CONFIG.format(
            folder=folder, run=folder / "run", uid=mail_user.pw_uid, gid=mail_user.pw_gid,
            port=port, tls_port=tls_port, inside_group=group, **names,
        ),
        encoding="utf-8",
    )  # fmt: skip
    (folder / "oauth2.conf").write_text(
        f"introspection_url = {introspect_url}\nintrospection_mode = get\nusername_attribute = email\n"
        "active_attribute = active\nactive_value = true\n",
        encoding="utf-8",
    )
    return Dovecot(folder=folder, port=port, tls_port=tls_port, authority=folder / "ca.pem")


def _group(me: pwd.struct_passwd) -> str:
    import grp

    return grp.getgrgid(me.pw_gid).gr_name


def _free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait(server: Dovecot, ran: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends and ran.poll() is None:
        try:
            server.client("nobody@us.example").logout()
            return
        except Exception:  # noqa: BLE001  whatever is wrong, it is not up yet
            time.sleep(0.1)
    log = server.folder / "log"
    raise RuntimeError(log.read_text(encoding="utf-8", errors="replace") if log.exists() else "no start")
