"""Named mutants, the stolen key's sum and the prover's verdict: each says no where it must."""

import dataclasses
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / "script/tools"


@pytest.fixture
def tools(monkeypatch):
    """The scripts as modules."""
    monkeypatch.syspath_prepend(TOOLS)
    import evidence_table  # noqa: PLC0415
    import named_mutants  # noqa: PLC0415
    import prove  # noqa: PLC0415
    import stolen_key  # noqa: PLC0415

    yield {"named": named_mutants, "prove": prove, "thief": stolen_key, "table": evidence_table}
    for name in ("evidence_table", "named_mutants", "prove", "stolen_key", "mutant_tree", "run_tests"):
        sys.modules.pop(name, None)


# ---------------------------------------------------------------- named mutants


def test_every_named_defence_stands_in_its_source_once_and_its_test_file_is_there(tools):
    mutants = tools["named"].load(TOOLS.parents[1] / "tests/mutants")
    for mutant in mutants:
        mutant.change((ROOT / mutant.source).read_text())
        tests = re.findall(r"function (test\w*)", (ROOT / mutant.suite.path).read_text())
        assert any(re.search(mutant.suite.test, test) for test in tests), mutant.name
    assert len(mutants) >= 50


def test_every_break_of_a_proof_stands_in_its_source_once():
    rows = json.loads((ROOT / "tests/mutants/proofs/halmos.json").read_text())
    counts = {row["search"]: (ROOT / row["source"]).read_text().count(row["search"]) for row in rows}
    assert {search: count for search, count in counts.items() if count != 1} == {}
    assert len(rows) >= 30


@pytest.mark.parametrize("text", ["nothing", "a == b; a == b;"])
def test_defence_that_is_gone_or_doubled_is_an_error(tools, text):
    mutant = next(iter(tools["named"]._read(_listed(tools, holds=["T1"]))))
    with pytest.raises(ValueError, match="must be once"):
        mutant.change(text)


def test_mutant_that_holds_nothing_is_an_error(tools):
    with pytest.raises(ValueError, match="no promise"):
        list(tools["named"]._read(_listed(tools, holds=[])))


def _listed(tools, *, holds):
    row = {
        "name": "n",
        "holds": holds,
        "source": "s",
        "search": "a == b;",
        "replace": "",
        "path": "p",
        "test": "t",
    }
    path = Path(tools["named"].__file__).parent / "unused"
    return type(path)(_write(json.dumps([row])))


def _write(text):
    import tempfile  # noqa: PLC0415

    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        file.write(text)
    return file.name


def test_defence_in_two_places_goes_from_both(tools):
    mutant = tools["named"].NamedMutant("n", ("T1",), "s", "b;", "", None, (("d;", "x;"),))
    text = "a; b; c; d; e;"
    assert mutant.change(text).apply(text) == "a;  c; x; e;"
    with pytest.raises(ValueError, match="must be once"):
        mutant.change("a; b; c; d; d;")


# ---------------------------------------------------------------- tables of ids


def test_documents_have_every_promise_and_threat_with_its_test_and_mutant(tools):
    table = tools["table"]
    mutants = tools["named"].load(ROOT / "tests/mutants")
    for path, ids in (("docs/invariants.md", table.PROMISES), ("docs/threat-model.md", list(table.THREATS))):
        assert table.table(ids, mutants) in (ROOT / path).read_text(), (
            f"{path}: run script/tools/evidence_table.py"
        )


def test_id_without_mutant_or_reason_and_unknown_ids_are_errors(tools):
    table = tools["table"]
    mutants = tools["named"].load(ROOT / "tests/mutants")
    without = [mutant for mutant in mutants if "INV-13" not in mutant.holds]
    with pytest.raises(ValueError, match="INV-13 needs a named mutant"):
        table.rows(table.PROMISES, without)
    with pytest.raises(ValueError, match="nobody has promised"):
        table.rows([], [dataclasses.replace(mutants[0], holds=("INV-99",))])


# ---------------------------------------------------------------- stolen key

PRINTED = (
    "stolen key: campaigns 1, decisions sent 9, executed 3, most lost in a window 400 of 50000 USD cents\n"
    "stolen key, windows by tenths of the budget: 1 0 0 0 0 0 0 0 0 0\n"
    "stolen key: campaigns 2, decisions sent 20, executed 5, most lost in a window 49000 of 50000 USD cents\n"
    "stolen key, windows by tenths of the budget: 1 0 0 0 0 0 0 0 0 1\n"
)


def test_last_figures_count(tools):
    part = tools["thief"].parse(PRINTED, 1, 2.0)
    assert (part.campaigns, part.sent, part.executed, part.most_cents) == (2, 20, 5, 49_000)
    assert part.windows == (1, 0, 0, 0, 0, 0, 0, 0, 0, 1)


def test_output_without_figures_is_an_error(tools):
    with pytest.raises(ValueError, match="no figures"):
        tools["thief"].parse("Suite result: ok", 1, 1.0)


@pytest.mark.parametrize(
    ("executed", "most", "held"), [(20, 50_000, True), (19, 50_000, False), (20, 50_001, False)]
)
def test_promise_boundary(tools, executed, most, held):
    part = tools["thief"].Slice(1, 10, 100, executed, most, 50_000, (10, *[0] * 9), 1.0, "code")
    assert tools["thief"].summary([part])[0] is held


def test_slices_of_other_contracts_do_not_count(tools, tmp_path):
    thief = tools["thief"]
    here = thief.parse(PRINTED, 1, 2.0)
    other = dataclasses.replace(here, code="another")
    state = tmp_path / "slices.jsonl"
    state.write_text("".join(json.dumps(dataclasses.asdict(part)) + "\n" for part in (here, other)))
    assert thief.read(state) == [here]


def test_no_slice_is_no_proof(tools):
    assert tools["thief"].summary([])[0] is False


# ---------------------------------------------------------------- prover

PROVEN = "".join(f"[PASS] check_{number}()\n" for number in range(20))


@pytest.mark.parametrize(
    ("text", "seconds", "enough"),
    [
        (PROVEN, 300, True),
        (PROVEN, 301, False),
        (PROVEN.replace("[PASS] check_0()\n", ""), 1, False),
        (PROVEN + "[TIMEOUT] check_x()\n", 1, False),
        (PROVEN + "[FAIL] check_x()\n", 1, False),
        (PROVEN + "[ERROR] check_x()\n", 1, False),
    ],
)
def test_prover_boundary(tools, text, seconds, enough):
    assert tools["prove"].judge(text, seconds)[0] is enough
