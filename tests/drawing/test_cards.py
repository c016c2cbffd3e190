from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from strategies import graphs

from torchview_docs.drawing.cards import scene
from torchview_docs.drawing.metrics import text_width
from torchview_docs.drawing.scene import Card, Scene
from torchview_docs.graph import Graph, Node, Parameters, TensorMeta, Use
from torchview_docs.spec import FigureSpec
from torchview_docs.views import view

SPEC = FigureSpec("pkg.Net")
IMAGE = TensorMeta((1, 3, 8, 8), "float32")
MAPS = TensorMeta((1, 4, 8, 8), "float32")
POOLED = TensorMeta((1, 4), "float32")
LAYERS = "torch.nn.modules"


def layer(name: str, type_: str, source: str, config: str = "") -> Node:
    return Node(name, "call_module", name, "Net", f"{LAYERS}.{type_}", (Use(source),), (MAPS,), config=config)


def method(name: str, *sources: str, scope: str = "Net", made: TensorMeta = MAPS) -> Node:
    uses = tuple(Use(source, arg=str(k)) for k, source in enumerate(sources))
    return Node(name, "call_method", name, scope, args=uses, outputs=(made,))


def model(*nodes: Node, result: str) -> Graph:
    graph = Graph(
        "Net",
        (
            Node("x", "placeholder", "x", outputs=(IMAGE,)),
            Node("Net", "call_module", "", type="pkg.Net", args=(Use("x"),), parameters=Parameters(0, 9, 9)),
            *nodes,
            Node("output", "output", "logits", args=(Use(result),)),
        ),
    )
    graph.validate()
    return graph


CONV = layer("conv", "conv.Conv2d", "x", config="3, 4, kernel_size=(3, 3), stride=(1, 1)")
NORM = layer("norm", "batchnorm.BatchNorm2d", "conv", config="4")
RELU = layer("relu", "activation.ReLU", "norm")


def rows(drawn: Scene) -> list[list[str]]:
    return [[row.title for row in card.rows] for card in drawn.cards]


def test_conv_norm_act_are_rows_of_one_card() -> None:
    drawn = scene(model(CONV, NORM, RELU, result="relu"), SPEC)
    assert rows(drawn) == [["x"], ["Conv2d", "BatchNorm2d", "ReLU"], ["logits"]]
    assert drawn.cards[1].height == 3 * 26 + 4
    assert [(link.source, link.target) for link in drawn.links] == [("x", "conv"), ("conv", "output")]


def test_what_somebody_else_reads_is_not_packed() -> None:
    add = Node(
        "add",
        "call_function",
        "operator.add",
        "Net",
        args=(Use("relu"), Use("conv", arg="1")),
        outputs=(MAPS,),
    )
    drawn = scene(model(CONV, NORM, RELU, add, result="add"), SPEC)
    assert rows(drawn) == [["x"], ["Conv2d"], ["BatchNorm2d"], ["ReLU"], ["add"], ["logits"]]
    assert drawn.cards[4].commutative


def test_norm_before_conv_is_not_packed() -> None:
    norm, conv = NORM._replace(args=(Use("x"),)), CONV._replace(args=(Use("norm"),))
    assert rows(scene(model(norm, conv, result="conv"), SPEC)) == [
        ["x"],
        ["BatchNorm2d"],
        ["Conv2d"],
        ["logits"],
    ]


def test_a_shape_is_written_where_it_is_news() -> None:
    pool = method("mean", "relu", made=POOLED)
    tanh = method("tanh", "mean", made=POOLED)
    graph = model(CONV, NORM, RELU, pool, tanh, result="tanh")
    labels = {(link.source, link.target): link.label for link in scene(graph, SPEC).links}
    assert labels == {
        ("x", "conv"): "1×3×8×8",
        ("conv", "mean"): "1×4×8×8",
        ("mean", "tanh"): "1×4",
        ("tanh", "output"): "",
    }
    assert not any(link.label for link in scene(graph, replace(SPEC, show_shapes=False)).links)


def test_a_shape_is_written_as_it_arrives() -> None:
    seen = TensorMeta((4, 64), "float32")
    exp = method("exp", "conv", made=seen)._replace(args=(Use("conv", seen=seen),))
    graph = model(CONV, exp, method("cos", "exp", made=seen), result="cos")
    labels = {link.source: link.label for link in scene(graph, SPEC).links}
    assert (labels["conv"], labels["exp"]) == ("4×64", "")


def test_an_input_says_what_it_is_and_how_it_arrives() -> None:
    flat = TensorMeta((1, 192), "float32")
    exp = method("exp", "x", made=flat)._replace(args=(Use("x", seen=flat),))
    labels = {link.source: link.label for link in scene(model(exp, result="exp"), SPEC).links}
    assert labels == {"x": "1×3×8×8 → 1×192", "exp": ""}


def test_a_shape_is_news_when_the_trunk_changes_though_a_skip_has_it() -> None:
    pool = method("mean", "conv", made=POOLED)
    up = method("up", "mean", "conv", made=MAPS)
    labels = {link.source: link.label for link in scene(model(CONV, pool, up, result="up"), SPEC).links}
    assert labels["up"] == "1×4×8×8"


def test_a_shape_whose_names_have_changed_places_is_news() -> None:
    square = TensorMeta((1, 3, 8, 8), "float32", ("N", "", "H", "W"))
    turned = square._replace(dims=("N", "", "W", "H"))
    graph = model(method("mT", "x", made=turned), method("exp", "mT", made=turned), result="exp")
    graph = graph.with_nodes(
        node._replace(outputs=(square,)) if node.name == "x" else node for node in graph.nodes
    )
    labels = {link.source: link.label for link in scene(graph, SPEC).links}
    assert labels == {"x": "N×3×H×W", "mT": "N×3×W×H", "exp": ""}
    [pill] = [card for card in scene(graph, SPEC).cards if card.name == "x"]
    assert pill.rows[0].hint == "x: float32[N=1, 3, H=8, W=8]"


def test_arguments_keep_their_order() -> None:
    sub = Node(
        "sub", "call_function", "operator.sub", "Net", args=(Use("conv"), Use("x", arg="1")), outputs=(MAPS,)
    )
    drawn = scene(model(CONV, sub, result="sub"), SPEC)
    assert [(k.source, k.position) for k in drawn.links if k.target == "sub"] == [("conv", 0), ("x", 1)]
    assert not drawn.cards[2].commutative


def test_inputs_and_outputs_are_pills_that_say_the_dtype() -> None:
    drawn = scene(model(CONV, result="conv"), SPEC)
    first, last = drawn.cards[0], drawn.cards[-1]
    assert (first.kind, first.rows[0].title, first.rows[0].config) == ("input", "x", "float32")
    assert (last.kind, last.rows[0].title, last.rows[0].config) == ("output", "logits", "float32")


def call(name: str, *, scope: str = "Net", repeat: int = 1, last: str = "") -> Node:
    node = Node(name, "call_module", name, scope, "pkg.Stage", (Use("x"),), (MAPS,))
    return node._replace(parameters=Parameters(0, 1500, 1500), repeat=repeat, last=last)


def test_an_open_call_is_a_frame_with_path_class_and_parameters() -> None:
    inner = [node._replace(scope="stage.0") for node in (CONV, NORM)]
    exp = method("exp", "norm", scope="stage.0")
    drawn = scene(model(call("stage.0", repeat=2, last="stage.1"), *inner, exp, result="exp"), SPEC)
    (frame,) = drawn.frames
    assert (frame.title, frame.subtitle, frame.note, frame.repeat) == ("stage.0 – 1", "Stage", "1.5 k", 2)
    assert frame.frame is None
    assert frame.title_width >= text_width("stage.0 – 1", 11, bold=True) + text_width("Stage", 11)
    assert [card.frame for card in drawn.cards] == [None, "stage.0", "stage.0", None]


def test_a_frame_around_a_single_card_is_left_out_unless_repeated() -> None:
    inner = [node._replace(scope="stage.0") for node in (CONV, NORM, RELU)]
    once = scene(model(call("stage.0"), *inner, result="relu"), SPEC)
    assert once.frames == ()
    assert once.cards[1].frame is None
    twice = scene(model(call("stage.0", repeat=2, last="stage.1"), *inner, result="relu"), SPEC)
    assert [frame.repeat for frame in twice.frames] == [2]


def test_a_frame_around_a_run_of_cards_stays_and_names_it() -> None:
    block = call("stage.0", scope="stage", repeat=2, last="stage.1")._replace(args=(Use("x"),))
    drawn = scene(model(call("stage"), block, result="stage.0"), SPEC)
    assert [(frame.title, frame.repeat) for frame in drawn.frames] == [("stage", 1)]
    assert [card.repeat for card in drawn.cards] == [1, 2, 1]


def test_a_container_is_called_by_its_name() -> None:
    sequential = call("encoder")._replace(type=f"{LAYERS}.container.Sequential")
    again = sequential._replace(name="encoder@2", call=2, args=(Use("encoder"),))
    drawn = scene(model(sequential, again, result="encoder@2"), SPEC)
    assert [(c.rows[0].title, c.rows[0].config) for c in drawn.cards[1:3]] == [
        ("encoder", "1.5 k"),
        ("encoder", "1.5 k, call 2"),
    ]
    assert drawn.cards[1].rows[0].hint == "encoder: Sequential()"


def test_frames_stand_in_frames() -> None:
    inner = call("stage.0.part")._replace(scope="stage.0")
    conv, exp = CONV._replace(scope="stage.0.part"), method("exp", "conv", scope="stage.0.part")
    last = method("cos", "exp", scope="stage.0")
    drawn = scene(model(call("stage.0"), inner, conv, exp, last, result="cos"), SPEC)
    assert [(frame.name, frame.title, frame.frame) for frame in drawn.frames] == [
        ("stage.0", "stage.0", None),
        ("stage.0.part", "part", "stage.0"),
    ]


def test_nearly_equal_cards_of_a_frame_are_equally_wide() -> None:
    tall = layer("long", "linear.Linear", "conv", config="in_features=12345, out_features=12345")
    odd = layer("odd", "linear.Linear", "long", config="in_features=1, out_features=1")
    short = Node("abs", "call_method", "abs", "Net", args=(Use("odd"),), outputs=(MAPS,))
    widths = {
        card.name: card.width for card in scene(model(CONV, tall, odd, short, result="abs"), SPEC).cards
    }
    assert widths["conv"] == widths["long"]
    assert widths["odd"] == widths["abs"] < widths["long"]


@given(graphs())
def test_words_fit_their_card(graph: Graph) -> None:
    for card in scene(view(graph, SPEC), SPEC).cards:
        assert card.width >= max(needed(card, k) for k in range(len(card.rows)))


def needed(card: Card, row: int) -> float:
    title, config = card.rows[row].title, card.rows[row].config
    badge = text_width(f"× {card.repeat}", 10, bold=True) + 12 + 3 if card.repeat > 1 else 0
    # 13 px before the title, 9 after the configuration, 6 between: as drawing/svg.py writes them.
    return 13 + text_width(title, 13) + (6 + text_width(config, 11) if config else 0) + 9 + badge


def test_a_card_links_to_its_class_or_function() -> None:
    relu = Node("f", "call_function", "torch.nn.functional.relu", "Net", args=(Use("conv"),), outputs=(MAPS,))
    tanh = method("tanh", "f")._replace(name="g")
    neg = Node("h", "call_function", "operator.neg", "Net", args=(Use("g"),), outputs=(MAPS,))
    drawn = scene(model(CONV, relu, tanh, neg, result="h"), SPEC)
    types = [row.type for card in drawn.cards for row in card.rows]
    assert types == ["", f"{LAYERS}.conv.Conv2d", "torch.nn.functional.relu", "torch.Tensor.tanh", "", ""]


def test_the_direction_comes_from_the_options() -> None:
    assert scene(model(CONV, result="conv"), replace(SPEC, direction="LR")).direction == "LR"


def _cast(made: TensorMeta, *sources: TensorMeta) -> str:
    """The label of what is made of these."""
    inputs = [Node(f"x{k}", "placeholder", f"x{k}", outputs=(meta,)) for k, meta in enumerate(sources)]
    root = Node("Net", "call_module", "", type="pkg.Net")
    step = method("step", *(node.name for node in inputs), made=made)
    graph = Graph("Net", (*inputs, root, step, Node("output", "output", "y", args=(Use("step"),))))
    graph.validate()
    [label] = [link.label for link in scene(graph, SPEC).links if link.source == "step"]
    return label


def test_a_dtype_is_told_where_it_changes() -> None:
    ids, half = TensorMeta((1, 8), "int64"), TensorMeta((1, 8), "float16")
    assert _cast(TensorMeta((1, 8, 4), "float32"), ids) == "1×8×4 float32"
    assert _cast(half, TensorMeta((1, 8), "float32")) == "float16"
    assert _cast(half, half) == ""
    # Whatever it reads has told it already.
    assert _cast(TensorMeta((1, 8, 4), "float16"), ids, half) == "1×8×4"


def test_a_dtype_is_told_as_it_arrives_where_all_readers_get_it_so() -> None:
    half = IMAGE._replace(dtype="float16")
    exp = method("exp", "x", made=half)._replace(args=(Use("x", seen=half),))
    cos = method("cos", "x", made=IMAGE)
    both = method("add", "exp", "cos", made=half)
    labels = {link.source: link.label for link in scene(model(exp, result="exp"), SPEC).links}
    assert labels == {"x": "1×3×8×8 float16", "exp": ""}
    # One reader gets it as it is: then it is what comes out of the other that is another.
    labels = {link.source: link.label for link in scene(model(exp, cos, both, result="add"), SPEC).links}
    assert labels == {"x": "1×3×8×8", "exp": "float16", "cos": "", "add": ""}


def test_a_long_shape_is_told_in_full() -> None:
    long = TensorMeta(tuple(range(1000, 1012)), "float32")
    assert _cast(long, TensorMeta((1, 8), "float32")) == "×".join(map(str, range(1000, 1012)))
