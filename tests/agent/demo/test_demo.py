"""The whole demo on an excerpt: node, contracts, agent process, verification, files."""

import json
import re

import pytest
from rich.console import Console

from ballast.app.verifying import Question, answer
from ballast.demo.archive import ARCHIVE, served_chain
from ballast.demo.contestants import LABELS
from ballast.demo.main import DemoSettings, paths_of, run_demo
from ballast.replica.errors import ReplicaUnavailableError
from ballast.replica.rpc import RpcClient
from ballast.simulate.recorded import Recording

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with (folder / "output.txt").open("w") as output:
        try:
            result = run_demo(
                DemoSettings(out=folder, excerpt=True, headless=True), Console(file=output, width=170)
            )
        except ReplicaUnavailableError as reason:
            pytest.skip(str(reason))
    return folder, result


def test_everything_verifies_and_the_agent_answers_every_block(played):
    _, result = played
    assert result.verified
    assert result.summary["blocks"] == 360
    assert [path["missed_acknowledgements"] for path in result.summary["paths"].values()] == [0, 0]
    assert result.summary["journal"]["findings"] == []


def test_the_agent_acts_in_the_crash_and_every_decision_is_verified_on_chain(played):
    folder, result = played
    decisions = result.summary["decisions"]
    assert {decision["path"] for decision in decisions} == {"crash"}
    assert all(decision["verified"] for decision in decisions)
    with served_chain(folder / ARCHIVE) as url, RpcClient(url) as rpc:
        for decision in decisions:
            receipt = rpc.call("eth_getTransactionReceipt", decision["tx"])
            assert int(receipt["blockNumber"], 16) == decision["block"]
            assert any(decision["digest"] in log["topics"] for log in receipt["logs"])


def test_the_archived_chain_serves_verify_again(played):
    folder, _ = played
    with served_chain(folder / ARCHIVE) as url:
        lines, good = answer(
            Question(str(folder / "journal.sqlite"), (url,), 1, None, closed=True), show_all=True
        )
    assert good, lines


def test_every_contestant_is_reported_on_both_paths(played):
    folder, result = played
    stored = json.loads((folder / "summary.json").read_text())
    assert stored == json.loads(json.dumps(result.summary))
    for name in ("crash", "calm"):
        rows = stored["paths"][name]["contestants"]
        assert set(rows) == set(LABELS)
        assert len({row["equity_start_usd"] for row in rows.values()}) == 1
        assert rows["unprotected"]["actions"] == 0
        assert rows["closed_at_start"]["actions"] == 1
    assert re.fullmatch(
        r"\d+\.\d{4}", stored["paths"]["crash"]["contestants"]["ballast"]["min_health_factor"]
    )


def test_the_report_is_one_file_that_asks_no_network(played):
    folder, _ = played
    page = (folder / "report.html").read_text()
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)
    for text in ("reconstruction", "closed_at_start", "Decisions", "Owner", "figure-crash", "figure-calm"):
        assert text in page


def test_the_output_ranks_and_says_what_is_modelled(played):
    folder, _ = played
    output = (folder / "output.txt").read_text()
    assert "reconstruction" in output
    assert "Modelled" in output
    assert output.count("ranking by equity") == 2


def test_no_key_is_left_behind(played):
    folder, _ = played
    assert not (folder / "keys").exists()
    assert "password" not in (folder / "summary.json").read_text()


def test_recorded_bars_replace_the_first_path(tmp_path):
    file = tmp_path / "bars.csv"
    rows = [f"2021-05-19T{hour:02d}:00:00Z,100,110,90,105,1" for hour in range(6)]
    file.write_text("ts,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
    first, second = paths_of(DemoSettings(data=Recording(file, None, 5)))
    assert (first.steps, first.data_source) == (300, "recorded bars: bars.csv")
    assert second.name == "calm"


@pytest.mark.parametrize("seeds", [0, -1])
def test_no_seed_at_all_is_refused(seeds):
    with pytest.raises(ValueError, match="allowed is at least 1"):
        run_demo(DemoSettings(seeds=seeds))
