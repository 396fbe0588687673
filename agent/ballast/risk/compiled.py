"""Functions that need not be traced and compiled anew by every process: `jax.export` and a compile cache.

`portable` stands where `jax.jit` does. Once `use_cache` has named a folder, the first call with arguments of
new shapes looks there for the function as an earlier process has exported it; an artefact that another JAX
or another version of the model has made is not used, the function is traced as ever, and the new artefact
takes its place. Both ways lead to the same compiled arithmetic and so to the same bits.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import stat
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import jax
from jax import export
from jaxlib import version as jaxlib_version

CACHE_VARIABLE = "BALLAST_CACHE_DIR"
_SEPARATOR = b"\n"

_folder: Path | None = None
_notes: list[str] = []


def use_cache(folder: Path | None = None) -> tuple[str, ...]:
    """Keeps compiled functions in ``folder`` from now on; without one, in the user's cache folder.

    What lies there is run as code, so a folder that somebody else could write to is not used. Returns what a
    log should say: where the cache is, or why there is none.
    """
    global _folder  # noqa: PLW0603 (one cache a process, as JAX has)
    chosen = folder or _default_folder()
    fault = _made_private(chosen)
    if fault is not None:
        return (f"no compile cache: {fault}",)
    _folder = chosen
    for name, value in (
        ("jax_compilation_cache_dir", str(chosen / f"xla-{_machine()}")),
        ("jax_persistent_cache_min_compile_time_secs", 0),
        ("jax_persistent_cache_min_entry_size_bytes", -1),
    ):
        jax.config.update(name, value)  # type: ignore[no-untyped-call]
    return (f"compile cache at {chosen}",)


def taken_notes() -> tuple[str, ...]:
    """What happened to artefacts since the last call, for the log."""
    taken = tuple(_notes)
    _notes.clear()
    return taken


def portable(
    result: Callable[..., Any], static_argnums: Sequence[int] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Like `jax.jit` for a function of arrays.

    ``result`` gets the call's arguments and returns anything of the result's tree structure, for example its
    own argument where a state comes back. Static arguments are told apart by their `repr`.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        return _Portable(function, result, frozenset(static_argnums))

    return decorate


class _Portable:
    def __init__(
        self, function: Callable[..., Any], result: Callable[..., Any], static: frozenset[int]
    ) -> None:
        functools.update_wrapper(self, function)
        self._function, self._result, self._static = function, result, static
        self._ready: dict[Any, Callable[..., Any]] = {}

    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401 (any pytrees of arrays)
        leaves, tree = jax.tree.flatten(
            [one for place, one in enumerate(arguments) if place not in self._static]
        )
        fixed = tuple(repr(arguments[place]) for place in sorted(self._static))
        key = (_folder, fixed, tree, tuple((leaf.shape, leaf.dtype) for leaf in leaves))
        ready = self._ready.get(key)
        if ready is None:
            ready = self._ready[key] = self._prepared(arguments, leaves, tree, fixed)
        return jax.tree.unflatten(jax.tree.structure(self._result(*arguments)), ready(*leaves))

    def _prepared(
        self,
        arguments: Sequence[Any],
        leaves: list[Any],
        tree: Any,  # noqa: ANN401 (JAX's)
        fixed: tuple[str, ...],
    ) -> Callable[..., Any]:
        traced = jax.jit(self._flat(arguments, tree))
        if _folder is None:
            return traced
        sizes = [(leaf.shape, str(leaf.dtype)) for leaf in leaves]
        name = f"{self._function.__module__}.{self._function.__qualname__}"
        digest = hashlib.sha256(repr((name, fixed, str(tree), sizes)).encode()).hexdigest()
        path = _folder / f"{self._function.__name__.strip('_')}-{digest[:32]}.export"
        found = _loaded(path)
        if found is not None:
            return found
        _export(path, traced, leaves)
        # By the artefact from the first run on, so that every run of a version takes one way.
        return _loaded(path) or traced

    def _flat(self, arguments: Sequence[Any], tree: Any) -> Callable[..., list[Any]]:  # noqa: ANN401 (JAX's)
        function, static = self._function, self._static

        def flat(*leaves: Any) -> list[Any]:  # noqa: ANN401 (arrays)
            moving = iter(jax.tree.unflatten(tree, leaves))
            whole = [one if place in static else next(moving) for place, one in enumerate(arguments)]
            flattened: list[Any] = jax.tree.leaves(function(*whole))
            return flattened

        return flat


def _loaded(path: Path) -> Callable[..., Any] | None:
    """The exported function; None, and a note, where there is none that this version may use."""
    try:
        head, _, body = path.read_bytes().partition(_SEPARATOR)
        made_by = json.loads(head)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        _notes.append(f"{path.name} cannot be read ({error}); compiled anew")
        return None
    for name, version in _versions().items():
        if made_by.get(name) != version:
            _notes.append(
                f"{path.name} was made by {name} {made_by.get(name)}, this is {version}; compiled anew"
            )
            return None
    if made_by.get("sha256") != hashlib.sha256(body).hexdigest():
        _notes.append(f"{path.name} is damaged; compiled anew")
        return None
    return jax.jit(export.deserialize(bytearray(body)).call)


def _export(path: Path, traced: jax.stages.Wrapped, leaves: Sequence[Any]) -> None:
    try:
        body = bytes(export.export(traced, platforms=["cpu"])(*leaves).serialize())
    except ImportError as error:
        # The serialiser is an optional part of JAX; the compile cache works without it.
        _notes.append(f"{path.name} cannot be exported: {error}")
        return
    head = json.dumps({**_versions(), "sha256": hashlib.sha256(body).hexdigest()}).encode()
    try:
        # Two agents may start at once: whoever comes last replaces the whole file.
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(head + _SEPARATOR + body)
        Path(file.name).replace(path)
    except OSError as error:
        _notes.append(f"{path.name} cannot be written: {error}")


@functools.cache
def _versions() -> dict[str, str]:
    """What an artefact depends on beside its arguments: JAX and the source of the model."""
    source = hashlib.sha256()
    for file in sorted(resources.files("ballast.risk").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".py"):
            source.update(file.read_bytes())
    return {
        "jax": jax.__version__,
        "jaxlib": jaxlib_version.__version__,
        "model source": source.hexdigest()[:16],
    }


def _default_folder() -> Path:
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    home = Path("~/Library/Caches" if sys.platform == "darwin" else "~/.cache").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or home) / "ballast"


def _made_private(folder: Path) -> str | None:
    """Makes the folder for this user alone; why it cannot be trusted otherwise."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        return f"{folder} cannot be made: {error.strerror}"
    if found.st_uid != os.getuid():
        return f"{folder} belongs to user {found.st_uid}, allowed is {os.getuid()}"
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"{folder} can be written by others (mode {stat.S_IMODE(found.st_mode):o}), allowed is 700"
    return None


def _machine() -> str:
    """Machine code is the processor's: a home folder may be shared by several."""
    info = Path("/proc/cpuinfo")
    text = info.read_text("utf-8") if info.is_file() else platform.processor()
    flags = next((line for line in text.splitlines() if line.startswith(("flags", "Features"))), text)
    return hashlib.sha256(f"{platform.machine()} {flags}".encode()).hexdigest()[:12]
