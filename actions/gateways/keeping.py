"""Writing a file so that its name appears only with all its bytes on disk, and never a second time."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

WHY = {
    errno.ENOSPC: "磁盘已满，请清理后重试 / the disk is full, free some space and try again",
    errno.EDQUOT: "磁盘配额已用完 / the disk quota is used up",
    errno.EFBIG: "文件超过允许的大小 / the file is larger than allowed",
    errno.EROFS: "磁盘是只读的 / the disk is read-only",
    errno.EACCES: "没有写入权限 / no right to write there",
    errno.EPERM: "没有写入权限 / no right to write there",
    errno.ENOTDIR: "路径里有一段是文件 / a part of the path is a file",
}


def write_once(target: Path, content: bytes) -> bool:
    """Write so that the name appears only with all its bytes on disk; False when the name was taken before."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        return False
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new = _claim(part, target)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(target.parent)
    return new


def _claim(part: Path, target: Path) -> bool:
    """Give the finished file its name; a hard link, unlike a rename, never replaces what a rival wrote meanwhile."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EXDEV, errno.EMLINK):
            raise
        part.rename(target)  # a file system without hard links
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def why(error: OSError) -> str:
    return WHY.get(error.errno or 0, error.strerror or type(error).__name__)
