"""Graphs that an input expression writes: tensors of edges, and objects of PyTorch Geometric."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import torch

from torchview_docs.errors import Failure, TraceError
from torchview_docs.expressions import Edges
from torchview_docs.tracing.failures import failure_of

__all__ = ["edge_tensor", "graph_object"]


def edge_tensor(edges: Edges) -> torch.Tensor:
    """The tensor of a list of edges."""
    back = [] if edges.directed else [(b, a) for a, b in edges.pairs if a != b]
    ends = torch.tensor([*edges.pairs, *back], dtype=torch.int64).reshape(-1, 2).t().contiguous()
    if edges.form == "edges":
        return ends
    matrix = torch.zeros(edges.size, edges.size)
    matrix[ends[0], ends[1]] = 1
    if edges.layout == "dense":
        return matrix
    if edges.layout == "coo":
        return matrix.to_sparse(layout=torch.sparse_coo)
    with warnings.catch_warnings():  # torch calls this layout a beta, once per process
        warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta")
        return matrix.to_sparse(layout=torch.sparse_csr)


def graph_object(name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """An object of PyTorch Geometric: `Data`, `HeteroData`, or a `Batch` of a list of them.

    Raises:
        TraceError: Of kind `input`: it is not installed, or does not take these arguments.
    """
    try:
        cls = getattr(importlib.import_module("torch_geometric.data"), name)
    except ImportError as error:
        raise TraceError(
            Failure("input", f"{name} is a class of torch_geometric: {error}", "Install torch_geometric.")
        ) from error
    try:
        return cls.from_data_list(*args, **kwargs) if name == "Batch" else cls(*args, **kwargs)
    except Exception as error:
        raise TraceError(failure_of("input", f"{name}(…)", error)) from error
