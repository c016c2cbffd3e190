"""Facts: what the placeholders of a caption say of a view."""

from __future__ import annotations

from collections.abc import Sequence

from torchview_docs.drawing.former import became
from torchview_docs.drawing.labels import count, quantity
from torchview_docs.families import class_name
from torchview_docs.graph import Graph, Node
from torchview_docs.views.close import root_call
from torchview_docs.views.totals import total_of

__all__ = ["facts"]


def facts(view: Graph) -> tuple[tuple[str, str], ...]:
    """What the placeholders say of a view; what was not counted is not among it.

    Of a comparison they say what was and what is, where that differs.
    """
    root, outermost = root_call(view), view.children.get(None, ())
    opened = [sum(scope.op == "call_module" for scope in view.scopes(leaf)) for leaf in view.leaves]
    is_now = _counted([node for node in outermost if node.side != "-"])
    was = _counted([node.was or node for node in outermost if node.side != "+"])
    said = {
        **{word: became(was[word], now) for word, now in is_now.items()},
        "class": _classes(root) if root is not None else view.name,
        "depth": str(max(opened, default=0)),
    }
    return tuple((word, words) for word, words in said.items() if words)


def _counted(outermost: Sequence[Node]) -> dict[str, str]:
    parameters = total_of((n.parameters.total if n.parameters else None, n.repeat) for n in outermost)
    flops = total_of((node.flops, node.repeat) for node in outermost)
    memory = total_of((node.memory, node.repeat) for node in outermost)
    return {
        "params": count(parameters or 0),
        "flops": quantity(flops, "FLOPs") if flops is not None else "",
        "memory": quantity(memory, "B") if memory is not None else "",
    }


def _classes(root: Node) -> str:
    return became(class_name((root.was or root).type), class_name(root.type))
