"""What somebody may do in projects, and the tokens of their programs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from uuid import uuid4

import pytest

from xtalflow.db import (
    Actor,
    ProjectRecord,
    Role,
    Scope,
    add_person,
    create_project,
    give_role,
    in_database,
    list_events,
    local_person,
    make_token,
    members_of,
    person_named,
    remove_person,
    roles_of,
    tokens_of,
)
from xtalflow.errors import InvalidInput

from .conftest import CountQueries

PASSWORD = "seven copper kettles"
LEAVE = """
import asyncio, sys
from uuid import UUID
from xtalflow.db import close_connections, give_role
from xtalflow.errors import InvalidInput

async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        await give_role(UUID(sys.argv[1]), sys.argv[2], None)
    except InvalidInput as exc:
        print(exc)
    else:
        print("left")
    await close_connections()

asyncio.run(main())
"""


@pytest.mark.usefixtures("database")
async def test_the_roles_of_somebody_cost_one_query_however_many_they_are(count_queries: CountQueries) -> None:
    await add_person("rea", PASSWORD)
    rea = await person_named("rea")
    queries = []
    for number, role in enumerate(Role):
        made = await create_project(f"project {number}")
        await give_role(made.id, "rea", role)
        queries.append(await count_queries(roles_of(rea)))

    assert queries == [1, 1, 1]
    assert await roles_of(rea) == {f"project {number}": role for number, role in enumerate(Role)}


@pytest.mark.usefixtures("database")
async def test_the_history_of_a_project_tells_who_gave_a_role() -> None:
    await add_person("edi", PASSWORD)
    project = await create_project("with a role")
    await give_role(project.id, "edi", Role.EDITOR, actor=Actor(user="ada", client="web from 10.0.0.3"))
    last = (await list_events(project.id))[-1]

    assert (last.kind, last.who, last.where_from) == ("role", "ada", "web from 10.0.0.3")
    assert last.data == {"account": "edi", "role": "editor"}


@pytest.mark.usefixtures("database")
async def test_who_runs_the_server_is_an_admin_whatever_the_account_was() -> None:
    await add_person("sam", PASSWORD)
    await remove_person("sam")
    person = await local_person("sam")

    assert person.is_admin
    assert (await person_named("sam")).is_admin


async def owned_project(*owners: str) -> ProjectRecord:
    """A project of accounts that are made for it; their names end with the project's."""
    name = uuid4().hex[:8]
    for owner in owners:
        await add_person(f"{owner}.{name}", PASSWORD)
    project = await create_project(name, actor=Actor(user=f"{owners[0]}.{name}"))
    for owner in owners[1:]:
        await give_role(project.id, f"{owner}.{name}", Role.OWNER)
    return project


@pytest.mark.usefixtures("database")
async def test_the_account_of_a_last_owner_is_not_removed() -> None:
    project = await owned_project("ada", "bob")
    ada, bob = (f"{name}.{project.name}" for name in ("ada", "bob"))
    await remove_person(bob)

    with pytest.raises(InvalidInput, match=f"^{ada} is the last owner of {project.name}: "):
        await remove_person(ada)
    assert await roles_of(await person_named(ada)) == {project.name: Role.OWNER}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("role", [None, Role.EDITOR, Role.READER])
async def test_the_last_owner_of_a_project_stays_its_owner(role: Role | None) -> None:
    """Nothing is changed or told of; with a second owner the first one may go."""
    project = await owned_project("ada")
    ada, bob = f"ada.{project.name}", f"bob.{project.name}"
    before = await list_events(project.id)

    with pytest.raises(InvalidInput, match=f"^{ada} is the last owner of {project.name}: give somebody else"):
        await give_role(project.id, ada, role)
    assert await members_of(project.id) == [(ada, Role.OWNER)]
    assert await list_events(project.id) == before

    await give_role(project.id, ada, Role.OWNER)
    await add_person(bob, PASSWORD)
    await give_role(project.id, bob, Role.OWNER)
    await give_role(project.id, ada, role)

    assert (bob, Role.OWNER) in await members_of(project.id)
    assert (ada, Role.OWNER) not in await members_of(project.id)


@pytest.mark.usefixtures("database")
async def test_an_owner_whose_account_is_not_in_use_does_not_count() -> None:
    from xtalflow.db.models import User

    project = await owned_project("ada", "bob")
    await in_database(lambda: User.objects.filter(username=f"bob.{project.name}").update(is_active=False))

    with pytest.raises(InvalidInput, match="is the last owner of"):
        await give_role(project.id, f"ada.{project.name}", None)


@pytest.mark.usefixtures("database")
async def test_of_two_owners_who_leave_at_once_one_stays(run_python: Callable[..., subprocess.Popen[str]]) -> None:
    """Two processes ask at the same time, several times over; each time exactly one is refused."""
    for _ in range(3):
        project = await owned_project("ada", "bob")
        rivals = [run_python(LEAVE, str(project.id), f"{name}.{project.name}") for name in ("ada", "bob")]
        said = await in_database(_start_together, rivals)

        assert sorted(line == "left" for line in said) == [False, True]
        assert len(await members_of(project.id)) == 1


def _start_together(rivals: list[subprocess.Popen[str]]) -> list[str]:
    for rival in rivals:
        assert rival.stdout is not None
        assert rival.stdout.readline() == "ready\n"
    for rival in rivals:
        assert rival.stdin is not None
        rival.stdin.write("go\n")
        rival.stdin.flush()
    return [rival.communicate(timeout=60)[0].strip() for rival in rivals]


@pytest.mark.usefixtures("database")
async def test_a_token_of_a_name_that_a_rival_takes_meanwhile_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The rival's token is made after ours was asked for, and before it is kept."""
    from xtalflow.db import _people
    from xtalflow.db.models import ApiToken

    ada = await add_person(f"ada.{uuid4().hex[:8]}", PASSWORD)
    make = _people.secrets.token_urlsafe

    def too_late(length: int) -> str:
        ApiToken.objects.create(user_id=ada.id, name="beamline", hash="0" * 64, scope="read")
        return make(length)

    monkeypatch.setattr(_people.secrets, "token_urlsafe", too_late)

    with pytest.raises(InvalidInput, match=r"^there is a token 'beamline' already$"):
        await make_token(ada, "beamline", Scope.READ)
    assert [token.name for token in await tokens_of(ada)] == ["beamline"]
