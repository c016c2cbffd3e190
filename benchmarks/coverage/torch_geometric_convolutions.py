"""The convolutions of PyTorch Geometric, each as a network of its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from torch_geometric import nn as pyg

from .entries import Entry, given
from .graphs import (
    ATTRIBUTED,
    DEGREES,
    EDGES,
    FEATURES,
    GRAPH,
    METADATA,
    NODES,
    WEIGHTED,
    edge_dict,
    edges,
    features,
    heterogeneous,
    kinds,
    linear,
    per_edge,
    two_graphs,
)

__all__ = ["convolutions"]


def convolutions() -> Iterator[Entry]:
    """Each convolution, and some with an option."""
    yield from _CONVOLUTIONS
    pair = (FEATURES, 16)
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
            given(features, edges, kinds(EDGES.shape[1])),
        )
    yield (
        "FiLMConv",
        partial(pyg.FiLMConv, *pair, num_relations=3),
        given(features, edges, kinds(EDGES.shape[1])),
    )
    for name in ("GMMConv", "PDNConv"):
        options = {"dim": 4, "kernel_size": 2} if name == "GMMConv" else {"edge_dim": 4, "hidden_channels": 8}
        yield name, partial(getattr(pyg, name), *pair, **options), ATTRIBUTED
    yield "PNAConv", partial(pyg.PNAConv, *pair, **DEGREES), GRAPH
    yield "PANConv", partial(pyg.PANConv, *pair, filter_size=2), GRAPH
    yield "SSGConv", partial(pyg.SSGConv, *pair, alpha=0.1), GRAPH
    yield "ChebConv", partial(pyg.ChebConv, *pair, K=3), GRAPH
    yield "PointTransformerConv", partial(pyg.PointTransformerConv, *pair), given(features, (NODES, 3), edges)
    yield (
        "XConv",
        partial(pyg.XConv, *pair, dim=3, kernel_size=3, hidden_channels=8),
        given(features, (NODES, 3)),
    )
    yield (
        "HEATConv",
        partial(pyg.HEATConv, *pair, 2, 2, 4, 4, 4),
        given(features, edges, kinds(NODES, 2), kinds(EDGES.shape[1], 2), per_edge(4)),
    )
    for name in ("HGTConv", "HANConv"):
        yield name, partial(getattr(pyg, name), *pair, METADATA), given(heterogeneous, edge_dict)
    yield "HypergraphConv", partial(pyg.HypergraphConv, *pair), GRAPH
    yield (
        "HypergraphConv attention",
        partial(pyg.HypergraphConv, *pair, use_attention=True),
        given(features, edges, hyperedge_attr=(NODES, FEATURES)),
    )


_CONVOLUTIONS: list[Entry] = [
    ("SimpleConv", pyg.SimpleConv, GRAPH),
    ("GravNetConv", lambda: pyg.GravNetConv(FEATURES, 16, 3, 8, 4), given(features)),
    ("GatedGraphConv", lambda: pyg.GatedGraphConv(FEATURES, 2), GRAPH),
    ("AGNNConv", pyg.AGNNConv, GRAPH),
    ("GINConv", lambda: pyg.GINConv(linear()), GRAPH),
    ("GINEConv", lambda: pyg.GINEConv(linear(), edge_dim=4), ATTRIBUTED),
    ("APPNP", lambda: pyg.APPNP(3, 0.1), GRAPH),
    ("SignedConv", lambda: pyg.SignedConv(FEATURES, 8, True), given(features, edges, edges)),
    ("DNAConv", lambda: pyg.DNAConv(FEATURES, 2), given((NODES, 3, FEATURES), edges)),
    ("PointNetConv", lambda: pyg.PointNetConv(linear(FEATURES + 3)), given(features, (NODES, 3), edges)),
    ("SplineConv", lambda: pyg.SplineConv(FEATURES, 16, 2, 3), given(features, edges, per_edge(2))),
    ("NNConv", lambda: pyg.NNConv(FEATURES, 8, linear(4, FEATURES * 8)), ATTRIBUTED),
    ("CGConv", lambda: pyg.CGConv(FEATURES, 4, batch_norm=True), ATTRIBUTED),
    ("EdgeConv", lambda: pyg.EdgeConv(linear(2 * FEATURES)), GRAPH),
    ("DynamicEdgeConv", lambda: pyg.DynamicEdgeConv(linear(2 * FEATURES), 3), given(features)),
    ("PPFConv", lambda: pyg.PPFConv(linear(FEATURES + 4)), given(features, (NODES, 3), (NODES, 3), edges)),
    ("GCN2Conv", lambda: pyg.GCN2Conv(FEATURES, 0.1, 0.5, 1), given(features, features, edges)),
    ("WLConv", pyg.WLConv, given(kinds(NODES), edges)),
    ("WLConvContinuous", pyg.WLConvContinuous, GRAPH),
    ("FAConv", lambda: pyg.FAConv(FEATURES), given(features, features, edges)),
    ("LGConv", pyg.LGConv, GRAPH),
    (
        "PointGNNConv",
        lambda: pyg.PointGNNConv(linear(FEATURES, 3), linear(FEATURES + 3), linear()),
        given(features, (NODES, 3), edges),
    ),
    (
        "GPSConv",
        lambda: pyg.GPSConv(FEATURES, pyg.GCNConv(FEATURES, FEATURES), heads=2),
        given(features, edges, two_graphs),
    ),
    (
        "GPSConv performer",
        lambda: pyg.GPSConv(FEATURES, pyg.GCNConv(FEATURES, FEATURES), heads=2, attn_type="performer"),
        given(features, edges, two_graphs),
    ),
    ("AntiSymmetricConv", lambda: pyg.AntiSymmetricConv(FEATURES, num_iters=2), GRAPH),
    ("DirGNNConv", lambda: pyg.DirGNNConv(pyg.GCNConv(FEATURES, 8)), GRAPH),
    ("SAGEConv lazy", lambda: pyg.SAGEConv(-1, 8), GRAPH),
]
