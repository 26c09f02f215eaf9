"""Takes the mail server's password out of a process that talks to a model, before anything else happens in it."""

from __future__ import annotations

import os
import sys
import tempfile

SECRET = "SMTP_URL"
ENV_FD = "SENDER_ENV_FD"
"""Names the open descriptor that the sender reads the secret from."""


def put_apart() -> None:
    """When SMTP_URL stands in this process's environment: move it into an unlinked file that only an inherited descriptor
    reaches, and start anew without it, so that neither `os.environ` nor /proc shows it. The sender reads it from there.
    """
    secret = os.environ.get(SECRET, "")
    if not secret or os.name != "posix":
        return
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(secret.encode())
        os.set_inheritable(file.fileno(), True)
        kept = {name: value for name, value in os.environ.items() if name != SECRET}
        kept[ENV_FD] = str(file.fileno())
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], kept)
