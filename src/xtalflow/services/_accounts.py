"""Accounts with their roles and tokens, as JSON values."""

from __future__ import annotations

from xtalflow import db

from ._documents import Document, iso_time


async def list_accounts() -> list[Document]:
    """All accounts by name, with what they may do and their tokens, without these themselves."""
    return [
        {
            "name": account.person.name,
            "is_admin": account.person.is_admin,
            "has_password": account.has_password,
            "roles": {name: role.value for name, role in account.roles.items()},
            "tokens": [token_document(token) for token in account.tokens],
        }
        for account in await db.list_accounts()
    ]


def token_document(token: db.ApiTokenRecord) -> Document:
    """A token as JSON values, without itself."""
    return {
        "name": token.name,
        "scope": token.scope.value,
        "created": iso_time(token.created),
        "expiry": iso_time(token.expiry),
        "last_used": iso_time(token.last_used),
    }
