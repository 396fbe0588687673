"""Every way in which one place of a source is broken.

Relations, arithmetic and logic turned, constants by one, checks and statements taken out, conditions negated,
zero returned. Assembly, comments, strings and imports are left alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutant_tree import Change
from run_tests import ROOT

NO_CODE = ("contracts/interfaces/", "contracts/types/")
CHECK_FILES = ("contracts/guards/", "contracts/libraries/ConfigCheck.sol")
CHECK_FUNCTION = re.compile(r"\bfunction\s+(_require\w*|_check\w*|_timelocked|_enter)\b")


@dataclass(frozen=True)
class Mutant:
    """One break; `check` marks those of which every one must be noticed."""

    change: Change
    operator: str
    line: int
    check: bool

    @property
    def name(self) -> str:
        """Identify the mutant by its file, place and change."""
        return f"{Path(self.change.path).stem}:{self.line}:{self.operator}:{self._mark()}"

    def _mark(self) -> str:
        text = f"{self.change.path}|{self.change.start}|{self.change.old}|{self.change.new}"
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def mask(source: str) -> str:
    """Blank comments, strings, hex and assembly, keeping every character's place."""
    blank = re.compile(r'//[^\n]*|/\*.*?\*/|hex"[^"]*"|"(?:[^"\\\n]|\\.)*"|\b0x[0-9a-fA-F_]+', re.DOTALL)
    text = blank.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), source)
    for found in list(re.finditer(r"\bassembly\b[^{]*\{", text)):
        end = _closing(text, found.end() - 1)
        text = text[: found.start()] + re.sub(r"[^\n]", " ", text[found.start() : end]) + text[end:]
    header = re.compile(r"^(?:import|pragma|using)\b.*?;", re.MULTILINE | re.DOTALL)
    return header.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def _closing(text: str, opening: int) -> int:
    """Return the place after the bracket that closes the one at `opening`."""
    pairs = {"(": ")", "{": "}"}
    left, right = text[opening], pairs[text[opening]]
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == left) - (text[place] == right)
        if depth == 0:
            return place + 1
    raise ValueError(f"bracket at {opening} is never closed")


RELATIONS = {"<=": ("<", ">"), ">=": (">", "<"), "<": ("<=",), ">": (">=",), "==": ("!=",), "!=": ("==",)}
ARITHMETIC = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "%": "*",
    "+=": "-=",
    "-=": "+=",
    "|=": "&=",
    ">>": "<<",
    "<<": ">>",
}
ASSIGNMENT = re.compile(
    r"^[ ]+(?!return\b|require\b|revert\b|emit\b|delete\b)[(\w][\w.\[\](), ]* (?:=|\+=|-=|\|=) [^=][^\n]*;$",
    re.MULTILINE,
)
CALL = re.compile(
    r"^[ ]+(?!(?:return|require|revert|event|error|if|for|while|function)\b)[\w.\[\]]+\([^\n]*\);$",
    re.MULTILINE,
)
DECLARES = re.compile(
    r"^\s*(?:\(?u?int\d*|address|bool|bytes\d*|string|[A-Z]\w+)(?:\[\])?(?: memory| storage| calldata)? \w"
)


def _swaps(text: str) -> Iterator[tuple[str, int, str, str]]:
    for found in re.finditer(r" (<=|>=|<|>|==|!=) ", text):
        for new in RELATIONS[found.group(1)]:
            yield "relation", found.start(1), found.group(1), new
    for found in re.finditer(r" (\+=|-=|\|=|>>|<<|[-+*/%]) ", text):
        yield "arithmetic", found.start(1), found.group(1), ARITHMETIC[found.group(1)]
    for found in re.finditer(r"&&|\|\|", text):
        yield "logic", found.start(), found.group(), "||" if found.group() == "&&" else "&&"
    for found in re.finditer(r"(?<![\w.])\d[\d_]*(?:e\d+)?(?![\w.])(?: (?:days|hours|minutes))?", text):
        yield "constant", found.start(), found.group(), f"({found.group()} + 1)"


def _removals(text: str) -> Iterator[tuple[str, int, str, str]]:
    for found in re.finditer(r"\brequire\(", text):
        end = _closing(text, found.end() - 1) + 1
        yield "require removed", found.start(), text[found.start() : end], ""
    for found in re.finditer(r"\bif \(", text):
        end = _closing(text, found.end() - 1)
        inside = text[found.end() : end - 1]
        yield "condition negated", found.end(), inside, f"!({inside})"
    for found in re.finditer(r"\breturn ([^;(][^;]*);", text):
        zero = _zero(text, found.start(), found.group(1))
        if found.group(1) not in {"0", "true", "false", zero}:
            yield "return zero", found.start(1), found.group(1), zero
    for pattern in (ASSIGNMENT, CALL):
        for found in pattern.finditer(text):
            if not DECLARES.match(found.group()):
                yield "statement deleted", found.start(), found.group(), ""


def _zero(text: str, place: int, value: str) -> str:
    """Return a zero of the type that the function around `place` returns."""
    header = text[text.rfind("function ", 0, place) : place]
    told = re.search(r"returns \((\w+)[^,)]*\)", header)
    kind = told.group(1) if told else ""
    if kind == "bool":
        return "false" if value != "false" else "true"
    return "address(0)" if kind == "address" else "bytes32(0)" if kind == "bytes32" else "0"


def mutants_of(path: str, source: str) -> list[Mutant]:
    """Return every mutant of one source, in the order of the text."""
    text = mask(source)
    requires = [(m.start(), _closing(text, m.end() - 1)) for m in re.finditer(r"\brequire\(", text)]
    checks = [(m.start(), _body_end(text, m.end())) for m in CHECK_FUNCTION.finditer(text)]
    whole = path.startswith(CHECK_FILES)
    found = []
    for operator, start, old, new in [*_swaps(text), *_removals(text)]:
        inside = any(begin <= start < end for begin, end in [*requires, *checks])
        original = source[start : start + len(old)]
        # a removal was cut from the masked text, where strings are blank
        changed = new.replace(old, original) if operator == "condition negated" else new
        line = source.count("\n", 0, start) + 1
        found.append(Mutant(Change(path, start, original, changed), operator, line, whole or inside))
    return sorted(found, key=lambda mutant: (mutant.change.start, mutant.operator, mutant.change.new))


def _body_end(text: str, place: int) -> int:
    opening = text.find("{", place)
    return _closing(text, opening) if opening >= 0 else len(text)


def all_mutants() -> list[Mutant]:
    """Return every mutant of every source that has code."""
    sources = sorted(path for path in (ROOT / "contracts").rglob("*.sol") if ".cache" not in path.parts)
    named = [(str(path.relative_to(ROOT)), path) for path in sources]
    return [
        m for name, path in named if not name.startswith(NO_CODE) for m in mutants_of(name, path.read_text())
    ]
