"""Asks a server of xtalflow from Python.

>>> from xtalflow.client import Client
>>> Client("http://localhost:8042", token="xtalflow_0123")
Client('http://localhost:8042')
"""

from ._client import Client
from ._files import Columns, File, Upload
from ._jobs import Event, Job
from ._projects import Project
from ._tables import KpiRow, KpiTable

__all__ = ["Client", "Columns", "Event", "File", "Job", "KpiRow", "KpiTable", "Project", "Upload"]
