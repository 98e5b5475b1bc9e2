"""Records of every kind that hold together, as a reader gives them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from xtalflow.formats.ccp4i2 import (
    FILETYPELIST,
    KEYTYPELIST,
    I2Association,
    I2Comment,
    I2File,
    I2FileExport,
    I2FileImport,
    I2FileUse,
    I2Job,
    I2Project,
    I2Record,
    I2ServerJob,
    I2Tag,
    I2Value,
    I2XData,
)

ids = st.integers(1, 2**128 - 1).map(lambda number: UUID(int=number))
maybe_ids = st.none() | ids
texts = st.sampled_from(
    ["", "", "a", "None", " ", "a\nb\tc\r", "é \U0001f52c & <\"'", "x" * 300, "\x01", "\ud800", "\ufffe"]
)
any_text = st.text(max_size=8)
words = st.sampled_from(["b", "c d", " ", "y" * 120, "\u00a0", "0"])
whole = st.integers(-(2**31) + 1, 2**31 - 1)
maybe_whole = st.none() | whole
moments = st.integers(-60 * 10**6, 7 * 10**15).map(
    lambda each: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(0, 0, each)
)
times = st.none() | moments
numbers = st.floats(allow_nan=False, allow_infinity=False)
file_names = st.sampled_from(["a.pdb", "folder/a b.mtz", "é.cif", "...", "-", "x" * 255])


def built(made, **parts):
    return st.builds(made, **parts)


@st.composite
def job_lists(draw):
    """Jobs with numbers below those of their parents."""
    numbers = [str(number) for number in draw(st.lists(st.integers(1, 30), max_size=4, unique=True))]
    for _ in range(draw(st.integers(0, 4)) if numbers else 0):
        number = f"{draw(st.sampled_from(numbers))}.{draw(st.integers(1, 12))}"
        if number not in numbers and number.count(".") < 4:
            numbers.append(number)
    own = dict(
        zip(numbers, draw(st.lists(ids, min_size=len(numbers), max_size=len(numbers), unique=True)), strict=True)
    )
    return tuple(
        draw(
            built(
                I2Job,
                id=st.just(own[number]),
                number=st.just(number),
                task=texts,
                status=st.integers(0, 10),
                parent=st.just(own.get(number.rpartition(".")[0])),
                title=any_text,
                evaluation=st.integers(0, 3),
                created=times,
                finished=times,
                user_agent=whole,
                user=texts,
                task_version=texts,
                preceding=maybe_ids,
                process_id=maybe_whole,
                comments=texts,
            )
        )
        for number in numbers
    )


def lists(rows, key=lambda row: row):
    return st.lists(rows, max_size=4, unique_by=key).map(tuple)


def none():
    return st.just(())


@st.composite
def records(draw):
    jobs = draw(job_lists())
    owner = st.sampled_from([job.id for job in jobs]) if jobs else st.nothing()
    file_rows = built(
        I2File,
        id=ids,
        name=file_names,
        type=st.sampled_from([*FILETYPELIST, "application/x-own", "57"]),
        job=st.none() | owner,
        param=texts,
        path_flag=st.integers(1, 2),
        sub_type=maybe_whole,
        content=maybe_whole,
        annotation=any_text,
        path=st.just("") | file_names,
    )
    files = draw(lists(file_rows, key=lambda row: row.id))
    file = st.sampled_from([each.id for each in files]) if files else st.nothing()
    keys = st.sampled_from([*KEYTYPELIST, "RMSBond"])
    uses = built(I2FileUse, file=file, job=owner, role=st.integers(0, 2), param=texts)
    imports = built(
        I2FileImport,
        file=file,
        id=maybe_ids,
        created=times,
        last_modified=times,
        checksum=texts,
        source=texts,
        annotation=texts,
        number=maybe_whole,
        source_file=maybe_ids,
        export_file=maybe_ids,
        reference=texts,
    )
    exports = built(I2FileExport, file=file, id=maybe_ids, name=texts, annotation=texts, created=times)
    comments = built(I2Comment, text=texts, id=maybe_ids, job=st.none() | owner, user=texts, time=times)
    xdata = built(I2XData, job=owner, data_class=words, xml=texts, id=maybe_ids)
    members = st.lists(st.tuples(file, whole), max_size=3, unique=True).map(tuple) if files else none()
    server_jobs = built(
        I2ServerJob,
        job=owner,
        process_id=maybe_whole,
        machine=texts,
        user=texts,
        mechanism=texts,
        remote_path=texts,
        custom_code_file=texts,
        validate=texts,
        key_file=texts,
        group=texts,
    )
    return I2Record(
        project=draw(
            built(
                I2Project,
                id=ids,
                name=words,
                created=times,
                directory=texts,
                last_job_number=whole,
                user=texts,
                host=texts,
                last_access=times,
                description=texts,
                follow_from_job=maybe_ids,
                parent=maybe_ids,
                i1_name=texts,
                i1_directory=texts,
            )
        ),
        jobs=jobs,
        files=files,
        uses=draw(lists(uses) if jobs and files else none()),
        imports=draw(lists(imports, key=lambda row: row.file) if files else none()),
        exports=draw(lists(exports) if files else none()),
        values=draw(
            lists(
                built(I2Value, job=owner, key=keys, value=numbers | texts),
                key=lambda row: (row.job, row.key, isinstance(row.value, str)),
            )
            if jobs
            else none()
        ),
        comments=draw(lists(comments)),
        tags=draw(lists(built(I2Tag, text=words, parent=st.lists(words, max_size=3).map(tuple)))),
        associations=draw(
            lists(
                built(I2Association, id=ids, type=whole, name=texts, members=members),
                key=lambda row: row.id,
            )
        ),
        server_jobs=draw(lists(server_jobs, key=lambda row: row.job) if jobs else none()),
        xdata=draw(lists(xdata) if jobs else none()),
        project_exports=draw(st.lists(moments, max_size=2).map(tuple)),
        project_imports=draw(st.lists(moments, max_size=2).map(tuple)),
    )
