"""Modules whose names are imported when they are first asked for (PEP 562).

Importing all models takes most of a second; nobody uses them all. This module itself imports
nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

__all__ = ["attach"]


def attach(
    package: str,
    places: "Mapping[str, str]",
    *,
    hints: "Mapping[str, str] | None" = None,
    below: "str | None" = None,
) -> "tuple[Callable[[str], Any], Callable[[], list[str]]]":
    """Return the ``__getattr__`` and ``__dir__`` of a lazy package.

    Args:
        package: The package's name.
        places: Name to the module below the package that has it; "" where the name is itself
            a module below the package.
        hints: Names that people may look for, and what to tell them.
        below: A package that has further names.
    """

    def __getattr__(name: str) -> "Any":  # noqa: N807 - it becomes the package's
        import sys
        from importlib import import_module

        place = places.get(name)
        if place is not None:
            module = import_module(f"{package}.{place or name}")
            value = getattr(module, name) if place else module
        elif below is not None and name in (further := import_module(below)).__all__:
            value = getattr(further, name)
        else:
            raise AttributeError(_explain(package, name, __dir__(), hints or {}))
        setattr(sys.modules[package], name, value)
        return value

    def __dir__() -> "list[str]":  # noqa: N807
        if below is None:
            return sorted(places)
        from importlib import import_module

        return sorted({*places, *import_module(below).__all__})

    return __getattr__, __dir__


def _explain(package: str, name: str, places: "Iterable[str]", hints: "Mapping[str, str]") -> str:
    text = f"module {package!r} has no attribute {name!r}"
    if name.startswith("__"):
        return text
    lowered = name.lower()
    for known, hint in hints.items():
        if known.lower() == lowered:
            return f"{text}; did you mean {hint}"
    for known in places:
        if known.lower() == lowered:
            return f"{text}; did you mean {known}?"
    from difflib import get_close_matches

    close = get_close_matches(name, list(places), n=1, cutoff=0.75)
    return f"{text}; did you mean {close[0]}?" if close else text
