"""What the documents point at is there, and the README stays short."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("agent", "contracts", "docs", "requirements", "script", "tests", ".ci")
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
README_WORDS = 900


def text_of(document):
    return (ROOT / document).read_text("utf-8")


def words(text):
    """As a reader counts them: markup, rules and table lines are no words."""
    return [word for word in text.split() if re.search(r"\w", word)]


def anchors(text):
    """Names that headings have as link targets."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def named_paths(text):
    """Paths of this repository in backticks; what has a placeholder or is written by a command is none."""
    for code in CODE.findall(text):
        for word in code.split():
            path = word.strip("(),;:")
            if path.split("/")[0] in FOLDERS and "/" in path and not re.search(r"[<>{}$]", path):
                yield path


def test_readme_is_at_most_900_words():
    assert len(words(text_of("README.md"))) <= README_WORDS


@pytest.mark.parametrize("document", DOCUMENTS)
def test_relative_links_lead_somewhere(document):
    missing = []
    for target in LINK.findall(text_of(document)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / document).parent / path if path else ROOT / document
        if not file.exists() or (anchor and anchor not in anchors(file.read_text("utf-8"))):
            missing.append(target)
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_named_paths_exist(document):
    named = {path.partition("::")[0].rstrip("/").partition(":")[0] for path in named_paths(text_of(document))}
    generated = {"script/output"}
    missing = [path for path in sorted(named - generated) if not any(ROOT.glob(path))]
    assert missing == []


def test_all_decision_records_are_in_their_index():
    records = {path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md")}
    linked = set(LINK.findall(text_of("docs/adr/README.md")))
    assert records
    assert records == {target for target in linked if target[0].isdigit()}


def seeds_result(mean):
    figures = {
        "equity_end_usd": {"mean": mean, "min": "9000.10", "max": "12000.90"},
        "runs_with_liquidation": 1,
        "liquidations": 2,
        "actions": 3,
        "cost_usd_mean": "4.56",
        "min_health_factor": "0.9",
    }
    other = figures | {"equity_end_usd": {"mean": "10000.00", "min": "1.00", "max": "2.00"}}
    return {"seeds": [1, 2, 3], "paths": {"crash": {"static_rule": other, "ballast": figures}}}


@pytest.fixture
def table_tool(tmp_path):
    """A repository that holds the README and the tool that fills its table."""
    (tmp_path / "script/tools").mkdir(parents=True)
    tool = shutil.copy(ROOT / "script/tools/readme_table.py", tmp_path / "script/tools/readme_table.py")
    shutil.copy(ROOT / "README.md", tmp_path / "README.md")

    def run(result):
        if result is not None:
            (tmp_path / "out/demo").mkdir(parents=True, exist_ok=True)
            (tmp_path / "out/demo/seeds.json").write_text(json.dumps(result))
        done = subprocess.run([sys.executable, tool], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return (tmp_path / "README.md").read_text("utf-8")

    return run


def test_table_is_filled_from_the_measured_seeds_best_first(table_tool):
    filled = table_tool(seeds_result("10500.40"))

    rows = [line for line in filled.splitlines() if line.startswith("| crash")]
    assert rows[0] == "| crash | `ballast` | 10,500 (9,000 to 12,001) | 1 of 3 | 3 | 5 |"
    assert rows[1].startswith("| crash | `static_rule` | 10,000")
    assert "seeds 1 to 3; made by `ballast demo --seeds 10 --headless`" in filled
    assert table_tool(seeds_result("9999.00")).index("`static_rule` | 10") < filled.index(
        "`static_rule` | 10"
    )


def test_empty_table_without_a_measurement_gets_no_figure(tmp_path, table_tool):
    (tmp_path / "README.md").write_text("a\n<!-- seeds:begin -->\n<!-- seeds:end -->\nb\n")

    block = table_tool(None).partition("<!-- seeds:begin -->\n")[2]

    assert "`ballast demo --seeds 10 --headless`" in block
    assert not re.search(r"\d", block.replace("--seeds 10", ""))


def test_table_of_an_earlier_measurement_stays_without_a_new_one(tmp_path, table_tool):
    filled = table_tool(seeds_result("10500.40"))
    (tmp_path / "out/demo/seeds.json").unlink()

    assert table_tool(None) == filled


def test_filled_readme_is_at_most_900_words(table_tool):
    contestants = {name: seeds_result("1.00")["paths"]["crash"]["ballast"] for name in "abcd"}
    filled = table_tool({"seeds": list(range(10)), "paths": {"crash": contestants, "calm": contestants}})
    assert len(words(filled)) <= README_WORDS
