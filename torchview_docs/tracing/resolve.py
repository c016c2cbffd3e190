"""Resolve: from names and calls of a model expression to Python objects."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from typing import Any

from torchview_docs.errors import Failure, TraceError
from torchview_docs.expressions import Call, Container, Literal, Name, Value
from torchview_docs.options import nearest
from torchview_docs.tracing.failures import failure_of

__all__ = ["build", "evaluate", "find"]

_CONTAINERS: dict[str, Callable[[Iterable[Any]], Any]] = {"list": list, "tuple": tuple, "set": set}


def find(path: str) -> Any:
    """What a dotted name stands for.

    Raises:
        TraceError: Of kind `import`: says which part does not exist, and the nearest that does.
    """
    parts = path.split(".")
    found: Any = _import(parts[0], path, None)
    for i, part in enumerate(parts[1:], 1):
        found = _attribute(found, ".".join(parts[:i]), part, path)
    return found


def _attribute(holder: Any, name: str, part: str, path: str) -> Any:
    try:
        return getattr(holder, part)
    except AttributeError:
        if inspect.ismodule(holder) and hasattr(holder, "__path__"):
            return _import(f"{name}.{part}", path, holder)
    except Exception as error:  # lazy packages import when asked, and that may fail in any way
        raise TraceError(failure_of("import", f"import of {name}.{part}", error)) from error
    raise TraceError(_missing(name, part, holder, path))


def _import(name: str, path: str, package: Any) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise TraceError(
                failure_of(
                    "import", f"import of {name}", error, f"Install {error.name!r}, or mend the import."
                )
            ) from error
        holder, _, part = name.rpartition(".")
        raise TraceError(_missing(holder, part, package, path)) from error
    except (Exception, SystemExit) as error:
        raise TraceError(failure_of("import", f"import of {name}", error)) from error


def _missing(holder: str, part: str, thing: Any, path: str) -> Failure:
    if not holder:
        known = {m.name for m in pkgutil.iter_modules()} | set(sys.builtin_module_names)
        return Failure(
            "import",
            f"there is no module {part!r} (in {path!r}){nearest(part, known)}",
            "Install the package, or name the folder that it is in by the setting `paths` "
            "(`torchview_paths` in conf.py).",
        )
    known = {name for name in dir(thing) if not name.startswith("_")}
    if inspect.ismodule(thing) and hasattr(thing, "__path__"):
        known |= {m.name for m in pkgutil.iter_modules(thing.__path__)}
    kind = "module" if inspect.ismodule(thing) else "class" if inspect.isclass(thing) else "object"
    within = f" (in {path!r})" if path != f"{holder}.{part}" else ""
    return Failure("import", f"{kind} {holder!r} has no {part!r}{within}{_nearest(part, known)}")


def _nearest(word: str, known: Iterable[str]) -> str:
    """As `options.nearest`, for names whose case counts."""
    exact: dict[str, list[str]] = {}
    for name in sorted(known):
        exact.setdefault(name.lower(), []).append(name)
    found = nearest(word, exact)
    for lower, names in exact.items():
        if found.endswith(f"{lower!r}?"):  # `Net` and `net`: the one in which more letters are the same
            best = max(names, key=lambda name: SequenceMatcher(None, word, name).ratio())
            return found.replace(repr(lower), repr(best))
    return found


def evaluate(value: Value) -> Any:
    """The Python object of a literal, a name or a call.

    Raises:
        TraceError: A name does not exist, or a call raises.
    """
    match value:
        case Literal(value=literal):
            return literal
        case Name(path=path):
            return find(path)
        case Container(kind="dict", items=items, keys=keys):
            return {evaluate(k): evaluate(v) for k, v in zip(keys, items, strict=True)}
        case Container(kind=kind, items=items):
            return _CONTAINERS[kind](map(evaluate, items))
        case Call(function=function, args=args, kwargs=kwargs):
            return call(
                find(function.path),
                function.path,
                [*map(evaluate, args)],
                {k: evaluate(v) for k, v in kwargs},
            )
    raise TypeError(f"{value!r} stands for no object")


def call(function: Any, path: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Call a class or factory of the author.

    Raises:
        TraceError: Of kind `model`: it raises, or cannot be called.
    """
    if not callable(function):
        raise TraceError(Failure("model", f"{path!r} is {_a(function)} and cannot be called"))
    try:
        return function(*args, **kwargs)
    except (Exception, SystemExit) as error:
        raise TraceError(failure_of("model", f"{path}(…)", error, _advice(function, error))) from error


def _advice(function: Any, error: BaseException) -> str:
    if (
        isinstance(error, TypeError)
        and error.__traceback__ is not None
        and error.__traceback__.tb_next is None
    ):
        # The call itself was refused: nothing of the function ran.
        try:
            return f"It is declared as {function.__name__}{inspect.signature(function)}."
        except (TypeError, ValueError, AttributeError):
            return ""
    return ""


def build(expression: Name | Call) -> Callable[..., Any]:
    """The model that an expression names: a class is called, so is a factory, an instance is used.

    A function with arguments that it must get is traced as it is; one without is a factory where what
    it returns can be called.

    Raises:
        TraceError: It cannot be found or made, or is no model.
    """
    made = evaluate(expression)
    if isinstance(expression, Name):
        if inspect.isclass(made):
            made = call(made, expression.path, [], {})
        elif inspect.isroutine(made) and not _needs_arguments(made):
            result = call(made, expression.path, [], {})
            made = result if callable(result) else made
    if not callable(made):
        raise TraceError(
            Failure(
                "model", f"{expression} is {_a(made)}, not a model", "Name a torch.nn.Module or a function."
            )
        )
    if _lacks_instance(made):
        method = made.__qualname__
        holder, _, name = method.rpartition(".")
        raise TraceError(
            Failure(
                "model",
                f"{expression} is a method, and no instance of {holder} is named that it belongs to",
                f"Write `{name} = {holder}(…).{name}` in the package, and name that.",
            )
        )
    return made  # type: ignore[no-any-return]  # callable() does not narrow Any


def _lacks_instance(made: Any) -> bool:
    """Whether it is a function of a class that wants an instance."""
    if not inspect.isfunction(made) or "." not in made.__qualname__.rpartition("<locals>.")[2]:
        return False
    return next(iter(inspect.signature(made).parameters), "") == "self"


def _needs_arguments(function: Any) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return True
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return any(p.default is p.empty and p.kind not in kinds for p in parameters)


def _a(thing: Any) -> str:
    name = "module" if inspect.ismodule(thing) else type(thing).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
