"""The models of PyTorch Geometric, and each of its convolutions alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch_geometric import nn as pyg
from torch_geometric.data import Data

from .case import Case
from .entries import Entry, cases_from, given
from .graphs import (
    ATTRIBUTED,
    DEGREES,
    EDGES,
    FEATURES,
    GRAPH,
    METADATA,
    NODES,
    edge_dict,
    edges,
    features,
    heterogeneous,
    kinds,
    linear,
    molecule,
    one_graph,
    per_edge,
    two_graphs,
)
from .torch_geometric_convolutions import convolutions

__all__ = ["cases"]


def _history() -> Data:
    past = {f"h_{end}": torch.arange(4) for end in ("sub", "obj")}
    steps = {f"h_{end}_t": torch.tensor([0, 0, 1, 1]) for end in ("sub", "obj")}
    batches = {f"h_{end}two_graphs": torch.zeros(4, dtype=torch.long) for end in ("sub", "obj")}
    triple = {"sub": torch.tensor([0]), "rel": torch.tensor([1]), "obj": torch.tensor([2])}
    return Data(**past, **steps, **batches, **triple)


_BASIC = {"in_channels": FEATURES, "hidden_channels": 16, "num_layers": 3, "out_channels": 4}


class _MetaEdge(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = linear(2 * FEATURES + 4, 4)

    def forward(self, src: Any, dst: Any, edge_attr: Any, u: Any, batch: Any) -> torch.Tensor:  # noqa: ARG002
        result: torch.Tensor = self.net(torch.cat([src, dst, edge_attr], 1))
        return result


def _basic() -> Iterator[Entry]:
    for name in ("GCN", "GraphSAGE", "GIN", "GAT", "EdgeCNN"):
        cls = getattr(pyg, name)
        yield name, partial(cls, **_BASIC), GRAPH
        yield f"{name} jk=cat norm=batch", partial(cls, **_BASIC, jk="cat", norm="batch"), GRAPH
        yield f"{name} jk=lstm", partial(cls, **_BASIC, jk="lstm"), GRAPH
    yield (
        "GCN graph norm",
        partial(pyg.GCN, **_BASIC, norm="graph_norm"),
        given(features, edges, batch=two_graphs),
    )
    yield "GCN weighted", partial(pyg.GCN, **_BASIC), given(features, edges, edge_weight=per_edge())
    yield "GAT v2 attributes", partial(pyg.GAT, **_BASIC, v2=True, heads=2, edge_dim=4), ATTRIBUTED
    yield "PNA", partial(pyg.PNA, **_BASIC, **DEGREES), GRAPH


_MODELS: list[Entry] = [
    ("MLP", lambda: pyg.MLP([FEATURES, 32, 4]), given(features)),
    (
        "JumpingKnowledge lstm",
        lambda: pyg.JumpingKnowledge("lstm", FEATURES, 2),
        given(lambda: [features(), features()]),
    ),
    (
        "HeteroJumpingKnowledge",
        lambda: pyg.HeteroJumpingKnowledge(["a", "b"], "cat"),
        given(lambda: {k: [features(), features()] for k in "ab"}),
    ),
    ("MetaLayer", lambda: pyg.MetaLayer(_MetaEdge()), given(features, edges, per_edge(4))),
    ("Node2Vec", lambda: pyg.Node2Vec(EDGES, 8, 4, 2, num_nodes=NODES), given(kinds(4, NODES))),
    (
        "MetaPath2Vec",
        lambda: pyg.MetaPath2Vec(
            edge_dict(), 8, list(METADATA[1]), 2, 2, num_nodes_dict={"a": NODES, "b": NODES}
        ),
        given("a"),
    ),
    (
        "DeepGraphInfomax",
        lambda: pyg.DeepGraphInfomax(
            16, pyg.GCNConv(FEATURES, 16), lambda z, *_: z.mean(0).sigmoid(), lambda x, e: (x.flip(0), e)
        ),
        GRAPH,
    ),
    ("InnerProductDecoder", pyg.InnerProductDecoder, GRAPH),
    ("GAE", lambda: pyg.GAE(pyg.GCN(**_BASIC)), GRAPH),
    ("ARGA", lambda: pyg.ARGA(pyg.GCN(**_BASIC), linear(4)), GRAPH),
    ("SignedGCN", lambda: pyg.SignedGCN(FEATURES, 16, 2), given(features, edges, edges)),
    ("GraphUNet", lambda: pyg.GraphUNet(FEATURES, 16, 4, 2), GRAPH),
    (
        "SchNet",
        lambda: pyg.SchNet(
            16,
            16,
            2,
            interaction_graph=lambda pos, batch: (  # noqa: ARG005
                edges(),
                (pos[EDGES[0]] - pos[EDGES[1]]).norm(dim=-1),
            ),
        ),
        molecule(),
    ),
    (
        "GPSENodeEncoder",
        lambda: pyg.GPSENodeEncoder(32, 8, 8, dim_in=FEATURES, expand_x=True),
        given(features, (NODES, 8)),
    ),
    (
        "GPSE",
        lambda: pyg.GPSE(dim_inner=16, layers_mp=2),
        given(
            lambda: Data(
                x=torch.rand(NODES, 20),
                edge_index=edges(),
                batch=one_graph(),
                num_graphs=1,
                y=torch.rand(NODES, 51),
                y_graph=torch.rand(1, 11),
            )
        ),
    ),
    (
        "DeepGCNLayer",
        lambda: pyg.DeepGCNLayer(
            pyg.GENConv(FEATURES, FEATURES), torch.nn.LayerNorm(FEATURES), torch.nn.ReLU()
        ),
        GRAPH,
    ),
    (
        "DeepGCNLayer checkpoint",
        lambda: pyg.DeepGCNLayer(
            pyg.GENConv(FEATURES, FEATURES), torch.nn.LayerNorm(FEATURES), torch.nn.ReLU(), ckpt_grad=True
        ),
        GRAPH,
    ),
    ("LabelPropagation", lambda: pyg.LabelPropagation(2, 0.9), given(kinds(NODES), edges)),
    (
        "CorrectAndSmooth",
        lambda: pyg.CorrectAndSmooth(2, 0.9, 2, 0.8),
        given((NODES, 3), kinds(NODES), lambda: torch.ones(NODES, dtype=torch.bool), edges),
    ),
    (
        "AttentiveFP",
        lambda: pyg.AttentiveFP(FEATURES, 16, 4, 4, 2, 2),
        given(features, edges, per_edge(4), two_graphs),
    ),
    ("RECT_L", lambda: pyg.RECT_L(FEATURES, 16), GRAPH),
    ("LINKX", lambda: pyg.LINKX(NODES, FEATURES, 16, 4, 2), GRAPH),
    ("LightGCN", lambda: pyg.LightGCN(NODES, 8, 2), given(edges)),
    (
        "MaskLabel",
        lambda: pyg.MaskLabel(3, FEATURES),
        given(features, kinds(NODES), lambda: torch.arange(NODES) < 3),
    ),
    ("GroupAddRev", lambda: pyg.GroupAddRev(pyg.GCNConv(8, 8), num_groups=2), GRAPH),
    ("PMLP", lambda: pyg.PMLP(FEATURES, 16, 4, 2), GRAPH),
    (
        "NeuralFingerprint",
        lambda: pyg.NeuralFingerprint(FEATURES, 16, 4, 2),
        given(features, edges, two_graphs),
    ),
    ("SGFormer", lambda: pyg.SGFormer(FEATURES, 16, 4), given(features, edges, two_graphs)),
    (
        "Polynormer",
        lambda: pyg.Polynormer(FEATURES, 16, 4, local_layers=2),
        given(features, edges, two_graphs),
    ),
    ("ARLinkPredictor", lambda: pyg.models.ARLinkPredictor(FEATURES, 16, 4), GRAPH),
    ("DimeNet", lambda: pyg.DimeNet(16, 2, 1, 4, 3, 3), molecule()),
    ("DimeNetPlusPlus", lambda: pyg.DimeNetPlusPlus(16, 2, 1, 8, 8, 8, 3, 3), molecule()),
    ("GNNFF", lambda: pyg.GNNFF(16, 16, 2), molecule()),
    ("ViSNet", lambda: pyg.models.ViSNet(hidden_channels=16, num_heads=2, num_layers=1), molecule()),
    ("RENet", lambda: pyg.RENet(NODES, 3, 8, 2), given(_history)),
    ("global_add_pool", pyg.SumAggregation, given(features, two_graphs)),
    ("SAGPooling", lambda: pyg.SAGPooling(FEATURES), GRAPH),
    ("TopKPooling", lambda: pyg.TopKPooling(FEATURES), GRAPH),
    ("ASAPooling", lambda: pyg.ASAPooling(FEATURES), GRAPH),
    ("EdgePooling", lambda: pyg.EdgePooling(FEATURES), given(features, edges, two_graphs)),
    ("MemPooling", lambda: pyg.MemPooling(FEATURES, 8, 2, 3), given(features, two_graphs)),
    ("Set2Set", lambda: pyg.Set2Set(FEATURES, 3), given(features, two_graphs)),
    (
        "SetTransformerAggregation",
        lambda: pyg.SetTransformerAggregation(FEATURES, heads=2),
        given(features, two_graphs),
    ),
    ("SortAggregation", lambda: pyg.SortAggregation(3), given(features, two_graphs)),
    (
        "GraphMultisetTransformer",
        lambda: pyg.GraphMultisetTransformer(FEATURES, 3, heads=2),
        given(features, two_graphs),
    ),
    ("LSTMAggregation", lambda: pyg.LSTMAggregation(FEATURES, 8), given(features, two_graphs)),
    (
        "Sequential",
        lambda: pyg.Sequential(
            "x, edge_index",
            [
                (pyg.GCNConv(FEATURES, 16), "x, edge_index -> x"),
                torch.nn.ReLU(),
                (pyg.GCNConv(16, 4), "x, edge_index -> x"),
            ],
        ),
        GRAPH,
    ),
    (
        "to_hetero",
        lambda: pyg.to_hetero(pyg.GraphSAGE(**_BASIC), METADATA),
        given(heterogeneous, edge_dict),
    ),
    (
        "HeteroConv",
        lambda: pyg.HeteroConv({kind: pyg.SAGEConv((-1, -1), 8) for kind in METADATA[1]}),
        given(heterogeneous, edge_dict),
    ),
]


def cases() -> Iterator[Case]:
    """A case for each model, for each convolution, and for some of their options."""
    yield from cases_from("torch_geometric", [*_basic(), *_MODELS, *convolutions()])
