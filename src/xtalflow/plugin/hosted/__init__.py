"""Tasks of the package ccp4i2, which run in its own Python environment and are known here as ``ccp4i2.NAME``."""

from ._package import HOSTED, VARIABLE, HostedInfo, Package, find_package, python_of_ccp4i2
from ._task import HOSTED_LOG, HostedTask, hosted_info, hosted_names, load_hosted

__all__ = [
    "HOSTED",
    "HOSTED_LOG",
    "VARIABLE",
    "HostedInfo",
    "HostedTask",
    "Package",
    "find_package",
    "hosted_info",
    "hosted_names",
    "load_hosted",
    "python_of_ccp4i2",
]
