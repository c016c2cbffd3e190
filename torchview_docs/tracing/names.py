"""Names of nodes: unique, and stable under edits elsewhere in the model."""

from __future__ import annotations

from collections import Counter

from torchview_docs.tracing.modules import Modules
from torchview_docs.tracing.record import Call, Record

__all__ = ["Names"]


class Names:
    """Gives names.

    A call is named by its module's path, the second one with `@2`; the root by its class. All else,
    phases too, is named by the path of its call and a short name, numbered where it occurs again there.
    """

    def __init__(self, record: Record, modules: Modules, model: str) -> None:
        self._names: dict[Call, tuple[str, str, int]] = {}
        #: Of names that are taken: how many more with a number were asked for.
        self._counts: dict[str, int] = {}
        calls: dict[int, int] = {}
        phases: Counter[tuple[Call | None, str]] = Counter()
        for call in (event for event in record.events if isinstance(event, Call)):
            if call.phase:
                phases[call.parent, call.phase] += 1
                name = self.free(call.phase, call.parent)
                self._names[call] = (name, name, phases[call.parent, call.phase])
                continue
            path = modules.path(call.module)
            number = calls[id(call.module)] = calls.get(id(call.module), 0) + 1
            suffix = f"@{number}" if number > 1 else ""
            name = self._unique(f"{path or model}{suffix}")
            self._names[call] = (name, f"{path}{suffix}" if path or suffix else "", number)

    def call(self, call: Call) -> str:
        """The name of a module call."""
        return self._names[call][0]

    def number(self, call: Call) -> int:
        """The how-manieth call of its module it is; of a phase, in the call around it."""
        return self._names[call][2]

    def free(self, short: str, call: Call | None) -> str:
        """A name that no node has yet, for what ran in a call."""
        prefix = self._names[call][1] if call is not None else ""
        return self._unique(f"{prefix}/{short}" if prefix else short)

    def _unique(self, wanted: str) -> str:
        counts = self._counts
        count = counts.get(wanted)
        if count is None:
            counts[wanted] = 0
            return wanted
        while True:
            count += 1
            name = f"{wanted}_{count}"
            if name not in counts:
                break
        counts[wanted] = count
        counts[name] = 0
        return name
