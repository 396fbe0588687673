"""The tests compiled once together with all mutants, and run against one mutant after the other.

See `mutant_schema.py` for how a mutant is switched on. Tests that fail while none is on (limits of gas: a
switch costs gas) are left out here, and named for those mutants that they reach; suites that only measure,
or act at random for minutes, are not run at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from functools import cached_property
from typing import Any

from mutant_schema import KEPT, SWITCH, TELL, Schema
from mutant_tree import COPIED, FAST, MutantTree, Suite
from run_tests import FORGE

from ballast.replica.rpc import RpcClient

OUT = {"FOUNDRY_OUT": "build/forge", "FOUNDRY_CACHE_PATH": "build/forge-cache"}
FEW = {"FOUNDRY_FUZZ_RUNS": "64"}
LEFT_OUT = r"StolenKeyTest|Invariants|[gG]as|GivenConformance"
BARE = ("tests/contracts/unit/", "tests/contracts/oracle/")
BARE_MODELS = ("CompoundV3ConformanceTest", "MakerConformanceTest")  # beside one of the real Aave
TOLD = re.compile(r"mutant (\d+)")
FIRST_SUITES = 3
MAP_SECONDS = 900

Json = Any


@dataclass(frozen=True, order=True)
class Test:
    """One test: its contract and its name without arguments."""

    path: str
    contract: str
    name: str

    @property
    def bare(self) -> bool:
        """Tell whether it runs on no fork of its own, and so needs one from forge to see the switch.

        Never both: a fork within a fork knows the accounts of neither.
        """
        return self.path.startswith(BARE) or self.contract in BARE_MODELS


@dataclass(frozen=True)
class Verdict:
    """killed, survived, timeout or unreached, and the test that gave it."""

    word: str
    by: str


class Program:
    """The compiled copy on one node. One at a time: the switch is the node's."""

    def __init__(self, schema: Schema, upstream: str, seconds: int, slot: int) -> None:
        """Write and compile the copy.

        Args:
            schema: the woven sources
            upstream: URL of a node whose balances may be set
            seconds: limit for one run of tests
            slot: number of the copy

        Raises:
            RuntimeError: where the copy does not compile.
        """
        self._upstream, self._seconds = upstream, seconds
        self._rpc = RpcClient(upstream)
        self._tree = MutantTree(slot, upstream, seconds)
        for path, text in schema.texts().items():
            copy = self._tree.root / path
            if not copy.is_file() or copy.read_text() != text:
                copy.write_text(text)
        self._compile()
        self._kills: dict[str, Counter[str]] = defaultdict(Counter)

    @property
    def failing(self) -> frozenset[Test]:
        """The tests that fail while no mutant is on."""
        return self._map[0]

    @property
    def reaching(self) -> dict[int, frozenset[Test]]:
        """The tests that reach a mutant, by its number."""
        return self._map[1]

    @cached_property
    def _map(self) -> tuple[frozenset[Test], dict[int, frozenset[Test]]]:
        failing, reaching = self._known() or self._find_out()
        if not reaching:
            raise RuntimeError("no test reaches any mutant: the switch is deaf")
        return failing, reaching

    def _known(self) -> tuple[frozenset[Test], dict[int, frozenset[Test]]] | None:
        """Read what an earlier call found out about the same sources and tests."""
        kept = KEPT / f"{self._key()}.reach.json"
        if not kept.is_file():
            return None
        told = json.loads(kept.read_text())
        reaching = {int(number): _tests(rows) for number, rows in told["reaching"].items()}
        return _tests(told["failing"]), reaching

    def _find_out(self) -> tuple[frozenset[Test], dict[int, frozenset[Test]]]:
        failing = self._failing()
        reaching = self._reaching()
        rows = {number: [astuple(test) for test in sorted(tests)] for number, tests in reaching.items()}
        told = {"failing": [astuple(test) for test in sorted(failing)], "reaching": rows}
        (KEPT / f"{self._key()}.reach.json").write_text(json.dumps(told))
        return failing, reaching

    def _key(self) -> str:
        files = sorted(path for folder in COPIED for path in (self._tree.root / folder).rglob("*.sol"))
        return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]

    def _compile(self) -> None:
        done = self._forge(["build"], MAP_SECONDS)
        if done.returncode:
            raise RuntimeError(f"the program of all mutants does not compile:\n{done.stderr[-3000:]}")

    def _forge(self, arguments: list[str], seconds: float) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **FAST, **OUT, **FEW, "BALLAST_UPSTREAM": self._upstream}
        environment.pop("BALLAST_ARTIFACTS", None)
        return subprocess.run(
            [FORGE, *arguments],
            cwd=self._tree.root,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=seconds,
        )

    def _test(self, switch: int, arguments: list[str], seconds: float, *, bare: bool) -> Json:
        return self._told(switch, ["test", "--json", *self._alike(bare=bare), *arguments], seconds)

    def _told(self, switch: int, command: list[str], seconds: float) -> Json:
        self._rpc.call("anvil_setBalance", SWITCH, hex(switch))
        done = self._forge(command, seconds)
        if not done.stdout.startswith("{"):
            raise RuntimeError(f"forge ran no test: {(done.stderr or done.stdout)[-800:]}")
        return json.loads(done.stdout)

    def _alike(self, *, bare: bool) -> list[str]:
        if bare:
            fork = [
                "--fork-url",
                self._upstream,
                "--match-path",
                "tests/contracts/{unit,oracle,conformance}/*",
            ]
            return [*fork, "--no-match-contract", f"{LEFT_OUT}|AaveV3ConformanceTest"]
        others = ["--no-match-path", "tests/contracts/{unit,oracle}/*"]
        return [*others, "--no-match-contract", "|".join([LEFT_OUT, *BARE_MODELS])]

    def _every(self, switch: int, arguments: list[str]) -> list[tuple[Test, Json]]:
        told = [self._test(switch, arguments, MAP_SECONDS, bare=bare) for bare in (True, False)]
        return [result for part in told for result in _results(part)]

    def _failing(self) -> frozenset[Test]:
        return frozenset(test for test, result in self._every(0, []) if _failed(result))

    def _reaching(self) -> dict[int, frozenset[Test]]:
        """Return the tests by mutant that they reach; one run of a fuzzed test is taken for all."""
        told: dict[int, set[Test]] = defaultdict(set)
        for test, result in self._every(TELL, ["-vv", "--fuzz-runs", "4"]):
            for number in TOLD.findall("\n".join(result["decoded_logs"])):
                told[int(number)].add(test)
        return {number: frozenset(tests) for number, tests in told.items()}

    def judge(self, number: int, path: str) -> Verdict:
        """Switch one mutant on and run the tests that reach it, the likeliest suites first."""
        tests = self.reaching.get(number, frozenset()) - self.failing
        if not tests:
            return Verdict("survived", "no test reaches it")
        suites = Counter(test.contract for test in tests)
        order = sorted(suites, key=lambda suite: (-self._kills[path][suite], -suites[suite], suite))
        for part in (order[:1], order[1:FIRST_SUITES], order[FIRST_SUITES:]):
            verdict = self._run(number, [test for test in tests if test.contract in part])
            if verdict.word != "survived":
                self._kills[path][verdict.by.split(".")[0]] += 1
                return verdict
        return Verdict("survived", "")

    def asked(self, number: int, suite: Suite) -> Verdict:
        """Switch one mutant on and run the tests that are named, which no map is needed for.

        Returns:
            unknown, where they do not all pass while no mutant is on
        """
        filters = ["--match-path", suite.path, "--match-test", suite.test]
        fork = ["--fork-url", self._upstream] if suite.path.startswith(BARE) else []
        told = [
            self._told(switch, ["test", "--json", *fork, *filters], self._seconds) for switch in (0, number)
        ]
        before, after = (_results(each) for each in told)
        if not before or any(result["status"] != "Success" for _, result in before):
            return Verdict("unknown", "")
        failed = [test.name for test, result in after if _failed(result)]
        return Verdict("killed", failed[0]) if failed else Verdict("survived", "")

    def left_out(self, number: int) -> list[Test]:
        """Return the tests that reach a mutant and could not be asked here."""
        return sorted(self.reaching.get(number, frozenset()) & self.failing)

    def _run(self, number: int, tests: Iterable[Test]) -> Verdict:
        chosen = list(tests)
        for bare in (True, False):
            verdict = self._run_alike(number, sorted(test for test in chosen if test.bare is bare))
            if verdict.word != "survived":
                return verdict
        return Verdict("survived", "")

    def _run_alike(self, number: int, chosen: list[Test]) -> Verdict:
        if not chosen:
            return Verdict("survived", "")
        contracts, names = (
            sorted({test.contract for test in chosen}),
            sorted({test.name for test in chosen}),
        )
        filters = [
            "--match-contract",
            f"^({'|'.join(contracts)})$",
            "--match-test",
            f"^({'|'.join(names)})\\(",
        ]
        try:
            told = self._test(number, [*filters, "--fail-fast"], self._seconds, bare=chosen[0].bare)
        except subprocess.TimeoutExpired:
            return Verdict("timeout", contracts[0])
        failed = [test for test, result in _results(told) if _failed(result) and test not in self.failing]
        return (
            Verdict("killed", f"{failed[0].contract}.{failed[0].name}") if failed else Verdict("survived", "")
        )


def _results(told: Mapping[str, Json]) -> list[tuple[Test, Json]]:
    """Return every test with its result; a set-up that failed is a test named `setUp`."""
    return [
        (Test(*suite.rpartition(":")[::2], name.partition("(")[0]), result)
        for suite, rows in told.items()
        for name, result in rows["test_results"].items()
    ]


def _tests(rows: Iterable[tuple[str, str, str]]) -> frozenset[Test]:
    return frozenset(Test(*row) for row in rows)


def _failed(result: Json) -> bool:
    return str(result["status"]) == "Failure"
