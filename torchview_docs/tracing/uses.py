"""Uses: which outputs of which nodes the tensors are that a step uses.

What nothing in the run has made comes from a source: a parameter, a buffer or a constant, for
which a node is put where it is first taken up.
"""

from __future__ import annotations

from collections.abc import Sequence

from torchview_docs.graph import Node, Use
from torchview_docs.tracing.dataflow import Dataflow, Output
from torchview_docs.tracing.holdings import Holdings
from torchview_docs.tracing.names import Names
from torchview_docs.tracing.record import Call, Leave
from torchview_docs.tracing.region import Region
from torchview_docs.tracing.sources import hidden, where_it_enters
from torchview_docs.tracing.steps import Steps
from torchview_docs.tracing.tensors import Value

__all__ = ["Uses"]

_new = tuple.__new__
#: What a use has besides node, output and argument.
_REST = tuple(Use._field_defaults[name] for name in Use._fields[3:])


class Uses:
    """Finds the uses of one run.

    Args:
        flow: Where tensors come from.
        steps: The nodes so far; sources are added to them.
        names: Of the nodes.
        held: What modules hold.
    """

    def __init__(self, flow: Dataflow, steps: Steps, names: Names, held: Holdings) -> None:
        self._flow = flow
        self._steps = steps
        self._names = names
        self._held = held
        self._sources: dict[tuple[Call | None, Value], str] = {}
        #: Of what left torch: the tensor, the call in which it left, and where it came from then.
        self._gone: dict[Value, tuple[Value, Call | None, list[Output]]] = {}

    def plain(self, args: Sequence[str], values: Sequence[Value]) -> list[Use] | None:
        """Of values that one node each has made whole, as most; None where one of them is another."""
        found = self._flow.whole(values)
        if found is None:
            return None
        # As `Use(…)` makes them, in a third of the time.
        return [_new(Use, (made[0], made[1], arg, *_REST)) for arg, made in zip(args, found, strict=True)]

    def of(
        self, arg: str, value: Value, call: Call | None, time: int, regions: list[Region] | None = None
    ) -> list[Use]:
        """Of one value, or of some regions of its storage, in a call."""
        found = self._flow.read(value, regions)
        if not self._flow.bound(value):
            source = self.source(value, call, time)
            if source is not None and source not in found:
                found.insert(0, source)
        return [self.use(output, arg, value) for output in found]

    def made(self, arg: str, value: Value) -> list[Use]:
        """Of one value, as far as the run has made it."""
        return [self.use(output, arg, value) for output in self._flow.read(value)]

    def use(self, output: Output, arg: str, value: Value) -> Use:
        """A use; where a write through another view made it, the form that is read is told."""
        node, number = output
        made, meta = self._steps.outputs(node)[number], value.form.meta
        return Use(node, number, arg, None if made is meta or made == meta else meta)

    # -- through Python -------------------------------------------------------------------

    def leave(self, event: Leave) -> None:
        """Data of a tensor leaves torch."""
        self._gone[event.value] = (event.source, event.call, self._flow.read(event.source))

    def detours(self, arg: str, value: Value, time: int) -> list[Use]:
        """Uses of a tensor whose data went through Python."""
        source, call, found = self._gone[value]
        uses = [self.use(output, arg, source) for output in found]
        return [use._replace(python=True) for use in uses or self.of(arg, source, call, time)]

    # -- sources --------------------------------------------------------------------------

    def of_source(self, arg: str, value: Value, scope: Call | None) -> Use | None:
        """Of the source of a value in a call, if it has become a node."""
        name = self._sources.get((scope, value))
        return None if name is None else Use(name, 0, arg)

    def source(self, value: Value, call: Call | None, time: int) -> Output | None:
        """Where a value comes from that nothing in the run has made; None for a hidden parameter."""
        held = self._held.get(value)
        if held is None:
            relative = self._flow.relative(value) or self._held_relative(value)
            if relative is not None and relative is not value:
                if self._flow.bound(relative):
                    return self._flow.read(relative)[-1]
                return self.source(relative, call, time)
        scope, start = where_it_enters(value, call, time)
        if held is not None and scope is not None and hidden(held, scope.module):
            return None
        name = self._sources.get((scope, value))
        if name is None:
            target = held.name if held else "tensor"
            name = self._sources[scope, value] = self._names.free(target.rpartition(".")[2], scope)
            around = self._names.call(scope) if scope is not None else None
            kind = held.kind if held else "constant"
            self._steps.put(start, Node(name, "get_attr", target, around, kind, outputs=(value.form.meta,)))
        return (name, 0)

    def _held_relative(self, value: Value) -> Value | None:
        if value.storage is None:
            return None
        return self._held.on_storage(value.storage)
