"""Analysis: from the Record of a run to its Graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from torchview_docs.graph import Graph, Node, Use
from torchview_docs.tracing.dataflow import Dataflow, Output
from torchview_docs.tracing.functions import Kind
from torchview_docs.tracing.holdings import Holdings
from torchview_docs.tracing.loans import Loans
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
from torchview_docs.tracing.steps import Steps
from torchview_docs.tracing.tensors import Value
from torchview_docs.tracing.uses import Uses

__all__ = ["analyse"]

_SETITEM = Kind.SETITEM


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
        #: Where the classes of modules are written.
        self.sources: dict[str, str] = {}
        self.flow = Dataflow()
        self.steps = Steps()
        self.names = Names(record, modules, model)
        self.uses = Uses(self.flow, self.steps, self.names, held)
        self._loans = Loans(self.flow)
        self._plans = Plans()
        #: Calls in which something happens.
        self.open = _calls_with_children(record)
        #: What calls are called with, under the names of the parameters.
        self._given: dict[Call, list[tuple[str, Value]]] = {}
        self._parameters = ParameterCounts()
        #: Uses of tensors that modules hold, by open calls: whether the tensor becomes a node is seen later.
        self._late: list[tuple[str, Call | None, str, Value]] = []
        #: Operations that update running statistics, and how many outputs they have besides.
        self._statistics: list[tuple[str, int]] = []

    def nodes(self) -> Iterator[Node]:
        for path, value in self.record.inputs:
            name = self.names.free(path, None)
            self.steps.put(-1, Node(name, "placeholder", path, outputs=(value.form.meta,)))
            self.flow.bind(value, name, 0, -1)
        for time, event in enumerate(self.record.events):
            if isinstance(event, OpEvent):
                self._operation(time, event)
            elif isinstance(event, Call):
                self._enter(time, event)
            elif isinstance(event, Leave):
                self.uses.leave(event)
            else:
                self._exit(time, event)
        end = len(self.record.events)
        for path, value in self.record.outputs:
            name = self.names.free(f"output{path}", None)
            args = tuple(self._uses("0", value, None, end))
            self.steps.put(end, Node(name, "output", path.removeprefix(".") or "output", args=args))
        for name, scope, arg, value in self._late:
            use = self.uses.of_source(arg, value, scope)
            if use is not None:
                self.steps.add_use(name, use)
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
        call, names = event.call, self.names
        name = names.free(plan.short, call)
        part = _part(event) if plan.kind is _SETITEM else None
        args = self.uses.plain(plan.paths, used)
        if args is None:
            args = self._read(time, event, plan, used, outputs, part=part)
        for arg, value in event.returned:
            args += self.uses.detours(arg, value, time)
        if plan.statistics:
            self._statistics.append((name, len(outputs)))
        if event.writes:
            self._write(time, event, plan, name, outputs, part=part, args=args)
        scope = names.call(call) if call is not None else None
        metas = tuple([v.form.meta for v in outputs])
        fields = (name, plan.name.op, plan.name.target, scope, "", tuple(args), metas, (), plan.config)
        self.steps.put_operation(time, fields)
        for i, value in enumerate(outputs):
            if value in event.writes:
                if plan.kind is not _SETITEM:
                    self.flow.bind(value, name, i, time)
            elif call is not None and value in used:  # it is only handed on
                self._loans.lend(value, name, i, time, call)
            else:
                self.flow.bind(value, name, i, time)

    def _read(
        self,
        time: int,
        event: OpEvent,
        plan: Plan,
        used: Sequence[Value],
        outputs: list[Value],
        *,
        part: Region | None,
    ) -> list[Use]:
        """The uses of an operation, one of which is no plain one; of its first argument it reads `part`."""
        args: list[Use] = []
        for arg, value in zip(plan.paths, used, strict=True):
            if part is not None and value is event.args[0]:
                args += self._uses(arg, value, event.call, time, [part])
            else:
                # Of a storage that was written to, a view depends on what it shows.
                shown = [v.region for v in outputs if v.storage == value.storage and v not in used]
                regions = [region for region in shown if region] if self.flow.written(value) else None
                args += self._uses(arg, value, event.call, time, regions or None)
        return args

    def _uses(
        self, arg: str, value: Value, call: Call | None, time: int, regions: list[Region] | None = None
    ) -> list[Use]:
        found = self.uses.plain((arg,), (value,))
        return self.uses.of(arg, value, call, time, regions) if found is None else found

    def _write(
        self,
        time: int,
        event: OpEvent,
        plan: Plan,
        name: str,
        outputs: list[Value],
        *,
        part: Region | None,
        args: list[Use],
    ) -> None:
        """Log what an operation has written into its arguments; `part` is how much of the first.

        What it has changed is among its outputs from now on.
        """
        outputs += [w for w in event.writes if w not in outputs]
        if plan.kind is Kind.RESTRIDE:
            return
        carried: list[Output] = [(use.node, use.output) for use in args]
        read = [value for _, value in operands(event.args, event.kwargs)]
        for value in event.writes:
            if value in read:
                self.flow.write(value, part, (name, outputs.index(value)), time, carried)

    def _rename(self, time: int, event: OpEvent, kind: Kind, outputs: list[Value]) -> None:
        """`x.data` is x; after `x.data = y` x is y."""
        other = event.args[1] if kind is Kind.SET_DATA and len(event.args) > 1 else event.args[0]
        if not isinstance(other, Value):
            return
        if not self.flow.bound(other):
            source = self.uses.source(other, event.call, time)
            if source is None:
                return
            self.flow.bind(other, *source, -1, exact=False)
        for value in (*outputs, *event.writes):
            self.flow.alias(value, other)

    # -- module calls ---------------------------------------------------------------------

    def _enter(self, time: int, call: Call) -> None:
        parent, name = call.parent, self.names.call(call)
        given = self._given[call] = named(call)
        args: list[Use] = []
        for arg, value in given:
            if call not in self.open:
                args += self._uses(arg, value, parent, time)
                continue
            plain = self.uses.plain((arg,), (value,))
            if plain is not None:  # as most
                args += plain
            elif self.flow.bound(value) or not self.held.get(value):
                args += self.uses.made(arg, value)
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
        if call in self.open:
            for i, value in enumerate(outputs):
                results += self._uses(str(i), value, call, time)
        else:
            given = [value for _, value in self._given[call]]
            for i, value in enumerate(outputs):
                if call.parent is not None and value in given:  # it is only handed on
                    self._loans.lend(value, name, i, time, call.parent)
                else:
                    self.flow.bind(value, name, i, time)
        metas = tuple([value.form.meta for value in outputs])
        self.steps.complete(name, outputs=metas, results=tuple(results))
        self._loans.take_back(call, outputs)


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


def _part(event: OpEvent) -> Region | None:
    """Which part of its first argument a write through an index changes."""
    if not isinstance(event.args[0], Value):
        return None
    whole = event.args[0].region
    return indexed(whole, event.args[1]) if whole is not None else None


def _outputs(result: Any) -> list[Value]:
    """The values in a packed result, each once."""
    if type(result) is Value:
        return [result]
    return list(dict.fromkeys(value for _, value in values(result)))
