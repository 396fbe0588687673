"""All mutants in one program: beside each statement stands its broken copy, and a switch chooses.

Compiling is what makes a mutant dear, so all are compiled at once. A broken statement is woven in as
`{ if (mutantOn(7)) { broken } else { whole } }`, a broken condition or initial value as a conditional
expression. The switch is the balance of an address that nobody has, set on the node that the tests fork from:
the tests are not touched, and no mutant is on while it is zero. A balance that no mutant has makes every
switch that is reached tell its number to the console: so one run tells which tests reach which mutant.

What cannot be woven in (initial values of constants, loop headers, changes that do not compile) is left to
be judged alone.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from mutant_tree import COPIES, Change
from run_tests import ROOT

SWITCH = "0x000000000000000000000000006d7574616e7473"
TELL = 2**128 - 1  # the balance at which switches tell their numbers
SWITCH_SOURCE = "contracts/MutantSwitch.sol"
SWITCH_CODE = f"""// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

function mutantOn(uint256 number) pure returns (bool) {{
    function(uint256) view returns (bool) asks = _asks;
    function(uint256) pure returns (bool) told;
    assembly ("memory-safe") {{
        told := asks
    }}
    return told(number);
}}

function _asks(uint256 number) view returns (bool) {{
    uint256 wanted = address(uint160({int(SWITCH, 16)})).balance;
    if (wanted == {TELL}) {{
        address console = 0x000000000000000000636F6e736F6c652e6c6f67;
        (bool told,) = console.staticcall(abi.encodeWithSignature("log(string,uint256)", "mutant", number));
        told;
    }}
    return wanted == number;
}}
"""
IMPORT = '\nimport {mutantOn} from "ballast/MutantSwitch.sol";\n'
STATEMENTS = {"ExpressionStatement", "Return", "EmitStatement", "RevertStatement"}
KEPT = COPIES / "schemas"
ANALYSIS_ROUNDS = 60  # the parser tells one error at a time

Json = Any


@dataclass(frozen=True, order=True)
class Place:
    """A stretch of source that can stand twice: a statement with its semicolon, or an expression."""

    start: int
    end: int
    statement: bool


@dataclass(frozen=True)
class Woven:
    """A source with its mutants in it; `spans` tell which numbers a stretch of the new text belongs to."""

    text: str
    spans: tuple[tuple[int, int, tuple[int, ...]], ...]


def places(tree: Json, source: str) -> list[Place]:
    """Return the places of one source's syntax tree, none inside another.

    Args:
        tree: what the compiler prints for `ast`
        source: its text, ASCII, so that bytes are characters
    """
    if not source.isascii():
        raise ValueError("the compiler counts bytes, and this source has characters of more than one")
    return sorted(set(_places(tree, source)))


def _places(node: Json, source: str) -> Iterator[Place]:
    if isinstance(node, list):
        for item in node:
            yield from _places(item, source)
        return
    if not isinstance(node, dict):
        return
    kind = node.get("nodeType")
    if kind in STATEMENTS:
        start, end = _range(node)
        yield Place(start, source.index(";", end - 1) + 1, statement=True)
        return
    if kind == "VariableDeclarationStatement" and node.get("initialValue"):
        yield Place(*_range(node["initialValue"]), statement=False)
    if kind in {"IfStatement", "WhileStatement", "ForStatement"} and node.get("condition"):
        yield Place(*_range(node["condition"]), statement=False)
    for name, child in node.items():
        if name != "loopExpression":  # a loop's header takes no block
            yield from _places(child, source)


def _range(node: Json) -> tuple[int, int]:
    start, length, _ = (int(part) for part in node["src"].split(":"))
    return start, start + length


def place_of(change: Change, among: Iterable[Place]) -> tuple[Place, Change] | None:
    """Find the place that holds a change, and the change without the blanks around what it takes away."""
    lead = len(change.old) - len(change.old.lstrip())
    old = change.old.strip()
    start = change.start + lead
    for place in among:
        if place.start <= start and start + len(old) <= place.end:
            return place, Change(change.path, start, old, change.new.strip() if lead else change.new)
    return None


def weave(source: str, broken: Mapping[Place, Mapping[int, Change]]) -> Woven:
    """Put the broken copies beside what they break."""
    text, at = "", 0
    spans: list[tuple[int, int, tuple[int, ...]]] = []
    for place in sorted(broken):
        text += source[at : place.start]
        whole, begin, at = source[place.start : place.end], len(text), place.end
        text += "{ " if place.statement else "("
        for number, change in broken[place].items():
            inside = Change(change.path, change.start - place.start, change.old, change.new).apply(whole)
            text += f"if (mutantOn({number})) " if place.statement else f"mutantOn({number}) ? "
            spans.append((len(text), len(text) + len(inside) + 4, (number,)))
            text += f"{{ {inside} }} else " if place.statement else f"({inside}) : "
        text += f"{{ {whole} }} }}" if place.statement else f"({whole}))"
        spans.append((begin, len(text), tuple(broken[place])))
    text += source[at:]
    return _with_import(Woven(text, tuple(spans)))


def _with_import(woven: Woven) -> Woven:
    place = woven.text.index(";", woven.text.index("pragma solidity")) + 1
    text = woven.text[:place] + IMPORT + woven.text[place:]
    return Woven(text, tuple((a + len(IMPORT), b + len(IMPORT), numbers) for a, b, numbers in woven.spans))


def guilty(woven: Woven, start: int, end: int) -> set[int]:
    """Return the numbers whose text holds an error at these characters: the narrowest stretch counts.

    An error in a function's header (a storage pointer that is returned unset) is of the first that follows.
    """
    hit = [(b - a, numbers) for a, b, numbers in woven.spans if a < max(end, start + 1) and start < b]
    after = [(a, -b, numbers) for a, b, numbers in woven.spans if a >= end]
    return set(min(hit)[-1]) if hit else set(min(after)[-1]) if after else set()


# ---------------------------------------------------------------- the compiler


def sources() -> dict[str, str]:
    """Return every contract by its path."""
    found = sorted(path for path in (ROOT / "contracts").rglob("*.sol") if ".cache" not in path.parts)
    return {str(path.relative_to(ROOT)): path.read_text() for path in found}


def ask_compiler(texts: Mapping[str, str], outputs: Json) -> Json:
    """Run the compiler without the optimizer; return its JSON."""
    remappings = tomllib.loads((ROOT / "foundry.toml").read_text())["profile"]["default"]["remappings"]
    settings = {"remappings": remappings, "evmVersion": "cancun", "outputSelection": {"*": outputs}}
    told = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in texts.items()},
        "settings": settings,
    }
    command = [str(ROOT / "build/bin/solc-0.8.37"), "--standard-json"]
    done = subprocess.run(
        command, cwd=ROOT, input=json.dumps(told), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def errors(answer: Json) -> list[tuple[str, int, int]]:
    """Return file, first character and end of each error.

    Raises:
        RuntimeError: for an error without a place.
    """
    found = [error for error in answer.get("errors", []) if error["severity"] == "error"]
    for error in found:
        if "sourceLocation" not in error:
            raise RuntimeError(error["formattedMessage"])
    locations = [error["sourceLocation"] for error in found]
    return [(place["file"], place["start"], place["end"]) for place in locations]


def _key(texts: Mapping[str, str], changes: Mapping[int, Change]) -> str:
    told = repr(
        (sorted(texts.items()), sorted((number, astuple(change)) for number, change in changes.items()))
    )
    return hashlib.sha256((SWITCH_CODE + told).encode()).hexdigest()[:16]


class Schema:
    """The woven sources, the mutants that are in them by number, and those that are not."""

    def __init__(self, changes: Mapping[int, Change]) -> None:
        """Weave all that compiles.

        Args:
            changes: mutants by number, from 1
        """
        self._sources = sources()
        self._kept = KEPT / f"{_key(self._sources, changes)}.json"
        if self._kept.is_file():
            kept = json.loads(self._kept.read_text())
            self.numbers, self._texts = frozenset(kept["numbers"]), kept["texts"]
            return
        self._trees = ask_compiler(self._sources, {"": ["ast"]})["sources"]
        self._woven: dict[str, Woven] = {}
        self._broken: dict[str, dict[Place, dict[int, Change]]] = defaultdict(lambda: defaultdict(dict))
        for number, change in changes.items():
            self._place(number, change)
        self._weave_what_compiles()
        self.numbers = frozenset(n for held in self._broken.values() for at in held.values() for n in at)
        self._texts = self._woven_texts()
        self._keep()

    def _place(self, number: int, change: Change) -> None:
        path = change.path
        found = place_of(change, places(self._trees[path]["ast"], self._sources[path]))
        if found is not None:
            self._broken[path][found[0]][number] = found[1]

    def texts(self) -> dict[str, str]:
        """Return every contract with its mutants in it, and the switch."""
        return dict(self._texts)

    def _keep(self) -> None:
        """Finding out what compiles takes half a minute: it is kept for the next call."""
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        self._kept.write_text(json.dumps({"numbers": sorted(self.numbers), "texts": self._texts}))

    def _woven_texts(self) -> dict[str, str]:
        woven = {path: woven.text for path, woven in self._woven.items()}
        return {**self._sources, **woven, SWITCH_SOURCE: SWITCH_CODE}

    def _weave_what_compiles(self) -> None:
        """Take out what the compiler refuses, until it takes the rest, code generation included."""
        outputs: list[Json] = [{"": ["ast"]}, {"*": ["evm.bytecode.object"]}]
        for _ in range(ANALYSIS_ROUNDS):
            self._woven = {path: weave(self._sources[path], held) for path, held in self._broken.items()}
            found = errors(ask_compiler(self._woven_texts(), outputs[0]))
            if found:
                self._take_out(found)
            elif len(outputs) == 1:
                return
            else:
                outputs.pop(0)
        raise RuntimeError(f"the compiler still refuses after {ANALYSIS_ROUNDS} rounds: {found[:3]}")

    def _take_out(self, found: Iterable[tuple[str, int, int]]) -> None:
        bad: set[int] = set()
        for path, start, end in found:
            numbers = guilty(self._woven[path], start, end) if path in self._woven else set()
            if not numbers:
                raise RuntimeError(f"an error outside of any mutant: {path}, {start} to {end}")
            bad |= numbers
        for held in self._broken.values():
            for place in list(held):
                held[place] = {n: change for n, change in held[place].items() if n not in bad}
                if not held[place]:
                    del held[place]
