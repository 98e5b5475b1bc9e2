"""Who, where and when: users, hosts, times, and the notes and papers they leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ._containers import CComposite
from ._list import CList
from ._scalars import CBoolean, CInt, CString


class CUserId(CString):
    """The name under which a user is logged in."""


class CAuthor(CString):
    """The author of a paper."""


class CHostName(CString):
    """The name of a computer."""


class CHostname(CHostName):
    """The name of a computer, as older files call its class."""


class CUserAddress(CComposite):
    """A user on a computer."""

    platformNode = CString()
    userId = CUserId()


class CTime(CInt):
    """A time, in seconds since 1970 began (UTC)."""


class CFont(CComposite):
    """A typeface."""

    family = CString()
    style = CInt()
    pointSize = CInt()
    weight = CInt()


class CAnnotation(CComposite):
    """A note, with who wrote it and when."""

    text = CString()
    time = CTime()
    author = CUserId()


class CAnnotationList(CList[CAnnotation]):
    """Notes."""

    ITEM = CAnnotation()


class CMetaDataTag(CComposite):
    """A keyword."""

    tag = CString()


class CMetaDataTagList(CList[CMetaDataTag]):
    """Keywords."""

    ITEM = CMetaDataTag()
    QUALIFIERS: ClassVar[Mapping[str, Any]] = {"listMinLength": 1}


class CBibReference(CComposite):
    """A paper."""

    pmid = CInt(toolTip="Number in PubMed")
    title = CString()
    authorList = CList(CAuthor())
    source = CString()
    url = CString()
    selected = CBoolean()


class CBibReferenceGroup(CComposite):
    """The papers that a task rests on."""

    taskName = CString()
    version = CString()
    title = CString()
    references = CList(CBibReference())
