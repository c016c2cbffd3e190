"""Networks on graphs, with PyTorch Geometric, and small graphs to call them with."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch_geometric.data import Batch, Data
from torch_geometric.datasets import KarateClub
from torch_geometric.nn import (
    GATConv,
    GCNConv,
    GINConv,
    HeteroConv,
    SAGEConv,
    TopKPooling,
    global_add_pool,
    global_mean_pool,
)
from torch_geometric.utils import to_undirected

__all__ = ["GAT", "GCN", "GIN", "Authors", "GraphSAGE", "Pooled", "authors", "karate_club", "molecules"]


class GCN(nn.Module):
    """Two graph convolutions: a class for each node (Kipf and Welling 2017)."""

    def __init__(self, features: int = 34, hidden: int = 16, classes: int = 4) -> None:
        super().__init__()
        self.conv1 = GCNConv(features, hidden)
        self.conv2 = GCNConv(hidden, classes)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """Logarithms of the probability of each class, `nodes×classes`."""
        hidden = self.conv1(x, edge_index).relu()
        return self.conv2(hidden, edge_index).log_softmax(-1)


class GAT(nn.Module):
    """Two graph attention layers (Veličković et al. 2018)."""

    def __init__(self, features: int = 34, hidden: int = 8, heads: int = 4, classes: int = 4) -> None:
        super().__init__()
        self.conv1 = GATConv(features, hidden, heads=heads)
        self.conv2 = GATConv(hidden * heads, classes, concat=False)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """Logarithms of the probability of each class, `nodes×classes`."""
        hidden = nn.functional.elu(self.conv1(x, edge_index))
        return self.conv2(hidden, edge_index).log_softmax(-1)


class GraphSAGE(nn.Module):
    """Two layers that sample and aggregate (Hamilton, Ying and Leskovec 2017)."""

    def __init__(self, features: int = 34, hidden: int = 16, classes: int = 4) -> None:
        super().__init__()
        self.conv1 = SAGEConv(features, hidden)
        self.conv2 = SAGEConv(hidden, classes)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        """Logarithms of the probability of each class, `nodes×classes`."""
        hidden = self.conv1(x, edge_index).relu()
        return self.conv2(hidden, edge_index).log_softmax(-1)


class GIN(nn.Module):
    """A graph isomorphism network: a number for each molecule of a batch (Xu et al. 2019)."""

    def __init__(self, features: int = 9, hidden: int = 32) -> None:
        super().__init__()
        self.conv1 = GINConv(nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, hidden)))
        self.conv2 = GINConv(nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, hidden)))
        self.readout = nn.Linear(hidden, 1)

    def forward(self, data: Data) -> Tensor:
        """A number for each graph, `graphs×1`."""
        x = self.conv1(data.x, data.edge_index).relu()
        x = self.conv2(x, data.edge_index).relu()
        energy: Tensor = self.readout(global_add_pool(x, data.batch))
        return energy


class Pooled(nn.Module):
    """Keeps the half of the nodes that score highest (Gao and Ji 2019)."""

    def __init__(self, features: int = 9, hidden: int = 32) -> None:
        super().__init__()
        self.conv = GCNConv(features, hidden)
        self.pool = TopKPooling(hidden)
        self.readout = nn.Linear(hidden, 2)

    def forward(self, data: Data) -> Tensor:
        """Two scores for each graph, `graphs×2`."""
        x = self.conv(data.x, data.edge_index).relu()
        x, _, _, batch, _, _ = self.pool(x, data.edge_index, batch=data.batch)
        scores: Tensor = self.readout(global_mean_pool(x, batch))
        return scores


class Authors(nn.Module):
    """Authors and their papers: a layer for each kind of edge."""

    def __init__(self, author: int = 8, paper: int = 16, hidden: int = 32, fields: int = 3) -> None:
        super().__init__()
        self.conv = HeteroConv({
            ("author", "writes", "paper"): SAGEConv((author, paper), hidden),
            ("paper", "written_by", "author"): SAGEConv((paper, author), hidden),
            ("paper", "cites", "paper"): GCNConv(paper, hidden),
        })  # fmt: skip
        self.field = nn.Linear(hidden, fields)

    def forward(
        self, x_dict: dict[str, Tensor], edge_index_dict: dict[tuple[str, str, str], Tensor]
    ) -> Tensor:
        """Scores of the fields of each author, `authors×fields`."""
        field: Tensor = self.field(self.conv(x_dict, edge_index_dict)["author"].relu())
        return field


def karate_club() -> dict[str, Tensor]:
    """The members of a karate club, and who meets whom elsewhere (Zachary 1977)."""
    club = KarateClub()[0]
    return {"x": club.x, "edge_index": club.edge_index}


def molecules() -> Batch:
    """Benzene, acetic acid and ethanol, without their hydrogens."""
    bonds = [
        [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0)],
        [(0, 1), (1, 2), (1, 3)],
        [(0, 1), (1, 2)],
    ]
    return Batch.from_data_list([_molecule(found) for found in bonds])


def _molecule(bonds: list[tuple[int, int]]) -> Data:
    atoms = max(max(bond) for bond in bonds) + 1
    edges = to_undirected(torch.tensor(bonds).t())
    return Data(x=torch.ones(atoms, 9), edge_index=edges, edge_attr=torch.ones(edges.shape[1], 3))


def authors() -> dict[str, dict[Any, Tensor]]:
    """Four authors, six papers, and which of them cite which."""
    writes = torch.tensor([[0, 0, 1, 1, 2, 2, 3, 3], [0, 1, 1, 2, 3, 4, 4, 5]])
    return {
        "x_dict": {"author": torch.ones(4, 8), "paper": torch.ones(6, 16)},
        "edge_index_dict": {
            ("author", "writes", "paper"): writes,
            ("paper", "written_by", "author"): writes.flip(0),
            ("paper", "cites", "paper"): torch.tensor([[1, 2, 2, 3, 5], [0, 0, 1, 2, 3]]),
        },
    }
