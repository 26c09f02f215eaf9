"""Who a mail goes to: an address in one spelling, its class, and whether its domain only looks like a known one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, get_args

from .confusables import mixes_scripts, skeleton, visible
from .mail_domains import FREE_MAIL, SUFFIXES
from .template_distance import template_distance

__all__ = [
    "FREE_MAIL",
    "ORDER",
    "BadAddress",
    "RecipientClass",
    "classify_recipient",
    "confusable_with",
    "display_name",
    "imitates_person",
    "normalise_address",
    "normalise_domain",
    "template_distance",
    "worst",
]

RecipientClass = Literal[
    "self",
    "colleague",
    "contact_on_deal",
    "contact_of_account",
    "known_domain",
    "new_domain",
    "free_mail",
    "blocked",
]
ORDER: tuple[RecipientClass, ...] = get_args(RecipientClass)
LOCAL = re.compile(r"[^\s@<>(),;:\\\"\[\]\x00-\x1f\x7f]{1,64}")
ROUTED = re.compile(r"[%!]|=\?")
"""Signs by which one mailbox passes mail on to another (RFC 5321, appendix), or that stand for other letters."""
BRAND_LENGTH = 5


class BadAddress(ValueError):
    """Not a mail address; the sentence says why."""


def normalise_address(text: str) -> str:
    """The address with its domain in lower-case ASCII (IDNA); the part before the @ is kept as it is.

    Raises BadAddress with the reason. Normalising twice changes nothing.
    """
    address = unicodedata.normalize("NFKC", text).strip()
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in address):
        raise BadAddress("邮箱地址里有看不见的字符 / invisible characters in the address")
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise BadAddress(f"邮箱地址应写成 名字@域名: {address[:80]!r} / write name@domain")
    if not LOCAL.fullmatch(local) or local[0] == "." or local[-1] == "." or ".." in local:
        raise BadAddress(f"@ 前面的部分不合规: {local[:80]!r} / the part before the @ is not valid")
    if ROUTED.search(local) or mixes_scripts(local):
        raise BadAddress(
            f"@ 前面的部分有转寄符号或混用了不同文字: {local[:80]!r} / the part before the @ routes on or mixes alphabets"
        )
    return f"{local}@{normalise_domain(domain)}"


def normalise_domain(domain: str) -> str:
    """A domain in lower-case ASCII without a final dot. Raises BadAddress."""
    import idna

    try:
        name = (
            idna.encode(domain.strip().rstrip("."), uts46=True, std3_rules=True).decode().lower().rstrip(".")
        )
    except (idna.IDNAError, UnicodeError) as error:
        raise BadAddress(f"域名不合规: {domain[:80]!r} / not a domain name") from error
    if "." not in name or len(name) > 253 or name.rpartition(".")[2].isdigit():
        raise BadAddress(f"域名不完整: {domain[:80]!r} / not a full domain name")
    return name


def classify_recipient(
    address: str,
    *,
    deal_contacts: Iterable[str],
    account_domains: Iterable[str],
    known_domains: Iterable[str],
    colleague_domain: str,
    self_address: str,
    blocked: Iterable[str],
) -> RecipientClass:
    """The class of one normalised address. `blocked` are addresses and domains; a sub-domain counts as its domain,
    except under free mail services, where only a contact's own address is known."""
    wanted = address.lower()
    domain = wanted.rpartition("@")[2]
    stops = {one.lower().lstrip("@") for one in blocked}
    untagged = f"{wanted.rpartition('@')[0].partition('+')[0]}@{domain}"
    if wanted in stops or untagged in stops or _under(domain, stops):
        return "blocked"
    if wanted == self_address.lower():
        return "self"
    if colleague_domain and _under(domain, (colleague_domain,)):
        return "colleague"
    if wanted in {one.lower() for one in deal_contacts}:
        return "contact_on_deal"
    if domain in FREE_MAIL:
        return "free_mail"
    if _under(domain, account_domains):
        return "contact_of_account"
    return "known_domain" if _under(domain, known_domains) else "new_domain"


def imitates_person(address: str, known: Iterable[str]) -> str:
    """The known address that this one imitates at the same domain (wan9 for wang, vvang for wang); "" for a known
    address and for one that looks like none."""
    everybody = {one.lower() for one in known}
    wanted = address.lower()
    local, _, domain = wanted.rpartition("@")
    if wanted in everybody:
        return ""
    alike = skeleton(local)
    return next(
        (
            one
            for one in sorted(everybody)
            if one.endswith(f"@{domain}") and skeleton(one.rpartition("@")[0]) == alike
        ),
        "",
    )


def display_name(name: str, known_names: Iterable[str]) -> str:
    """The name to show for an address that is no contact's; "" for one that could deceive: it holds an address or signs
    that hide, or it is the name of somebody whose address this is not."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    if "@" in plain or "<" in plain or ">" in plain or visible(name) != name or mixes_scripts(plain):
        return ""
    taken = {skeleton(one) for one in known_names}
    return "" if skeleton(plain) in taken else plain


def worst(classes: Iterable[RecipientClass]) -> RecipientClass:
    """The most worrying of several; nobody at all counts as oneself."""
    return max(classes, key=ORDER.index, default="self")


def confusable_with(domain: str, known_domains: Iterable[str]) -> str | None:
    """The known domain that this one imitates, or None for a known domain, its sub-domains, and what looks like none.

    Seen: look-alike letters and digits (also in punycode), rn for m, one typing slip, another ending after the same
    name, and a known domain or name worn as a sub-domain or between hyphens.
    """
    wanted = readable_domain(domain)
    known = sorted({readable_domain(one) for one in known_domains if one.strip()})
    if _under(wanted, known):
        return None
    return next((one for one in known if _imitates(wanted, one)), None)


def _imitates(wanted: str, known: str) -> bool:
    if (
        skeleton(wanted) == skeleton(known)
        or f".{known}." in f".{wanted}."
        or known.replace(".", "-") in wanted
    ):
        return True
    name, theirs = _brand(wanted), _brand(known)
    if skeleton(name).replace("-", "") == skeleton(theirs).replace("-", ""):
        return True
    if len(theirs) < BRAND_LENGTH:
        return False
    worn = {part for label in wanted.split(".") for part in (label, *label.split("-"))}
    return skeleton(theirs) in {skeleton(part) for part in worn} or _one_slip(name, theirs)


def _one_slip(name: str, known: str) -> bool:
    """One letter typed wrong, missing, extra, or two swapped."""
    from rapidfuzz.distance import OSA

    return min(OSA.distance(name, known), OSA.distance(skeleton(name), skeleton(known))) <= 1


def _brand(domain: str) -> str:
    """The label a company registered: the one before the public suffix (or before example.com, RFC 2606)."""
    labels = domain.split(".")
    width = 2 if ".".join(labels[-2:]) in SUFFIXES else 1
    return labels[-width - 1] if len(labels) > width else labels[0]


def readable_domain(domain: str) -> str:
    """A domain with its punycode labels as the letters a person sees."""
    return ".".join(_unpunycode(label) for label in domain.strip().rstrip(".").lower().split("."))


def _unpunycode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _under(domain: str, parents: Iterable[str]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in (p.lower() for p in parents) if one)
