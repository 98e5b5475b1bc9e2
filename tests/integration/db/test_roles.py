"""What somebody may do in projects."""

from __future__ import annotations

import pytest

from xtalflow.db import Role, create_project, in_database, person_named, roles_of

from .conftest import CountQueries


@pytest.mark.usefixtures("database")
async def test_the_roles_of_somebody_cost_one_query_however_many_they_are(count_queries: CountQueries) -> None:
    from xtalflow.db._people import add_person, give_role

    await in_database(lambda: add_person("rea", "seven copper kettles", is_admin=False))
    rea = await person_named("rea")
    queries = []
    for number, role in enumerate(Role):
        made = await create_project(f"project {number}")
        await in_database(give_role, made.id, "rea", role)
        queries.append(await count_queries(roles_of(rea)))

    assert queries == [1, 1, 1]
    assert await roles_of(rea) == {f"project {number}": role for number, role in enumerate(Role)}
