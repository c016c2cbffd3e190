"""Analysis: from the Record of a run to its Graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torchview_docs.graph import Graph, Node, Use
from torchview_docs.tracing.dataflow import Dataflow, Loan, Output
from torchview_docs.tracing.functions import Kind
from torchview_docs.tracing.modules import Modules, class_name, class_of, config_of_module
from torchview_docs.tracing.names import Names
from torchview_docs.tracing.packed import named, operands, values
from torchview_docs.tracing.parameter_counts import ParameterCounts
from torchview_docs.tracing.phases import phase_node, without_empty_phases
from torchview_docs.tracing.places import place_of_class
from torchview_docs.tracing.plans import Plan, Plans, renames
from torchview_docs.tracing.record import Call, Exit, Leave, Record
from torchview_docs.tracing.record import Op as OpEvent
from torchview_docs.tracing.region import Region, indexed
from torchview_docs.tracing.sources import Holdings, hidden, where_it_enters
from torchview_docs.tracing.steps import Steps
from torchview_docs.tracing.tensors import Value

__all__ = ["analyse"]


def analyse(record: Record, modules: Modules, held: Holdings, *, name: str, device: str, mode: str) -> Graph:
    """The Graph of a run.

    Args:
        record: What happened.
        modules: The module tree.
        held: The tensors that modules hold.
        name: Of the model.
        device: Where it ran.
        mode: `eval` or `train`.
    """
    analysis = _Analysis(record, modules, held, name)
    nodes = tuple(analysis.nodes())
    sources = {name: place for name, place in analysis.sources.items() if place}
    return Graph(name, nodes, device=device, mode=mode, sources=sources)


class _Analysis:
    """One pass over the events."""

    def __init__(self, record: Record, modules: Modules, held: Holdings, model: str) -> None:
        self.record = record
        self.modules = modules
        self.held = held
        self.flow = Dataflow()
        self.steps = Steps()
        #: Where the classes of modules are written.
        self.sources: dict[str, str] = {}
        self.names = Names(record, modules, model)
        self._plans = Plans()
        self.open = _calls_with_children(record)
        self._loans: dict[Call, list[Loan]] = {}
        self._sources: dict[tuple[Call | None, Value], str] = {}
        self._parameters = ParameterCounts()
        #: Uses of tensors that modules hold, by open calls: whether the tensor becomes a node is seen later.
        self._late: list[tuple[str, Call | None, str, Value]] = []
        #: Of what left torch: the tensor, the call in which it left, and where it came from then.
        self._gone: dict[Value, tuple[Value, Call | None, list[Output]]] = {}
        #: Operations that update running statistics, and how many outputs they have besides.
        self._statistics: list[tuple[str, int]] = []

    def nodes(self) -> Iterator[Node]:
        for path, value in self.record.inputs:
            name = self.names.free(path, None)
            self.steps.put(-1, Node(name, "placeholder", path, outputs=(value.form.meta,)))
            self.flow.bind(value, (name, 0), -1)
        for time, event in enumerate(self.record.events):
            if isinstance(event, OpEvent):
                self._operation(time, event)
            elif isinstance(event, Call):
                self._enter(time, event)
            elif isinstance(event, Leave):
                self._gone[event.value] = (event.source, event.call, self.flow.read(event.source))
            else:
                self._exit(time, event)
        end = len(self.record.events)
        for path, value in self.record.outputs:
            name = self.names.free(f"output{path}", None)
            args = tuple(self._uses("0", value, None, end))
            self.steps.put(end, Node(name, "output", path.removeprefix(".") or "output", args=args))
        for name, scope, arg, value in self._late:
            source = self._sources.get((scope, value))
            if source is not None:
                self.steps.add_use(name, Use(source, 0, arg))
        self._forget_statistics()
        return without_empty_phases(list(self.steps))

    def _forget_statistics(self) -> None:
        """Running statistics are outputs of what updated them only if something reads them."""
        if self._statistics:
            read = self.steps.used()
            for name, count in self._statistics:
                outputs = self.steps.outputs(name)
                while len(outputs) > count and (name, len(outputs) - 1) not in read:
                    outputs = outputs[:-1]
                self.steps.complete(name, outputs=outputs)

    # -- operations -----------------------------------------------------------------------

    def _operation(self, time: int, event: OpEvent) -> None:
        plan, used = self._plans.of(event)
        result = event.result
        outputs = [result] if type(result) is Value else _outputs(result)
        if plan.renames:
            self._rename(time, event, plan.kind, outputs)
            return
        call, writes, flow = event.call, event.writes, self.flow
        name = self.names.free(plan.short, call)
        part = _part(plan, event)
        args: list[Use] = []
        for arg, value in zip(plan.paths, used, strict=True):
            only = flow.only(value)
            if only is not None:  # as most
                args.append(self._use(only, arg, value))
            elif part is not None and value is event.args[0]:
                args += self._uses(arg, value, call, time, [part])
            else:
                # Of a storage that was written to, a view depends on what it shows.
                shown = [v.region for v in outputs if v.storage == value.storage and v not in used]
                regions = [region for region in shown if region] if flow.written(value) else None
                args += self._uses(arg, value, call, time, regions or None)
        for arg, value in event.returned:
            args += self._detours(arg, value, time)
        if plan.statistics:
            self._statistics.append((name, len(outputs)))
        if writes:
            outputs += [w for w in writes if w not in outputs]
            if plan.kind is not Kind.RESTRIDE:
                carried = [(use.node, use.output) for use in args]
                written = [(value, (name, outputs.index(value))) for value in writes]
                self._write(time, event, part, written, carried)
        self.steps.put(
            time,
            Node(
                name,
                plan.name.op,
                plan.name.target,
                self.names.call(call) if call is not None else None,
                "",
                tuple(args),
                tuple([v.form.meta for v in outputs]),
                (),
                plan.config,
            ),
        )
        for i, value in enumerate(outputs):
            changed = value in writes
            if not (changed and plan.kind is Kind.SETITEM):
                handed_on = not changed and value in used
                self._bind(value, (name, i), time, call if handed_on else None)

    def _write(
        self,
        time: int,
        event: OpEvent,
        part: Region | None,
        written: list[tuple[Value, Output]],
        carried: list[Output],
    ) -> None:
        """Log what an operation has written into its arguments; `part` is how much of the first."""
        read = [value for _, value in operands(event.args, event.kwargs)]
        for value, output in written:
            if value in read:
                self.flow.write(value, part, output, time, carried)

    def _rename(self, time: int, event: OpEvent, kind: Kind, outputs: list[Value]) -> None:
        """`x.data` is x; after `x.data = y` x is y."""
        other = event.args[1] if kind is Kind.SET_DATA and len(event.args) > 1 else event.args[0]
        if not isinstance(other, Value):
            return
        if not self.flow.bound(other):
            source = self._source(other, event.call, time)
            if source is None:
                return
            self.flow.bind(other, source, -1)
        for value in (*outputs, *event.writes):
            self.flow.alias(value, other)

    # -- module calls ---------------------------------------------------------------------

    def _enter(self, time: int, call: Call) -> None:
        parent, name = call.parent, self.names.call(call)
        args: list[Use] = []
        for arg, value in named(call):
            if call not in self.open:
                args += self._uses(arg, value, parent, time)
            elif self.flow.bound(value) or not self.held.get(value):
                args += [self._use(output, arg, value) for output in self.flow.read(value)]
            else:
                self._late.append((name, parent, arg, value))
        scope = self.names.call(parent) if parent is not None else None
        number = self.names.number(call)
        if call.phase:
            node = phase_node(call, name, scope, self.modules.path(call.module))
            self.steps.put(time, node._replace(args=tuple(args), call=number))
            return
        module = call.module
        type_ = class_name(module)
        if type_ not in self.sources:
            self.sources[type_] = place_of_class(class_of(module))
        self.steps.put(
            time,
            Node(
                name,
                "call_module",
                self.modules.path(module),
                scope,
                type_,
                tuple(args),
                config=config_of_module(module),
                parameters=self._parameters.of(module),
                call=number,
            ),
        )

    def _exit(self, time: int, exit_: Exit) -> None:
        call = exit_.call
        name, outputs = self.names.call(call), _outputs(call.result)
        results: list[Use] = []
        for i, value in enumerate(outputs):
            if call in self.open:
                results += self._uses(str(i), value, call, time)
            else:
                handed_on = any(value is given for _, given in named(call))
                self._bind(value, (name, i), time, call.parent if handed_on else None)
        metas = tuple([value.form.meta for value in outputs])
        self.steps.complete(name, outputs=metas, results=tuple(results))
        self._take_back(call, outputs)

    def _take_back(self, call: Call, returned: list[Value]) -> None:
        """Take back what was lent in a call, the last first; what it returns, the call around it keeps."""
        for loan in reversed(self._loans.get(call, [])):
            if call.parent is None or loan.value not in returned:
                self.flow.take_back(loan)
        kept = [loan for loan in self._loans.pop(call, []) if loan.value in returned]
        if kept and call.parent is not None:
            self._loans.setdefault(call.parent, []).extend(kept)

    def _bind(self, value: Value, output: Output, time: int, lent_in: Call | None) -> None:
        """Bind a value; until a call is left, where its node has only handed it on."""
        if lent_in is None:
            self.flow.bind(value, output, time)
        else:
            self._loans.setdefault(lent_in, []).append(self.flow.lend(value, output, time))

    # -- sources --------------------------------------------------------------------------

    def _uses(
        self, arg: str, value: Value, call: Call | None, time: int, regions: list[Region] | None = None
    ) -> list[Use]:
        only = self.flow.only(value)
        if only is not None:  # as most
            return [self._use(only, arg, value)]
        found = self.flow.read(value, regions)
        if not self.flow.bound(value):
            source = self._source(value, call, time)
            if source is not None and source not in found:
                found.insert(0, source)
        return [self._use(output, arg, value) for output in found]

    def _detours(self, arg: str, value: Value, time: int) -> list[Use]:
        """Uses of a tensor whose data went through Python."""
        source, call, found = self._gone[value]
        uses = [self._use(output, arg, source) for output in found]
        return [use._replace(python=True) for use in uses or self._uses(arg, source, call, time)]

    def _use(self, output: Output, arg: str, value: Value) -> Use:
        """A use; where a write through another view made it, the form that is read is told."""
        node, number = output
        made, meta = self.steps.outputs(node)[number], value.form.meta
        return Use(node, number, arg, None if made is meta or made == meta else meta)

    def _source(self, value: Value, call: Call | None, time: int) -> Output | None:
        """Where a value comes from that nothing in the run has made; None for a hidden parameter."""
        held = self.held.get(value)
        if held is None:
            relative = self.flow.relative(value) or self._held_relative(value)
            if relative is not None and relative is not value:
                if self.flow.bound(relative):
                    return self.flow.read(relative)[-1]
                return self._source(relative, call, time)
        scope, start = where_it_enters(value, call, time)
        if held is not None and scope is not None and hidden(held, scope.module):
            return None
        name = self._sources.get((scope, value))
        if name is None:
            target = held.name if held else "tensor"
            name = self._sources[scope, value] = self.names.free(target.rpartition(".")[2], scope)
            around = self.names.call(scope) if scope is not None else None
            kind = held.kind if held else "constant"
            self.steps.put(start, Node(name, "get_attr", target, around, kind, outputs=(value.form.meta,)))
        return (name, 0)

    def _held_relative(self, value: Value) -> Value | None:
        if value.storage is None:
            return None
        return self.held.on_storage(value.storage)


def _calls_with_children(record: Record) -> set[Call]:
    found: set[Call] = set()
    for event in record.events:
        if isinstance(event, OpEvent) and event.call is not None and not renames(event.function):
            found.add(event.call)
        elif isinstance(event, Call) and event.parent is not None and not event.phase:
            found.add(event.parent)
    phases = [event for event in record.events if isinstance(event, Call) and event.phase]
    for phase in reversed(phases):
        if phase in found and phase.parent is not None:
            found.add(phase.parent)
    return found.union(phases)  # also those in which nothing happened: they are no steps


def _part(plan: Plan, event: OpEvent) -> Region | None:
    """Which part of its first argument a write through an index changes."""
    if plan.kind is not Kind.SETITEM or not isinstance(event.args[0], Value):
        return None
    whole = event.args[0].region
    return indexed(whole, event.args[1]) if whole is not None else None


def _outputs(result: Any) -> list[Value]:
    """The values in a packed result, each once."""
    if type(result) is Value:
        return [result]
    return list(dict.fromkeys(value for _, value in values(result)))
