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

__all__ = ["cases"]

_NODES, _FEATURES = 8, 16
#: A ring with chords, so that each node has neighbours.
_EDGES = torch.tensor([[0, 1, 2, 3, 4, 5, 6, 7, 0, 2, 4, 6], [1, 2, 3, 4, 5, 6, 7, 0, 4, 6, 0, 2]])
_METADATA = (["a", "b"], [("a", "to", "b"), ("b", "to", "a")])


def _x() -> torch.Tensor:
    return torch.rand(_NODES, _FEATURES)


def _edges() -> torch.Tensor:
    return _EDGES.clone()


def _per_edge(*shape: int) -> Any:
    return lambda: torch.rand(_EDGES.shape[1], *shape)


def _kinds(count: int, high: int = 3) -> Any:
    return partial(torch.randint, 0, high, (count,))


def _batch() -> torch.Tensor:
    return torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])


def _one_graph() -> torch.Tensor:
    return torch.zeros(_NODES, dtype=torch.long)


def _linear(width: int = _FEATURES, out: int = _FEATURES) -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(width, out), torch.nn.ReLU(), torch.nn.Linear(out, out))


def _heterogeneous() -> dict[str, torch.Tensor]:
    return {"a": _x(), "b": _x()}


def _edge_dict() -> dict[tuple[str, str, str], torch.Tensor]:
    return {kind: _edges() for kind in _METADATA[1]}


def _molecule() -> Any:
    return given(partial(torch.randint, 1, 10, (_NODES,)), (_NODES, 3), _batch)


def _history() -> Data:
    past = {f"h_{end}": torch.arange(4) for end in ("sub", "obj")}
    steps = {f"h_{end}_t": torch.tensor([0, 0, 1, 1]) for end in ("sub", "obj")}
    batches = {f"h_{end}_batch": torch.zeros(4, dtype=torch.long) for end in ("sub", "obj")}
    triple = {"sub": torch.tensor([0]), "rel": torch.tensor([1]), "obj": torch.tensor([2])}
    return Data(**past, **steps, **batches, **triple)


GRAPH = given(_x, _edges)
WEIGHTED = given(_x, _edges, _per_edge())
ATTRIBUTED = given(_x, _edges, edge_attr=_per_edge(4))

_BASIC = {"in_channels": _FEATURES, "hidden_channels": 16, "num_layers": 3, "out_channels": 4}
_DEGREES = {
    "aggregators": ["mean", "max", "std"],
    "scalers": ["identity", "amplification"],
    "deg": torch.tensor([0, 4, 4]),
}


class _MetaEdge(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = _linear(2 * _FEATURES + 4, 4)

    def forward(self, src: Any, dst: Any, edge_attr: Any, u: Any, batch: Any) -> torch.Tensor:  # noqa: ARG002
        result: torch.Tensor = self.net(torch.cat([src, dst, edge_attr], 1))
        return result


def _basic() -> Iterator[Entry]:
    for name in ("GCN", "GraphSAGE", "GIN", "GAT", "EdgeCNN"):
        cls = getattr(pyg, name)
        yield name, partial(cls, **_BASIC), GRAPH
        yield f"{name} jk=cat norm=batch", partial(cls, **_BASIC, jk="cat", norm="batch"), GRAPH
        yield f"{name} jk=lstm", partial(cls, **_BASIC, jk="lstm"), GRAPH
    yield "GCN graph norm", partial(pyg.GCN, **_BASIC, norm="graph_norm"), given(_x, _edges, batch=_batch)
    yield "GCN weighted", partial(pyg.GCN, **_BASIC), given(_x, _edges, edge_weight=_per_edge())
    yield "GAT v2 attributes", partial(pyg.GAT, **_BASIC, v2=True, heads=2, edge_dim=4), ATTRIBUTED
    yield "PNA", partial(pyg.PNA, **_BASIC, **_DEGREES), GRAPH


_MODELS: list[Entry] = [
    ("MLP", lambda: pyg.MLP([_FEATURES, 32, 4]), given(_x)),
    (
        "JumpingKnowledge lstm",
        lambda: pyg.JumpingKnowledge("lstm", _FEATURES, 2),
        given(lambda: [_x(), _x()]),
    ),
    (
        "HeteroJumpingKnowledge",
        lambda: pyg.HeteroJumpingKnowledge(["a", "b"], "cat"),
        given(lambda: {k: [_x(), _x()] for k in "ab"}),
    ),
    ("MetaLayer", lambda: pyg.MetaLayer(_MetaEdge()), given(_x, _edges, _per_edge(4))),
    ("Node2Vec", lambda: pyg.Node2Vec(_EDGES, 8, 4, 2, num_nodes=_NODES), given(_kinds(4, _NODES))),
    (
        "MetaPath2Vec",
        lambda: pyg.MetaPath2Vec(
            _edge_dict(), 8, list(_METADATA[1]), 2, 2, num_nodes_dict={"a": _NODES, "b": _NODES}
        ),
        given("a"),
    ),
    (
        "DeepGraphInfomax",
        lambda: pyg.DeepGraphInfomax(
            16, pyg.GCNConv(_FEATURES, 16), lambda z, *_: z.mean(0).sigmoid(), lambda x, e: (x.flip(0), e)
        ),
        GRAPH,
    ),
    ("InnerProductDecoder", pyg.InnerProductDecoder, GRAPH),
    ("GAE", lambda: pyg.GAE(pyg.GCN(**_BASIC)), GRAPH),
    ("ARGA", lambda: pyg.ARGA(pyg.GCN(**_BASIC), _linear(4)), GRAPH),
    ("SignedGCN", lambda: pyg.SignedGCN(_FEATURES, 16, 2), given(_x, _edges, _edges)),
    ("GraphUNet", lambda: pyg.GraphUNet(_FEATURES, 16, 4, 2), GRAPH),
    (
        "SchNet",
        lambda: pyg.SchNet(
            16,
            16,
            2,
            interaction_graph=lambda pos, _batch: (_edges(), (pos[_EDGES[0]] - pos[_EDGES[1]]).norm(dim=-1)),
        ),
        _molecule(),
    ),
    (
        "GPSENodeEncoder",
        lambda: pyg.GPSENodeEncoder(32, 8, 8, dim_in=_FEATURES, expand_x=True),
        given(_x, (_NODES, 8)),
    ),
    (
        "GPSE",
        lambda: pyg.GPSE(dim_inner=16, layers_mp=2),
        given(
            lambda: Data(
                x=torch.rand(_NODES, 20),
                edge_index=_edges(),
                batch=_one_graph(),
                num_graphs=1,
                y=torch.rand(_NODES, 51),
                y_graph=torch.rand(1, 11),
            )
        ),
    ),
    (
        "DeepGCNLayer",
        lambda: pyg.DeepGCNLayer(
            pyg.GENConv(_FEATURES, _FEATURES), torch.nn.LayerNorm(_FEATURES), torch.nn.ReLU()
        ),
        GRAPH,
    ),
    (
        "DeepGCNLayer checkpoint",
        lambda: pyg.DeepGCNLayer(
            pyg.GENConv(_FEATURES, _FEATURES), torch.nn.LayerNorm(_FEATURES), torch.nn.ReLU(), ckpt_grad=True
        ),
        GRAPH,
    ),
    ("LabelPropagation", lambda: pyg.LabelPropagation(2, 0.9), given(_kinds(_NODES), _edges)),
    (
        "CorrectAndSmooth",
        lambda: pyg.CorrectAndSmooth(2, 0.9, 2, 0.8),
        given((_NODES, 3), _kinds(_NODES), lambda: torch.ones(_NODES, dtype=torch.bool), _edges),
    ),
    (
        "AttentiveFP",
        lambda: pyg.AttentiveFP(_FEATURES, 16, 4, 4, 2, 2),
        given(_x, _edges, _per_edge(4), _batch),
    ),
    ("RECT_L", lambda: pyg.RECT_L(_FEATURES, 16), GRAPH),
    ("LINKX", lambda: pyg.LINKX(_NODES, _FEATURES, 16, 4, 2), GRAPH),
    ("LightGCN", lambda: pyg.LightGCN(_NODES, 8, 2), given(_edges)),
    (
        "MaskLabel",
        lambda: pyg.MaskLabel(3, _FEATURES),
        given(_x, _kinds(_NODES), lambda: torch.arange(_NODES) < 3),
    ),
    ("GroupAddRev", lambda: pyg.GroupAddRev(pyg.GCNConv(8, 8), num_groups=2), GRAPH),
    ("PMLP", lambda: pyg.PMLP(_FEATURES, 16, 4, 2), GRAPH),
    ("NeuralFingerprint", lambda: pyg.NeuralFingerprint(_FEATURES, 16, 4, 2), given(_x, _edges, _batch)),
    ("SGFormer", lambda: pyg.SGFormer(_FEATURES, 16, 4), given(_x, _edges, _batch)),
    ("Polynormer", lambda: pyg.Polynormer(_FEATURES, 16, 4, local_layers=2), given(_x, _edges, _batch)),
    ("ARLinkPredictor", lambda: pyg.models.ARLinkPredictor(_FEATURES, 16, 4), GRAPH),
    ("DimeNet", lambda: pyg.DimeNet(16, 2, 1, 4, 3, 3), _molecule()),
    ("DimeNetPlusPlus", lambda: pyg.DimeNetPlusPlus(16, 2, 1, 8, 8, 8, 3, 3), _molecule()),
    ("GNNFF", lambda: pyg.GNNFF(16, 16, 2), _molecule()),
    ("ViSNet", lambda: pyg.models.ViSNet(hidden_channels=16, num_heads=2, num_layers=1), _molecule()),
    ("RENet", lambda: pyg.RENet(_NODES, 3, 8, 2), given(_history)),
    ("global_add_pool", pyg.SumAggregation, given(_x, _batch)),
    ("SAGPooling", lambda: pyg.SAGPooling(_FEATURES), GRAPH),
    ("TopKPooling", lambda: pyg.TopKPooling(_FEATURES), GRAPH),
    ("ASAPooling", lambda: pyg.ASAPooling(_FEATURES), GRAPH),
    ("EdgePooling", lambda: pyg.EdgePooling(_FEATURES), given(_x, _edges, _batch)),
    ("MemPooling", lambda: pyg.MemPooling(_FEATURES, 8, 2, 3), given(_x, _batch)),
    ("Set2Set", lambda: pyg.Set2Set(_FEATURES, 3), given(_x, _batch)),
    (
        "SetTransformerAggregation",
        lambda: pyg.SetTransformerAggregation(_FEATURES, heads=2),
        given(_x, _batch),
    ),
    ("SortAggregation", lambda: pyg.SortAggregation(3), given(_x, _batch)),
    (
        "GraphMultisetTransformer",
        lambda: pyg.GraphMultisetTransformer(_FEATURES, 3, heads=2),
        given(_x, _batch),
    ),
    ("LSTMAggregation", lambda: pyg.LSTMAggregation(_FEATURES, 8), given(_x, _batch)),
    (
        "Sequential",
        lambda: pyg.Sequential(
            "x, edge_index",
            [
                (pyg.GCNConv(_FEATURES, 16), "x, edge_index -> x"),
                torch.nn.ReLU(),
                (pyg.GCNConv(16, 4), "x, edge_index -> x"),
            ],
        ),
        GRAPH,
    ),
    (
        "to_hetero",
        lambda: pyg.to_hetero(pyg.GraphSAGE(**_BASIC), _METADATA),
        given(_heterogeneous, _edge_dict),
    ),
    (
        "HeteroConv",
        lambda: pyg.HeteroConv({kind: pyg.SAGEConv((-1, -1), 8) for kind in _METADATA[1]}),
        given(_heterogeneous, _edge_dict),
    ),
]


def _convolutions() -> Iterator[Entry]:
    pair = (_FEATURES, 16)
    weighted = ("GCNConv", "GraphConv", "TAGConv", "ARMAConv", "SGConv", "LEConv")
    for name in (
        *weighted,
        "SAGEConv",
        "GATConv",
        "GATv2Conv",
        "TransformerConv",
        "ResGatedGraphConv",
        "MFConv",
        "FeaStConv",
        "ClusterGCNConv",
        "GENConv",
        "SuperGATConv",
        "EGConv",
        "GeneralConv",
        "MixHopConv",
    ):
        yield name, partial(getattr(pyg, name), *pair), WEIGHTED if name in weighted else GRAPH
    for name in ("GATConv", "GATv2Conv", "TransformerConv", "ResGatedGraphConv", "GENConv"):
        yield f"{name} attributes", partial(getattr(pyg, name), *pair, edge_dim=4), ATTRIBUTED
    yield "GeneralConv attention", partial(pyg.GeneralConv, *pair, 4, attention=True, heads=2), ATTRIBUTED
    for name in ("RGCNConv", "FastRGCNConv", "RGATConv"):
        yield (
            name,
            partial(getattr(pyg, name), *pair, num_relations=3),
            given(_x, _edges, _kinds(_EDGES.shape[1])),
        )
    yield (
        "FiLMConv",
        partial(pyg.FiLMConv, *pair, num_relations=3),
        given(_x, _edges, _kinds(_EDGES.shape[1])),
    )
    for name in ("GMMConv", "PDNConv"):
        options = {"dim": 4, "kernel_size": 2} if name == "GMMConv" else {"edge_dim": 4, "hidden_channels": 8}
        yield name, partial(getattr(pyg, name), *pair, **options), ATTRIBUTED
    yield "PNAConv", partial(pyg.PNAConv, *pair, **_DEGREES), GRAPH
    yield "PANConv", partial(pyg.PANConv, *pair, filter_size=2), GRAPH
    yield "SSGConv", partial(pyg.SSGConv, *pair, alpha=0.1), GRAPH
    yield "ChebConv", partial(pyg.ChebConv, *pair, K=3), GRAPH
    yield "PointTransformerConv", partial(pyg.PointTransformerConv, *pair), given(_x, (_NODES, 3), _edges)
    yield "XConv", partial(pyg.XConv, *pair, dim=3, kernel_size=3, hidden_channels=8), given(_x, (_NODES, 3))
    yield (
        "HEATConv",
        partial(pyg.HEATConv, *pair, 2, 2, 4, 4, 4),
        given(_x, _edges, _kinds(_NODES, 2), _kinds(_EDGES.shape[1], 2), _per_edge(4)),
    )
    for name in ("HGTConv", "HANConv"):
        yield name, partial(getattr(pyg, name), *pair, _METADATA), given(_heterogeneous, _edge_dict)
    yield "HypergraphConv", partial(pyg.HypergraphConv, *pair), GRAPH
    yield (
        "HypergraphConv attention",
        partial(pyg.HypergraphConv, *pair, use_attention=True),
        given(_x, _edges, hyperedge_attr=(_NODES, _FEATURES)),
    )


_CONVOLUTIONS: list[Entry] = [
    ("SimpleConv", pyg.SimpleConv, GRAPH),
    ("GravNetConv", lambda: pyg.GravNetConv(_FEATURES, 16, 3, 8, 4), given(_x)),
    ("GatedGraphConv", lambda: pyg.GatedGraphConv(_FEATURES, 2), GRAPH),
    ("AGNNConv", pyg.AGNNConv, GRAPH),
    ("GINConv", lambda: pyg.GINConv(_linear()), GRAPH),
    ("GINEConv", lambda: pyg.GINEConv(_linear(), edge_dim=4), ATTRIBUTED),
    ("APPNP", lambda: pyg.APPNP(3, 0.1), GRAPH),
    ("SignedConv", lambda: pyg.SignedConv(_FEATURES, 8, True), given(_x, _edges, _edges)),
    ("DNAConv", lambda: pyg.DNAConv(_FEATURES, 2), given((_NODES, 3, _FEATURES), _edges)),
    ("PointNetConv", lambda: pyg.PointNetConv(_linear(_FEATURES + 3)), given(_x, (_NODES, 3), _edges)),
    ("SplineConv", lambda: pyg.SplineConv(_FEATURES, 16, 2, 3), given(_x, _edges, _per_edge(2))),
    ("NNConv", lambda: pyg.NNConv(_FEATURES, 8, _linear(4, _FEATURES * 8)), ATTRIBUTED),
    ("CGConv", lambda: pyg.CGConv(_FEATURES, 4, batch_norm=True), ATTRIBUTED),
    ("EdgeConv", lambda: pyg.EdgeConv(_linear(2 * _FEATURES)), GRAPH),
    ("DynamicEdgeConv", lambda: pyg.DynamicEdgeConv(_linear(2 * _FEATURES), 3), given(_x)),
    ("PPFConv", lambda: pyg.PPFConv(_linear(_FEATURES + 4)), given(_x, (_NODES, 3), (_NODES, 3), _edges)),
    ("GCN2Conv", lambda: pyg.GCN2Conv(_FEATURES, 0.1, 0.5, 1), given(_x, _x, _edges)),
    ("WLConv", pyg.WLConv, given(_kinds(_NODES), _edges)),
    ("WLConvContinuous", pyg.WLConvContinuous, GRAPH),
    ("FAConv", lambda: pyg.FAConv(_FEATURES), given(_x, _x, _edges)),
    ("LGConv", pyg.LGConv, GRAPH),
    (
        "PointGNNConv",
        lambda: pyg.PointGNNConv(_linear(_FEATURES, 3), _linear(_FEATURES + 3), _linear()),
        given(_x, (_NODES, 3), _edges),
    ),
    (
        "GPSConv",
        lambda: pyg.GPSConv(_FEATURES, pyg.GCNConv(_FEATURES, _FEATURES), heads=2),
        given(_x, _edges, _batch),
    ),
    (
        "GPSConv performer",
        lambda: pyg.GPSConv(_FEATURES, pyg.GCNConv(_FEATURES, _FEATURES), heads=2, attn_type="performer"),
        given(_x, _edges, _batch),
    ),
    ("AntiSymmetricConv", lambda: pyg.AntiSymmetricConv(_FEATURES, num_iters=2), GRAPH),
    ("DirGNNConv", lambda: pyg.DirGNNConv(pyg.GCNConv(_FEATURES, 8)), GRAPH),
    ("SAGEConv lazy", lambda: pyg.SAGEConv(-1, 8), GRAPH),
]


def cases() -> Iterator[Case]:
    """A case for each model, for each convolution, and for some of their options."""
    yield from cases_from("torch_geometric", [*_basic(), *_MODELS, *_convolutions(), *_CONVOLUTIONS])
