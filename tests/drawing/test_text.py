from __future__ import annotations

from hypothesis import given
from strategies import graphs

from torchview_docs.drawing.text import LayerRow, layer_table, text
from torchview_docs.graph import Graph, Node, Parameters, TensorMeta, Use

IDS = TensorMeta((1, 16), "int64")
STATES = TensorMeta((1, 16, 8), "float32")
GRAPH = Graph(
    "Net",
    (
        Node("ids", "placeholder", "ids", outputs=(IDS,)),
        Node("Net", "call_module", "", type="pkg.Net", args=(Use("ids"),), outputs=(STATES,),
             results=(Use("h.0/add"),), parameters=Parameters(0, 1_800, 1_000)),
        Node("emb", "call_module", "emb", "Net", "torch.nn.modules.sparse.Embedding",
             (Use("ids"),), (STATES,), config="100, 8", parameters=Parameters(800, 800, 800)),
        Node("h.0", "call_module", "h.0", "Net", "pkg.Block", (Use("emb"),), (STATES,), (Use("h.0/add"),),
             parameters=Parameters(0, 500, 100), repeat=2, last="h.1"),
        Node("h.0/scale", "get_attr", "h.0.scale", "h.0", "parameter",
             outputs=(TensorMeta((8,), "float32"),)),
        Node("h.0/add", "call_function", "operator.add", "h.0", args=(Use("emb"), Use("h.0/scale", arg="1")),
             outputs=(STATES,)),
        Node("output", "output", "states", args=(Use("h.0/add"),)),
    ),
)  # fmt: skip

EXPECTED = """\
Layer                      Output         Parameters
────────────────────────────────────────────────────
ids: input                 1×16 int64
Net                        1×16×8              1,800
  emb: Embedding 100→8     1×16×8                800
  h.0 – 1: Block × 2       1×16×8                500
    scale: parameter       8
    add                    1×16×8
states: output             1×16×8 float32
────────────────────────────────────────────────────
Parameters: 1,800 (1,000 trainable)
Traced in eval mode on meta
"""


def test_a_view_is_a_table_for_the_terminal() -> None:
    GRAPH.validate()
    assert squeezed(text(GRAPH)) == squeezed(EXPECTED)


def squeezed(table: str) -> list[list[str]]:
    """The words of each line after its indent, which is kept."""
    return [
        [line[: len(line) - len(line.lstrip())], *line.split()]
        for line in table.splitlines()
        if "─" not in line
    ]


def test_columns_line_up() -> None:
    lines = text(GRAPH).splitlines()
    start = lines[0].index("Output")
    assert all(line[start - 2 : start] == "  " and line[start] != " " for line in lines[2:-3])


def test_wide_characters_take_two_columns() -> None:
    wide = GRAPH.with_nodes([Node("输入", "placeholder", "输入", outputs=(IDS,)), *GRAPH.nodes])
    first, second = text(wide).splitlines()[2:4]
    assert first.index("1×16") == second.index("1×16") - 2


def test_rows_are_plain_data() -> None:
    rows = layer_table(GRAPH)
    assert rows[3] == LayerRow(1, "h.0 – 1", "Block", "", "1×16×8", 500, 2, "h.0")
    assert rows[2].config == "100→8"
    assert rows[5] == LayerRow(2, "", "add", "", "1×16×8", None, 1, "h.0/add")


def test_many_outputs_are_counted() -> None:
    node = Node("split", "call_function", "torch.split", outputs=(STATES,) * 5)
    assert layer_table(Graph("f", (node,)))[0].shape == "1×16×8, 1×16×8, 1×16×8, 2 more"


@given(graphs())
def test_every_node_has_its_row_and_its_line(graph: Graph) -> None:
    rows = layer_table(graph)
    assert [row.node for row in rows] == [node.name for node in graph.nodes]
    assert [row.depth for row in rows] == [graph.depth(node) for node in graph.nodes]
    assert len(text(graph).splitlines()) >= len(rows) + 4
