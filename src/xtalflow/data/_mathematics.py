"""Points, boxes, rotations and transformations."""

from __future__ import annotations

from ._containers import CComposite
from ._scalars import CFloat


class CAngle(CFloat):
    """An angle in degrees."""


class CMatrix33(CComposite):
    """A matrix of three rows and three columns; CCP4i2 declares no elements."""


class CXyz(CComposite):
    """A point or a shift."""

    x = CFloat()
    y = CFloat()
    z = CFloat()


class CXyzBox(CComposite):
    """A box along the axes."""

    xMin = CFloat()
    yMin = CFloat()
    zMin = CFloat()
    xMax = CFloat()
    yMax = CFloat()
    zMax = CFloat()


class CEulerRotation(CComposite):
    """A rotation by Euler angles."""

    alpha = CAngle()
    beta = CAngle()
    gamma = CAngle()


class CTransformation(CComposite):
    """A rotation with a shift."""

    translation = CXyz()
    rotation = CEulerRotation()
