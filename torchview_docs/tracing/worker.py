"""The process that traces: `python -m torchview_docs.tracing.worker`, started by `workers`.

It reads jobs from its standard input and writes replies to its standard output, both moved out
of reach first: what a model prints goes to standard error.
"""

from __future__ import annotations

import contextlib
import cProfile
import importlib
import importlib.metadata
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from torchview_docs.errors import Failure, TraceError
from torchview_docs.expression_parser import parse_model
from torchview_docs.expressions import Call, Container, Name, Value
from torchview_docs.graph import Graph
from torchview_docs.hashes import Hashes, Stamp
from torchview_docs.imports import ImportRecorder
from torchview_docs.manifest import Environment, Manifest
from torchview_docs.messages import Reply, Setup, read_line, write_line
from torchview_docs.processes import adopt_orphans, descendants, kill_each, kill_own_tree
from torchview_docs.records import Record
from torchview_docs.spec import FigureSpec

Trace = Callable[[FigureSpec], Graph]


class Worker:
    """One process's state: what it has imported, and what it knows of the files.

    What a figure depends on is what its own imports reach. Where functions of the project import
    modules of the project, a figure may also use one that an earlier figure's run has brought in
    and that is remembered somewhere: from then on it is watched whose functions run as well.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.hashes = Hashes()
        self.imports = ImportRecorder()
        self.imports.install()
        self.trace = _load(setup.job)
        self._distributions: dict[str, list[str]] | None = None
        #: Where the name of each imported module of the project led when it was imported.
        self._homes: dict[str, str] = {}

    def run(self, spec: FigureSpec) -> Reply:
        """Trace a figure, and say what it depended on."""
        if self._outdated(self._environment()):
            return Reply()
        self.imports.start_job()
        watch = cProfile.Profile(subcalls=False, builtins=False) if self.imports.lazy else None
        with watch or contextlib.nullcontext():
            found = _outcome(self.trace, spec)
        # Modules may have appeared while the model ran; look anew.
        environment = self._environment()
        also = _modules_named(spec) | _modules_of(found) | self._modules_run(watch)
        manifest = self._manifest(environment, also)
        if self._outdated(environment):
            return Reply()
        record = Record.make(spec.trace_key, spec.to_data(), manifest, found)
        return Reply(record, learnt=self._learnt(environment, manifest))

    def _environment(self) -> Environment:
        return Environment(self.setup.path, Path(self.setup.folder), self.hashes)

    def _modules_run(self, watch: cProfile.Profile | None) -> set[str]:
        """The modules whose functions were watched running."""
        if watch is None:
            return set()
        ran = {os.path.abspath(e.code.co_filename) for e in watch.getstats() if not isinstance(e.code, str)}  # noqa: PTH100
        return {name for name, (path, _) in self.imports.stamps.items() if path in ran}

    def _manifest(self, environment: Environment, also: Iterable[str]) -> Manifest:
        own, installed = self.imports.reached(also, lambda name: environment.resolver.find(name).origin)
        if self._distributions is None:
            self._distributions = dict(importlib.metadata.packages_distributions())
        names = {name for top in installed for name in self._distributions.get(top, ())}
        files = {
            self.imports.stamps[name][0]
            for name in own & self.imports.stamps.keys()
            if self.imports.stamps[name][0] != environment.file(name)
        }
        by_file = {
            name for name in own if name in self.imports.stamps and self.imports.stamps[name][0] in files
        }
        return environment.manifest((own - by_file) | installed, files, names)

    def _outdated(self, environment: Environment) -> bool:
        """Whether a module of the project would be another one if it was imported now."""
        for name, (path, stamp) in self.imports.stamps.items():
            if environment.resolver.find(name.partition(".")[0]).origin in ("installed", "standard"):
                continue
            home = environment.file(name)
            if self._homes.setdefault(name, home) != home:
                return True
            try:
                if Stamp.of(path) != stamp:
                    return True
            except OSError:
                return True
        return False

    def _learnt(self, environment: Environment, manifest: Manifest) -> tuple[tuple[str, Stamp, str], ...]:
        found = []
        for name in manifest.modules:
            path = environment.file(name)
            known = self.hashes.known(path)
            if known is not None:
                found.append((path, *known))
        return tuple(found)


def _load(job: str) -> Trace:
    module, _, name = job.partition(":")
    trace: Trace = getattr(importlib.import_module(module), name)
    return trace


def _outcome(trace: Trace, spec: FigureSpec) -> Graph | Failure:
    try:
        return trace(spec)
    except (TraceError, MemoryError) as error:
        if isinstance(error, MemoryError) or _lacks_memory(error):
            return Failure("memory", "The model needs more memory than the limit allows.", _MORE_MEMORY)
        return error.failure
    except SystemExit as error:
        return Failure("crash", f"The model ended the process: SystemExit({error.code!r}).")
    except Exception as error:  # a fault of ours must not cost the other figures
        return Failure("internal", f"{type(error).__name__}: {error}")


_MORE_MEMORY = "Show a smaller model or input, pin `device: meta`, or raise the setting `memory`."


def _lacks_memory(failure: TraceError) -> bool:
    """Whether Python or torch has raised this, or what led to it, for lack of memory."""
    error: BaseException | None = failure
    while error is not None:
        if isinstance(error, MemoryError) or "DefaultCPUAllocator" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _modules_named(spec: FigureSpec) -> set[str]:
    """The modules in the names of a spec: an earlier figure may have imported them."""
    paths = []
    waiting: list[Value] = [parse_model(text) for text in (spec.model, spec.input_from) if text]
    while waiting:
        match waiting.pop():
            case Name(path=path):
                paths.append(path.split("."))
            case Call(function=function, args=args, kwargs=kwargs):
                waiting += [function, *args, *(value for _, value in kwargs)]
            case Container(items=items):
                waiting += items
    names = {".".join(parts[:end]) for parts in paths for end in range(1, len(parts) + 1)}
    return names & sys.modules.keys()


def _modules_of(found: Graph | Failure) -> set[str]:
    """The modules of the classes that ran: they count even where nobody imported them just now."""
    if isinstance(found, Failure):
        return set()
    modules = set()
    for kind in {node.type for node in found.nodes if node.op == "call_module"}:
        name = kind
        while name and name not in sys.modules:
            name = name.rpartition(".")[0]
        modules.add(name)
    return modules - {""}


# -- the process --------------------------------------------------------------------------


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Our ends of the protocol; what anybody reads or prints from now on is not in its way."""
    jobs = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)  # noqa: SIM115
    return jobs, replies


def _read(jobs: BinaryIO, lines: queue.SimpleQueue[bytes]) -> None:
    """Pass lines on; the end of the pipe is the end of the build, also amidst an endless forward."""
    for line in jobs:
        lines.put(line)
    kill_own_tree()


def _reap_strays() -> None:
    """End the processes that a model has left behind, where the system tells which they are."""
    if sys.platform != "linux":
        return
    kill_each(descendants(os.getpid()))
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main() -> None:
    """Serve until the pipe ends."""
    jobs, replies = _take_pipes()
    setup = Setup(**read_line(jobs.readline()))
    if setup.pythonpath is None:
        os.environ.pop("PYTHONPATH", None)
    else:
        os.environ["PYTHONPATH"] = setup.pythonpath
    sys.path[:] = setup.path
    os.chdir(setup.folder)
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(jobs, lines), daemon=True).start()
    _prepare(setup)
    worker = Worker(setup)
    me = os.getpid()
    replies.write(write_line(Reply().to_data()))
    while True:
        spec = FigureSpec.from_data(read_line(lines.get()))
        with _limited(setup.memory):
            reply = worker.run(spec)
        if os.getpid() != me:
            # A child that the model has forked and that has come back from its forward.
            os._exit(0)
        _reap_strays()
        _write_all(replies, write_line(reply.to_data()))


def _write_all(pipe: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[pipe.write(view) :]


def _prepare(setup: Setup) -> None:
    adopt_orphans()
    import torch

    torch.set_num_threads(setup.threads)


@contextlib.contextmanager
def _limited(memory: int) -> Iterator[None]:
    """Let allocations beyond a limit fail, where the system can: then it is one clean MemoryError."""
    try:
        import resource

        used = _data_bytes()
    except (ImportError, OSError):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (used + memory, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    """What counts against RLIMIT_DATA now; OSError where the system doesn't say."""
    pages = int(Path("/proc/self/statm").read_text().split()[5])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
