"""Said: what cards and panels say besides name and configuration, as the author has asked for."""

from __future__ import annotations

from dataclasses import dataclass

from torchview_docs.changes import Sign
from torchview_docs.drawing.former import became
from torchview_docs.drawing.labels import PATH, Words, count, dtype, measures, path, shape, shortened
from torchview_docs.drawing.looks import PLAIN, Looks
from torchview_docs.drawing.scene import Look
from torchview_docs.graph import Node
from torchview_docs.spec import FigureSpec

__all__ = ["Said", "parameters_of"]

#: A card tells this many shapes or dtypes, and the count of the others.
_TENSORS = 3


@dataclass(frozen=True)
class Said:
    """What an author wants said.

    Attributes:
        spec: The figure's options.
        looks: How its parts look.
    """

    spec: FigureSpec
    looks: Looks = PLAIN

    def look(self, node: Node) -> Look | None:
        """How a step looks."""
        return self.looks.parts.get(node.name)

    def is_spoken_of(self, node: Node) -> bool:
        """Whether something is said of a step itself, so that it must be seen."""
        look = self.look(node)
        return look is not None and (look.stance == "hi" or bool(look.colour or look.numbers or look.sign))

    def sign(self, node: Node) -> Sign:
        """How a step is marked in a comparison."""
        look = self.look(node)
        return look.sign if look is not None else ""

    def measures(self, node: Node) -> str:
        """What was counted of a step, as far as it is to be written: FLOPs may have been for shades only."""
        unsaid = self.spec.unsaid
        now, was = (
            measures(
                None if "show-flops" in unsaid else one.flops, None if "show-memory" in unsaid else one.memory
            )
            for one in (node, node.was or node)
        )
        return became(was, now)

    @property
    def peak(self) -> bool:
        """Whether the peak of memory is written."""
        return "show-memory" not in self.spec.unsaid

    def title(self, node: Node, words: Words, around: Node | None) -> str:
        """The title of a card in the panel of `around`."""
        if not self.spec.show_names or node.op != "call_module" or not node.target:
            return words.title
        where = shortened(path(node, around), PATH)
        return where if where == words.title else f"{where}: {words.title}"

    def config(self, node: Node, config: str) -> str:
        """The configuration, and behind it all else that is said."""
        parts = [config]
        if self.spec.show_params and node.parameters and node.parameters.total:
            parameters = parameters_of(node.was, node)
            # It may stand there already, where a card has nothing else to say.
            others = ", ".join(part for part in config.split(", ") if part != parameters)
            parts = [others, f"{parameters} params"]
        shapes, dtypes = self._of_outputs(node)
        parts += [f"→ {_some(shapes)}" if shapes else "", _some(dtypes)]
        parts += [self.measures(node), self.looks.shares.get(node.name, "")]
        return " · ".join(part for part in parts if part)

    def hint(self, node: Node, hint: str) -> str:
        """The full text, and behind it of what the configuration only counts."""
        shapes, dtypes = self._of_outputs(node)
        lists = [f"→ {', '.join(shapes)}" if len(shapes) > _TENSORS else ""]
        lists += [", ".join(dtypes) if len(dtypes) > _TENSORS else ""]
        return " · ".join(part for part in (hint, *lists) if part)

    def _of_outputs(self, node: Node) -> tuple[list[str], list[str]]:
        """The shapes and the dtypes of what a step makes, as far as they are to be written."""
        if not node.op.startswith("call_"):
            return [], []
        shapes = [shape(tensor) for tensor in node.outputs] if self.spec.show_outputs else []
        dtypes = dict.fromkeys(map(dtype, node.outputs)) if self.spec.show_dtypes else {}
        return shapes, list(dtypes)


def parameters_of(was: Node | None, node: Node) -> str:
    """How many parameters a module has, and in a comparison had."""
    now = count(node.parameters.total) if node.parameters else ""
    return now if was is None or was.parameters is None else became(count(was.parameters.total), now)


def _some(words: list[str]) -> str:
    more = len(words) - _TENSORS
    return ", ".join(words[:_TENSORS]) + (f", {more} more" if more > 0 else "")
