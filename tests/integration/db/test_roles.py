"""What somebody may do in projects."""

from __future__ import annotations

import pytest

from xtalflow.db import (
    Actor,
    Role,
    create_project,
    give_role,
    in_database,
    list_events,
    local_person,
    person_named,
    roles_of,
)

from .conftest import CountQueries


@pytest.mark.usefixtures("database")
async def test_the_roles_of_somebody_cost_one_query_however_many_they_are(count_queries: CountQueries) -> None:
    from xtalflow.db._people import add_person

    await in_database(lambda: add_person("rea", "seven copper kettles", is_admin=False))
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
    from xtalflow.db._people import add_person

    await in_database(lambda: add_person("edi", "seven copper kettles", is_admin=False))
    project = await create_project("with a role")
    await give_role(project.id, "edi", Role.EDITOR, actor=Actor(user="ada", client="web from 10.0.0.3"))
    last = (await list_events(project.id))[-1]

    assert (last.kind, last.who, last.where_from) == ("role", "ada", "web from 10.0.0.3")
    assert last.data == {"account": "edi", "role": "editor"}


@pytest.mark.usefixtures("database")
async def test_who_runs_the_server_is_an_admin_whatever_the_account_was() -> None:
    from xtalflow.db._people import add_person, remove_person

    await in_database(lambda: add_person("sam", "seven copper kettles", is_admin=False))
    await in_database(remove_person, "sam")
    person = await local_person("sam")

    assert person.is_admin
    assert (await person_named("sam")).is_admin
