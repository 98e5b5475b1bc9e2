"""Accounts, what they may do in projects, and the tokens of their programs."""

from __future__ import annotations

import difflib
import hashlib
import secrets
from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from xtalflow.errors import InvalidInput

from ._clean import short_text
from ._ledger import writing
from ._records import Account, Actor, ApiTokenRecord, Person, Role, Scope
from ._remembered import forget
from .models import ApiToken, Membership, Project, User

TOKEN_PREFIX = "xtalflow_"  # noqa: S105  # how a token begins, so that one is known where it does not belong


def local_person(name: str) -> Person:
    """The account of whoever runs this process, who may do everything.

    It is made without a password if there is none. One that there is becomes an admin's, as this user has the database
    anyway; one that was closed is opened again, without its password.
    """
    user, made = User.objects.get_or_create(username=name, defaults={"is_superuser": True, "is_staff": True})
    if made or not user.is_active:
        user.set_unusable_password()
    if made or not (user.is_active and user.is_superuser):
        user.is_active = user.is_superuser = user.is_staff = True
        user.save(update_fields=["password", "is_active", "is_superuser", "is_staff"])
        forget()
    return _person(user)


def person_with_hash(name: str) -> tuple[Person | None, str]:
    """The account of this name, if it is in use, and the hash of its password; of others that of none."""
    user = User.objects.filter(username=name, is_active=True).first()
    return (None, "") if user is None else (_person(user), user.password)


def is_password(password: str, hashed: str) -> bool:
    """Whether a hash is that of a password; takes as long where there is no hash, and needs no database."""
    if not hashed:
        make_password(password)
        return False
    return check_password(password, hashed)


def person_named(name: str) -> Person:
    """The account of this name; `InvalidInput` offers close ones."""
    return _person(_user(name))


def all_accounts() -> list[Account]:
    """All accounts by name; three queries."""
    users = User.objects.filter(is_active=True).order_by("username")
    roles: dict[int, dict[str, Role]] = defaultdict(dict)
    for user, project, role in Membership.objects.order_by("project__name").values_list(
        "user", "project__name", "role"
    ):
        roles[user][project] = Role(role)
    tokens: dict[int, list[ApiTokenRecord]] = defaultdict(list)
    for token in ApiToken.objects.order_by("name"):
        tokens[token.user_id].append(_token(token))
    return [
        Account(
            person=_person(user),
            has_password=user.has_usable_password(),
            roles=roles[user.pk],
            tokens=tuple(tokens[user.pk]),
        )
        for user in users
    ]


def is_anyone_with_password() -> bool:
    """Whether somebody can sign in by a password."""
    return any(user.has_usable_password() for user in User.objects.filter(is_active=True))


@transaction.atomic
def add_person(name: str, password: str, *, is_admin: bool) -> Person:
    """Make an account, or give one that has no password one.

    Raises
    ------
    InvalidInput
        The name is taken or cannot be one, or the password is easily guessed.
    """
    name = short_text(name.strip(), 150, "the name of an account")
    user = User.objects.filter(username=name).first() or User(username=name)
    if user.pk and user.has_usable_password():
        raise InvalidInput(f"there is an account {name!r} already")
    try:
        User.username_validator(name)
    except ValidationError as exc:
        raise InvalidInput(f"{name!r} cannot be the name of an account: {' '.join(exc.messages)}") from exc
    _give_password(user, password)
    user.is_superuser = user.is_staff = is_admin or user.is_superuser
    user.is_active = True
    user.save()
    forget()
    return _person(user)


def change_password(name: str, password: str) -> None:
    """Give an account another password; who is signed in with the old one is signed out."""
    user = _user(name)
    _give_password(user, password)
    user.save(update_fields=["password"])


@transaction.atomic
def remove_person(name: str) -> None:
    """Close an account: nobody signs in by it any more, and its tokens are gone; its jobs keep its name.

    Raises
    ------
    InvalidInput
        There is no such account, or a project would have no owner any more.
    """
    user = _user(name)
    owned = Membership.objects.filter(user=user, role=Role.OWNER.value).values("project")
    for project in Project.objects.select_for_update().filter(pk__in=owned).order_by("pk"):
        _refuse_last_owner(project, user)
    user.is_active = user.is_superuser = user.is_staff = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "is_superuser", "is_staff", "password"])
    user.api_tokens.all().delete()
    user.memberships.all().delete()


def role_in(person: Person, project: UUID) -> Role | None:
    """What somebody may do in a project; one query, or none."""
    if person.is_admin:
        return Role.OWNER
    role = Membership.objects.filter(project__uuid=project, user=person.id).values_list("role", flat=True).first()
    return None if role is None else Role(role)


def projects_open_to(person: Person) -> frozenset[UUID] | None:
    """The projects that somebody may read; None if all."""
    if person.is_admin:
        return None
    return frozenset(Membership.objects.filter(user=person.id).values_list("project__uuid", flat=True))


def roles_of(person: Person) -> dict[str, Role]:
    """The roles that somebody has been given, by the names of the projects; one query."""
    rows = Membership.objects.filter(user=person.id).values_list("project__name", "role")
    return {name: Role(role) for name, role in rows}


def members_of(project: UUID) -> list[tuple[str, Role]]:
    """Who has a role in a project, by name."""
    rows = Membership.objects.filter(project__uuid=project).order_by("user__username")
    return [(name, Role(role)) for name, role in rows.values_list("user__username", "role")]


@transaction.atomic
def give_role(project: UUID, name: str, role: Role | None, actor: Actor) -> None:
    """Give somebody a role in a project, or with None take it; the history of the project tells of it.

    Raises
    ------
    InvalidInput
        There is no such account, or it is the last owner and would be none any more.
    """
    user = _user(name)
    with writing(project, actor) as ledger:
        if role is not Role.OWNER:
            _refuse_last_owner(ledger.project, user)
        if role is None:
            Membership.objects.filter(project=ledger.project, user=user).delete()
        else:
            Membership.objects.update_or_create(project=ledger.project, user=user, defaults={"role": role.value})
        ledger.note("role", None, {"account": user.username, "role": role.value if role else None})


def make_token(person: Person, name: str, scope: Scope, days: int | None) -> str:
    """Make a token for programs of an account; only its hash is kept, so this is the one time that it is seen.

    Raises
    ------
    InvalidInput
        The account has a token of this name already, or the name is empty.
    """
    name = short_text(name.strip(), 100, "the name of a token")
    if not name:
        raise InvalidInput("a token needs a name, by which it can be taken back")
    if days is not None and not 1 <= days <= 3650:
        raise InvalidInput(f"{days} days: a token is for 1 to 3650 days, or for ever")
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    expiry = None if days is None else timezone.now() + timedelta(days=days)
    try:
        with transaction.atomic():
            ApiToken.objects.create(user_id=person.id, name=name, hash=_hash(text), scope=scope.value, expiry=expiry)
    except IntegrityError as exc:  # the account is never deleted, and no two hashes are alike: it is the name
        raise InvalidInput(f"there is a token {name!r} already") from exc
    return text


def person_of_token(text: str) -> tuple[Person, Scope] | None:
    """Whose token this is, and what it opens; None if it is none, or has expired. One query, two now and then."""
    now = timezone.now()
    token = ApiToken.objects.select_related("user").filter(hash=_hash(text), user__is_active=True).first()
    if token is None or (token.expiry is not None and token.expiry <= now):
        return None
    if token.last_used is None or now - token.last_used > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used=now)
    return _person(token.user), Scope(token.scope)


def tokens_of(person: Person) -> list[ApiTokenRecord]:
    """The tokens of an account, by name."""
    return [_token(token) for token in ApiToken.objects.filter(user=person.id).order_by("name")]


def revoke_token(person: Person, name: str) -> None:
    """Take a token back."""
    gone, _ = ApiToken.objects.filter(user=person.id, name=name).delete()
    if not gone:
        raise InvalidInput(f"{person.name} has no token {name!r}")


def _refuse_last_owner(project: Project, user: User) -> None:
    """Refuse that a project, which this transaction holds, loses the last one who may give roles in it."""
    owners = Membership.objects.filter(project=project, role=Role.OWNER.value)
    if owners.filter(user=user).exists() and not owners.filter(user__is_active=True).exclude(user=user).exists():
        raise InvalidInput(
            f"{user.username} is the last owner of {project.name}: give somebody else the role of an owner first"
        )


def _give_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as exc:
        raise InvalidInput(f"the password is refused: {' '.join(exc.messages)}") from exc
    user.set_password(password)


def _user(name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        known = list(User.objects.filter(is_active=True).values_list("username", flat=True))
        close = difflib.get_close_matches(name, known)
        raise InvalidInput(f"there is no account {name!r}" + (f"; did you mean {' or '.join(close)}?" if close else ""))
    return user


def _token(row: ApiToken) -> ApiTokenRecord:
    return ApiTokenRecord(
        name=row.name, scope=Scope(row.scope), created=row.creation_time, expiry=row.expiry, last_used=row.last_used
    )


def _person(user: User) -> Person:
    return Person(id=user.pk, name=user.username, is_admin=user.is_superuser)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
