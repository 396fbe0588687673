"""What a module runs: its code and that of every module of the package that it imports, directly or not."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path


class Code:
    """Code by module name, each file read once: what is running is the text as it was at the start."""

    def __init__(self) -> None:
        self._trees: dict[str, ast.Module] = {}

    def of(self, roots: Iterable[str], leave: frozenset[str]) -> dict[str, str]:
        """Module name to code of the roots and all that they import, by name; `leave` is not followed.

        Comments, docstrings and layout are gone: those change nothing that is computed.
        """
        found, waiting = dict[str, str](), list(roots)
        while waiting:
            name = waiting.pop()
            if name not in found and name not in leave:
                found[name] = ast.unparse(self._tree(name))
                waiting += self._imported(name)
        return dict(sorted(found.items()))

    def _imported(self, name: str) -> Iterator[str]:
        """Modules of the package that a module's text imports, wherever in it."""
        for node in ast.walk(self._tree(name)):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names if alias.name.startswith("ballast."))
            elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ballast":
                module = str(node.module)
                inner = [f"{module}.{alias.name}" for alias in node.names]
                yield from (module, *(one for one in inner if _file(one) is not None))

    def _tree(self, name: str) -> ast.Module:
        if name not in self._trees:
            file = _file(name)
            if file is None:
                raise ModuleNotFoundError(f"{name} has no source to read")
            self._trees[name] = _bare(ast.parse(file.read_text("utf-8")))
        return self._trees[name]


def _file(name: str) -> Path | None:
    """Where a module's source is; None where the name is no module with one."""
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec is not None and spec.origin is not None else None


def _bare(tree: ast.Module) -> ast.Module:
    """The tree with every docstring replaced by `pass`."""
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                if ast.get_docstring(node) is not None:
                    node.body[0] = ast.Pass()
    return tree
