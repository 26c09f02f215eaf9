"""Files that a browser sent up, until the house has fetched them. Their names on disk are ours."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from bot.street.words import Attachment, Fetched, Gone, TooLarge

KEPT = timedelta(days=1)
"""How long the house has to fetch a file; what it keeps of it has its own place and its own end."""
KINDS = {"image": "image", "video": "video"}
"""Of what is sent up. A sound file is a file: nobody knows whose voice is on it, so that it is no voice message."""


@dataclass
class Uploads:
    """A folder of uploads, shared by the processes that share VAR_DIR."""

    folder: Path

    def keep(self, owner: str, key: str, file: BinaryIO, name: str, mime: str) -> Attachment:
        """Store what was sent under a name made from who sent it and the form it came with: sent twice is kept once."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        ref = hashlib.sha256(f"{owner}\n{key}".encode()).hexdigest()[:40]
        part = self.folder / f"{ref}.part"
        with part.open("wb") as out:
            shutil.copyfileobj(file, out)
            out.flush()
            os.fsync(out.fileno())
        size = part.stat().st_size
        part.replace(self.folder / ref)
        kind = KINDS.get(mime.partition("/")[0].lower(), "file")
        return Attachment(kind=kind, ref=ref, name=name, mime=mime[:100], size=size)

    def fetch(self, attachment: Attachment, folder: Path, limit: int) -> Fetched:
        """A copy in `folder`. Raises TooLarge, or Gone for what is not here (any more)."""
        ref = attachment.ref
        path = self.folder / ref
        if len(ref) != 40 or not ref.isalnum() or not path.is_file():
            raise Gone("文件已不在服务器上,请重新上传 / the file is not here any more, please send it again")
        size = path.stat().st_size
        if size > limit:
            raise TooLarge(limit)
        target = folder / ref
        shutil.copyfile(path, target)
        return Fetched(path=str(target), name=attachment.name, mime=attachment.mime, size=size)

    def sweep(self, now: datetime) -> None:
        """Forget what is older than a day."""
        oldest = (now - KEPT).timestamp()
        for path in self.folder.glob("*") if self.folder.is_dir() else ():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
