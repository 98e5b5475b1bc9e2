"""Performance indicators: numbers and texts, the last value of a key stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xtalflow.engine import JobRecord, Kpi

from ._clean import clean_number, clean_text, short_text
from ._ledger import Ledger
from .models import JobCharValue, JobFloatValue, JobValueKey


def set_values(ledger: Ledger, job_pk: int, job: JobRecord, kpis: Sequence[Kpi]) -> None:
    """Write indicators of a job; a constant number of queries."""
    if not kpis:
        return
    values = {short_text(kpi.key, 255, "the name of an indicator"): kpi.value for kpi in kpis}
    numbers, texts = [], []
    for key, value in values.items():
        of: dict[str, Any] = {"project": ledger.project, "job_id": job_pk, "key_id": key}
        if isinstance(value, str):
            texts.append(JobCharValue(**of, value=clean_text(value)))
        else:
            number, is_integer = clean_number(key, value)
            numbers.append(JobFloatValue(**of, value=number, is_integer=is_integer))
    JobValueKey.objects.bulk_create([JobValueKey(name=key) for key in sorted(values)], ignore_conflicts=True)
    # a key that was a text and is now a number leaves nothing behind, and the other way round
    JobCharValue.objects.filter(job=job_pk, key__in=[row.key_id for row in numbers]).delete()
    JobFloatValue.objects.filter(job=job_pk, key__in=[row.key_id for row in texts]).delete()
    unique = ["job", "key"]
    JobFloatValue.objects.bulk_create(
        numbers, update_conflicts=True, unique_fields=unique, update_fields=["value", "is_integer"]
    )
    JobCharValue.objects.bulk_create(texts, update_conflicts=True, unique_fields=unique, update_fields=["value"])
    ledger.note("values", job.id, {"keys": len(values)})
