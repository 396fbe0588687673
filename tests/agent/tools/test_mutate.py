"""The mutants: what is broken, what is left alone, what is chosen, and what is run again."""

import sys
from collections import Counter
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[3] / "script/tools"


@pytest.fixture
def mutate(monkeypatch):
    """The tool as a module; scripts are no package."""
    monkeypatch.syspath_prepend(TOOLS)
    import mutate  # noqa: PLC0415

    yield mutate
    for name in (
        "mutate",
        "equivalent_mutants",
        "mutant_program",
        "mutant_schema",
        "mutant_tree",
        "run_tests",
    ):
        sys.modules.pop(name, None)


def mutants_of(path, source):
    """Every mutant of a source; the fixture has put the tools on the path."""
    import mutant_places  # noqa: PLC0415

    return mutant_places.mutants_of(path, source)


def changes(mutate, body, path="contracts/A.sol"):
    """All mutants of a function with this body: operator, what stood there, what comes."""
    head = "contract A {\n    function f(uint256 a, uint256 b) internal returns (uint256) {\n"
    source = f"{head}{body}\n    }}\n}}\n"
    found = mutants_of(path, source)
    for mutant in found:
        mutant.change.apply(source)  # names a place that is there
    return {(m.operator, m.change.old.strip(), m.change.new) for m in found}


def test_every_operator_has_its_mutants(mutate):
    found = changes(
        mutate, "        require(a <= b && b != 7, Bad());\n        x = a;\n        if (a > b) return a + b;"
    )
    assert ("relation", "<=", "<") in found
    assert ("relation", "<=", ">") in found
    assert ("logic", "&&", "||") in found
    assert ("constant", "7", "(7 + 1)") in found
    assert ("require removed", "require(a <= b && b != 7, Bad());", "") in found
    assert ("condition negated", "a > b", "!(a > b)") in found
    assert ("arithmetic", "+", "-") in found
    assert ("return zero", "a + b", "0") in found
    assert ("statement deleted", "x = a;", "") in found


def test_comments_strings_assembly_and_imports_are_left_alone(mutate):
    source = (
        'import {A} from "a < b";\n// a < b\ncontract A {\n    /// a + b\n    function f() internal {\n'
        '        assembly ("memory-safe") {\n            if lt(1, 2) { mstore(0, 1 ) }\n        }\n    }\n}\n'
    )
    assert mutants_of("contracts/A.sol", source) == []


def test_removed_require_keeps_its_strings_out_of_the_place(mutate):
    found = changes(mutate, '        require(a == b, Bad("a)b"));')
    assert ("require removed", 'require(a == b, Bad("a)b"));', "") in found


def test_guards_requires_and_check_functions_are_checks(mutate):
    body = "contract A {\n    function f() internal {\n        x = 5;\n    }\n}\n"
    assert all(m.check for m in mutants_of("contracts/guards/A.sol", body))
    assert not any(m.check for m in mutants_of("contracts/A.sol", body))
    named = body.replace("function f", "function _checkIt")
    assert all(m.check for m in mutants_of("contracts/A.sol", named))


def test_sample_holds_every_check_every_file_and_depends_on_the_seed_alone(mutate):
    plain = "contract A {\n    function f() internal {\n" + "        x = 5;\n" * 40 + "    }\n}\n"
    all_of_them = [
        *mutants_of("contracts/guards/G.sol", plain),
        *mutants_of("contracts/A.sol", plain),
        *mutants_of("contracts/B.sol", plain),
    ]
    chosen = mutate.choose(all_of_them, 12, 1)
    assert {m for m in chosen if m.check} == {m for m in all_of_them if m.check}
    assert {m.change.path for m in chosen} == {"contracts/guards/G.sol", "contracts/A.sol", "contracts/B.sol"}
    assert chosen == mutate.choose(all_of_them, 12, 1)
    assert chosen != mutate.choose(all_of_them, 12, 2)


def test_sample_of_one_file_does_not_depend_on_another(mutate):
    """So results of files that nobody touched stay what they were."""
    line = "contract A {\n    function f() internal {\n"
    many, one_less = (
        line + "        x = 5;\n" * 40 + "    }\n}\n",
        line + "        x = 5;\n" * 39 + "    }\n}\n",
    )
    mine = mutants_of("contracts/B.sol", many)
    before, after = (
        mutate.choose([*mutants_of("contracts/A.sol", text), *mine], 12, 1) for text in (many, one_less)
    )
    kept = [{m.name for m in chosen if m.change.path == "contracts/B.sol"} for chosen in (before, after)]
    assert kept[0]
    assert kept[0] <= kept[1] or kept[1] <= kept[0]


class Tree:
    """Stands where the compiler and forge are: tells what it was asked."""

    def __init__(self, ran):
        self.ran, self.suites, self.changed = ran, [], []

    def change(self, change):
        self.changed.append(change)

    def compile(self):
        return True

    def run(self, suite):
        self.suites.append(suite.path)
        return self.ran


def first_mutant(mutate):
    return next(m for m in mutate.all_mutants() if m.change.path == "contracts/guards/NonceGuard.sol")


@pytest.mark.parametrize(
    ("failed", "timed_out", "verdict"), [(1, False, "killed"), (0, False, "survived"), (0, True, "timeout")]
)
def test_verdict_is_what_the_tests_say(mutate, monkeypatch, failed, timed_out, verdict):
    monkeypatch.setattr(mutate, "is_program", lambda _: True)
    tree = Tree(mutate_ran(mutate, failed=failed, timed_out=timed_out))
    assert mutate.judge_alone(tree, first_mutant(mutate))[0] == verdict
    assert len(tree.suites) == (3 if verdict == "survived" else 1)


def mutate_ran(mutate, *, failed, timed_out):
    import mutant_tree  # noqa: PLC0415

    return mutant_tree.Ran(1, failed, timed_out=timed_out, first_failure="test_x")


def noticed(verdict):
    """A judge who always says the same, and remembers whom he was asked about."""
    asked = []

    def judge(mutant):
        asked.append(mutant)
        return verdict, "test_x"

    return judge, asked


def test_results_are_kept_and_the_last_counts(mutate, tmp_path):
    results = tmp_path / "results.jsonl"
    chosen = [m for m in mutate.all_mutants() if m.change.path == "contracts/guards/NonceGuard.sol"][:3]
    mutate.run(noticed("killed")[0], chosen[:2], results, float("inf"))
    mutate.run(noticed("survived")[0], chosen[1:], results, float("inf"))
    mutate.run(noticed("killed")[0], chosen[1:2], results, float("inf"))
    text = mutate.table(list(mutate.earlier(results).values()), 3, [])
    assert "all: 2 of 3 killed (66.7 %), 0 equivalent (0.0 %), 1 survived" in text
    assert "survived: contracts/guards/NonceGuard.sol" in text


def test_no_time_left_runs_nothing(mutate, tmp_path):
    judge, asked = noticed("killed")
    mutate.run(judge, [first_mutant(mutate)], tmp_path / "r.jsonl", 0)
    assert asked == []


def test_a_changed_source_has_no_results(mutate, tmp_path):
    results = tmp_path / "results.jsonl"
    mutate.run(noticed("killed")[0], [first_mutant(mutate)], results, float("inf"))
    results.write_text(results.read_text().replace('"source": "', '"source": "0'))
    assert mutate.earlier(results) == {}


# ---------------------------------------------------------------- what no test can notice


def survivor(mutate, tmp_path):
    """The result of a mutant that survived, and its spot."""
    results = tmp_path / "results.jsonl"
    mutate.run(noticed("survived")[0], [first_mutant(mutate)], results, float("inf"))
    row = next(iter(mutate.earlier(results).values()))
    return row, mutate.spot_of(row)


def test_argued_survivor_is_equivalent_and_open_without_argument(mutate, tmp_path):
    row, spot = survivor(mutate, tmp_path)
    entry = mutate.Equivalent(spot, 1, "because")
    assert mutate.fates([row], [entry]) == {row.name: "equivalent"}
    assert mutate.fates([row], []) == {row.name: "survived"}
    assert "0 of 1 killed (0.0 %), 1 equivalent (100.0 %), 0 survived" in mutate.table([row], 1, [entry])


def test_argument_covers_as_many_as_it_says(mutate, tmp_path):
    _, spot = survivor(mutate, tmp_path)
    assert mutate.argued([spot, spot], [mutate.Equivalent(spot, 1, "because")]) == frozenset()
    assert mutate.argued([spot, spot], [mutate.Equivalent(spot, 2, "because")]) == {spot}


def test_every_argument_is_of_mutants_that_exist_and_stands_in_the_document(mutate):
    import equivalent_mutants  # noqa: PLC0415

    entries = equivalent_mutants.load()
    there = Counter(mutate.spot_of_mutant(mutant) for mutant in mutate.all_mutants())
    gone = [entry.spot for entry in entries if there[entry.spot] < entry.times]
    assert gone == [], "argue them again, or take them out of tests/mutants/sampled/equivalent.json"
    text = equivalent_mutants.DOCUMENT.read_text()
    assert equivalent_mutants.table(entries) in text, "run script/tools/equivalent_mutants.py"


# ---------------------------------------------------------------- all in one program

SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

contract A {
    uint256 private x;

    function f(uint256 a, uint256 b) external returns (uint256 c) {
        require(a <= b, "a above b");
        x = a;
        if (a > 7) return b - a;
        for (uint256 i = 1; i < b; i++) c += i;
    }

    function g() internal pure returns (uint8 d) {
        d = 255;
    }
}
"""


@pytest.fixture
def schema(mutate, monkeypatch, tmp_path):
    """Weaves mutants of one small contract with the real compiler; keeps nothing in the checkout."""
    import mutant_schema  # noqa: PLC0415

    monkeypatch.setattr(mutant_schema, "sources", lambda: {"contracts/A.sol": SOURCE})
    monkeypatch.setattr(mutant_schema, "KEPT", tmp_path)
    return mutant_schema


def test_broken_copies_stand_beside_what_they_break_and_compile(mutate, schema, monkeypatch):
    mutants = mutants_of("contracts/A.sol", SOURCE)
    changes = dict(enumerate((m.change for m in mutants), start=1))
    woven = schema.Schema(changes)
    text = woven.texts()["contracts/A.sol"]
    assert woven.numbers
    for number in woven.numbers:
        assert text.count(f"mutantOn({number})") == 1
    assert 'else { require(a <= b, "a above b"); }' in text
    assert "if ((mutantOn(" in text
    told = [m.change.new for n, m in enumerate(mutants, start=1) if n not in woven.numbers]
    assert "(255 + 1)" in told, "256 is no uint8: left to be judged alone, as no program"
    monkeypatch.setattr(schema, "ask_compiler", None)  # what was found out is kept
    assert schema.Schema(changes).texts() == woven.texts()


def test_error_belongs_to_the_narrowest_stretch(schema):
    woven = schema.Woven("", ((0, 100, (1, 2)), (10, 20, (1,)), (30, 40, (2,))))
    assert schema.guilty(woven, 12, 13) == {1}
    assert schema.guilty(woven, 39, 45) == {2}
    assert schema.guilty(woven, 50, 50) == {1, 2}
    assert schema.guilty(woven, 100, 101) == set()


def test_error_in_a_header_belongs_to_what_follows(schema):
    woven = schema.Woven("", ((10, 100, (1, 2)), (12, 20, (1,)), (200, 240, (3,))))
    assert schema.guilty(woven, 2, 8) == {1, 2}
    assert schema.guilty(woven, 100, 120) == {3}
