"""Our own company as it stands on contracts and quotes: name, address, tax number, bank."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict


class Company(BaseModel):
    """What is printed for the seller. An empty `name` means nobody has said yet who we are: then no contract is made."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    name_en: str = ""
    address: str = ""
    tax_id: str = ""
    phone: str = ""
    bank: str = ""
    account: str = ""


def faults(company: Company) -> Iterator[str]:
    """What is wrong beyond the shape: one sentence a fault."""
    for field, value in company.model_dump().items():
        if "\n" in value:
            yield f"{field}: 只能写一行 / one line only"
    if company.account and not company.bank:
        yield "account: 有账号就要写开户行 / an account number needs its bank"
