"""A task as a form: its parameters as fields with what may be typed in them, and what was typed put into the task."""

from ._asking import FilledForm, check_filled, fill_form, task_form
from ._columns import columns_that_fit
from ._fields import describe_form
from ._fill import Typed, fill_fields
from ._form import Control, Form, FormChoice, FormField, FormFile, FormProblem
from ._places import FileOffer, FilePlaces

__all__ = [
    "Control",
    "FileOffer",
    "FilePlaces",
    "FilledForm",
    "Form",
    "FormChoice",
    "FormField",
    "FormFile",
    "FormProblem",
    "Typed",
    "check_filled",
    "columns_that_fit",
    "describe_form",
    "fill_fields",
    "fill_form",
    "task_form",
]
