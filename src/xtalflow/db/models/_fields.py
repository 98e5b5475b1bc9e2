"""Columns that follow from the number of a job, and the one that keeps what CCP4i2 alone knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from .._job_numbers import number_key, top_number

if TYPE_CHECKING:  # generic in its stubs only
    _Text = models.CharField[str, str]
    _Integer = models.PositiveIntegerField[int, int]
else:
    _Text, _Integer = models.CharField, models.PositiveIntegerField


def kept_of_ccp4i2() -> Any:
    """A column for what CCP4i2 records of a row and no other column holds; null in rows that were made here."""
    return models.JSONField(null=True, blank=True, editable=False)


class NumberKeyField(_Text):
    """Sorts jobs by their number; written with every row, in bulk too."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """The key of the row's number."""
        key = number_key(model_instance.__dict__["number"])
        setattr(model_instance, self.attname, key)
        return key


class TopNumberField(_Integer):
    """Finds a whole tree of jobs: the number of its top-level job."""

    def pre_save(self, model_instance: models.Model, add: bool) -> int:
        """The first part of the row's number."""
        number = top_number(model_instance.__dict__["number"])
        setattr(model_instance, self.attname, number)
        return number
