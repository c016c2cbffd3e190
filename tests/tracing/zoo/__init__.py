"""Models to trace, small, each with something that tracers get wrong; one file a theme."""

from zoo import callers, containers, inputs, layouts, networks, transforms, values, wrappers, writes
from zoo.cases import CASES, Case

__all__ = [
    "CASES",
    "Case",
    "callers",
    "containers",
    "inputs",
    "layouts",
    "networks",
    "transforms",
    "values",
    "wrappers",
    "writes",
]
