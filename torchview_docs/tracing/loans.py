"""Loans: values that are read for a time from a node that has handed them on as they were.

`x.to(x.dtype)` is x, the same object. Where that is seen, `to` comes between x and its readers; but
when the module is left that wrote it, x is x again, and who reads it then reads no `to`.
"""

from __future__ import annotations

from collections.abc import Sequence

from torchview_docs.tracing.dataflow import Binding, Dataflow
from torchview_docs.tracing.record import Call
from torchview_docs.tracing.tensors import Value

__all__ = ["Loans"]


class Loans:
    """The loans of one run, by the call in which they hold."""

    def __init__(self, flow: Dataflow) -> None:
        self._flow = flow
        #: Of each: the value, from where it was read before, and from where it is.
        self._loans: dict[Call, list[tuple[Value, Binding | None, Binding]]] = {}

    def lend(self, value: Value, node: str, output: int, time: int, call: Call) -> None:
        """As `Dataflow.bind`, until the call is left."""
        before = self._flow.binding(value)
        lent = self._flow.bind(value, node, output, time)
        self._loans.setdefault(call, []).append((value, before, lent))

    def take_back(self, call: Call, returned: Sequence[Value]) -> None:
        """Take back what was lent in a call, the last first; what it returns, the call around it keeps."""
        loans = self._loans.pop(call, None)
        if loans is None:  # as most
            return
        kept = [loan for loan in loans if loan[0] in returned]
        for value, before, lent in reversed(loans):
            if call.parent is None or value not in returned:
                self._flow.restore(value, before, lent)
        if kept and call.parent is not None:
            self._loans.setdefault(call.parent, []).extend(kept)
