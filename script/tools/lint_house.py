"""House rules that no general linter knows. Prints one line per breach, exits 1 if there is any.

- functions: at most 60 lines in Python, 50 in Solidity; modules at most 450 lines
- money is integer: no float literal, float() or true division in the layers that handle it
- nothing unfinished is landed (the usual marker words)
- no registry host, home folder or absolute checkout path; no resolved addresses in package-lock.json
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INTEGER_LAYERS = ("domain", "oracle", "strategies", "decision", "journal")
MAX_PYTHON, MAX_SOLIDITY, MAX_MODULE = 60, 50, 450
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
LOCAL = re.compile(
    r"registry\.npm" + r"js|files\.python" + r"hosted|pypi\." + r"org|(?<![\w./])/(?:root|home|work)/"
)


def tracked() -> list[Path]:
    """Files that git tracks, and untracked ones that it does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return [
        ROOT / name for name in listed if name and (ROOT / name).is_file() and not (ROOT / name).is_symlink()
    ]


def python_breaches(path: Path, text: str) -> Iterator[str]:
    """Long functions and, in the integer layers, floats."""
    layer = (
        path.relative_to(ROOT / "agent/ballast").parts[0] if (ROOT / "agent/ballast") in path.parents else ""
    )
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > MAX_PYTHON:
                yield f"{node.lineno}: {node.name} has {size} lines, allowed are {MAX_PYTHON}"
        if layer in INTEGER_LAYERS:
            yield from float_breach(node)


def float_breach(node: ast.AST) -> Iterator[str]:
    """A float literal, a call of float(), or a true division; there is no waiver, on purpose."""
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield f"{node.lineno}: float literal {node.value} where money is integer"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
        yield f"{node.lineno}: float() where money is integer"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _is_path(node):
        yield f"{node.lineno}: true division where money is integer"


def _is_path(node: ast.BinOp) -> bool:
    """`folder / "name"` divides nothing."""
    return any(
        isinstance(side, ast.Constant | ast.JoinedStr) and not _is_number(side)
        for side in (node.left, node.right)
    )


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def solidity_breaches(text: str) -> Iterator[str]:
    """Functions of more than 50 lines, braces included."""
    for match in re.finditer(r"function\s+(\w+)[^;{]*\{", text):
        depth, end = 1, match.end()
        while depth and end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        size = text.count("\n", match.start(), end) + 1
        if size > MAX_SOLIDITY:
            line = text.count("\n", 0, match.start()) + 1
            yield f"{line}: {match[1]} has {size} lines, allowed are {MAX_SOLIDITY}"


def text_breaches(path: Path, text: str) -> Iterator[str]:
    """Rules that hold in every text file."""
    name = path.relative_to(ROOT).as_posix()
    for number, line in enumerate(text.splitlines(), 1):
        if UNFINISHED.search(line):
            yield f"{number}: unfinished: {line.strip()[:60]}"
        if LOCAL.search(line):
            yield f"{number}: a host or path of one machine: {line.strip()[:60]}"
    if name == "package-lock.json" and '"resolved"' in text:
        yield "1: resolved addresses in the lock"
    if path.suffix in {".py", ".sol"} and not name.startswith("tests/") and text.count("\n") > MAX_MODULE:
        yield f"1: {text.count(chr(10))} lines, allowed are {MAX_MODULE}"


def breaches(path: Path) -> Iterator[str]:
    """Everything wrong with one file."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    yield from text_breaches(path, text)
    if path.suffix == ".py":
        yield from python_breaches(path, text)
    if path.suffix == ".sol" and path.is_relative_to(ROOT / "contracts"):
        yield from solidity_breaches(text)


def main() -> int:
    """Prints every breach as path:line: reason."""
    found = [f"{path.relative_to(ROOT)}:{breach}" for path in tracked() for breach in breaches(path)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
