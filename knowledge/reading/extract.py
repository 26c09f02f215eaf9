"""One file's text by its bytes, whatever its name says; archives one level down. Runs in the child process."""

from __future__ import annotations

from .file_names import agrees, name_danger
from .kinds import decoded, kind_of
from .package import Budget, Package, Refused
from .parts import MAX_FILE, Basket, Reading

UNREAD = {"picture": "picture", "archive": "nested", "rtf": "unknown", "unknown": "unknown"}
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
MAX_INNER = 100


def extract(name: str, data: bytes) -> Reading:
    """Everything readable in the file. Never raises for bad content: what cannot be read is said in `unread`."""
    basket = Basket()
    basket.text("name", name)
    _file(name, data, basket, Budget(), 0)
    return basket.reading()


def _file(name: str, data: bytes, basket: Basket, budget: Budget, depth: int) -> None:
    danger = name_danger(name)
    if danger:
        basket.danger("", danger)
    if len(data) > MAX_FILE:
        basket.cannot("", "too_large")
        return
    try:
        _read(name, data, basket, budget, depth)
    except Refused as refusal:
        basket.cannot("", refusal.reason)
    except (RecursionError, MemoryError):
        basket.cannot("", "too_slow")


def _read(name: str, data: bytes, basket: Basket, budget: Budget, depth: int) -> None:
    kind = kind_of(data, name)
    package = Package(data, budget) if kind == "zip" else None
    kind = _package_kind(package) if package else kind
    basket.kind = basket.kind or kind
    if kind == "executable":
        basket.danger("", "executable")
    elif not agrees(name, kind):
        basket.danger("", "disguised")
    if package:
        _unfold(kind, package, basket, depth)
    elif kind == "ole":
        basket.cannot("", "encrypted" if ENCRYPTED_OFFICE in data else "unknown")
    elif kind in UNREAD or kind == "executable":
        basket.cannot("", UNREAD.get(kind, "unknown"))
    else:
        _flat(kind, data, basket, budget, depth)


def _package_kind(package: Package) -> str:
    names = package.names
    for root, kind in (("word/", "word"), ("xl/", "sheet"), ("ppt/", "slides")):
        if "[Content_Types].xml" in names and any(name.startswith(root) for name in names):
            return kind
    return "odf" if "mimetype" in names and "content.xml" in names else "zip"


def _unfold(kind: str, package: Package, basket: Basket, depth: int) -> None:
    recurse = _recursion(depth)
    if kind == "word":
        from .word import read_word

        read_word(package, basket, recurse)
    elif kind == "sheet":
        from .sheet import read_sheets

        read_sheets(package, basket, recurse)
    elif kind in ("slides", "odf"):
        from .slides import read_open_document, read_slides

        (read_slides if kind == "slides" else read_open_document)(package, basket, recurse)
    elif depth:
        basket.cannot("", "nested")
    else:
        _archive(package, basket)


def _archive(package: Package, basket: Basket) -> None:
    for count, name in enumerate(package.names):
        if count >= MAX_INNER:
            basket.cannot("", "too_long")
            return
        if package.encrypted(name):
            basket.cannot(f"inner:{_slashless(name)}", "encrypted")
            continue
        _recursion(0)(name.rpartition("/")[2], package.read(name), basket, package.budget)


def _flat(kind: str, data: bytes, basket: Basket, budget: Budget, depth: int) -> None:
    if kind == "pdf":
        from .pdf import read_pdf

        read_pdf(data, basket, _recursion(depth), budget)
    elif kind == "letter":
        from .letters import read_letter

        read_letter(data, basket, _recursion(depth), budget)
    elif kind == "page":
        from .pages import read_page

        read_page(decoded(data) or "", basket)
    else:
        basket.text("body", decoded(data) or "")


class _recursion:  # noqa: N801  a closure with a depth, called like the function it stands for
    """Reads an inner file; the second level is not opened."""

    def __init__(self, depth: int) -> None:
        self._depth = depth

    def __call__(self, name: str, data: bytes, basket: Basket, budget: Budget) -> None:
        outer = basket.prefix
        basket.prefix = f"{outer}inner:{_slashless(name)}/"
        try:
            basket.text("name", name)
            if self._depth >= 1:
                basket.cannot("", "embedded")
                return
            _file(name, data, basket, budget, self._depth + 1)
        finally:
            basket.prefix = outer


def _slashless(name: str) -> str:
    return name.replace("/", "∕")[:120] or "?"
