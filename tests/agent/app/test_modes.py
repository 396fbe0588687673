"""A live key never meets a replica, and nothing pretends to be a live chain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ballast.app.modes import REPLICA_MARKER, Mode
from ballast.domain.errors import ConfigError, JournalError, RefusedToRun
from support.agent import running
from support.fault_proxy import proxies
from support.guarded import Guarded

CLIENT = "Geth/v1.16.7-stable/linux-amd64/go1.25"


def refusal(text: str, mode: Mode) -> str:
    with pytest.raises((RefusedToRun, ConfigError)) as refused, running(text, mode=mode):
        pass
    return str(refused.value)


def without_marker(guarded: Guarded) -> None:
    guarded.node.rpc.call("anvil_setCode", REPLICA_MARKER, "0x")


def checkpoint(guarded: Guarded, block: int = 3) -> str:
    found = guarded.node.rpc.call("eth_getBlockByNumber", hex(block), False)["hash"]
    return f'\n\n[checkpoint]\nblock = {block}\nhash = "{found}"\n'


def test_live_run_refuses_a_replica(guarded: Guarded, folder: Path) -> None:
    said = refusal(guarded.config(folder) + checkpoint(guarded), Mode.LIVE)
    assert said == f"--live refuses replicas: there is a marker contract at {REPLICA_MARKER}"


def test_live_run_refuses_a_development_node_that_hides_its_marker(guarded: Guarded, folder: Path) -> None:
    without_marker(guarded)
    said = refusal(guarded.config(folder) + checkpoint(guarded), Mode.LIVE)
    assert said.startswith("--live refuses development nodes: one of rpc.urls is anvil/")


def test_live_run_refuses_a_chain_with_another_checkpoint_or_none(guarded: Guarded, folder: Path) -> None:
    without_marker(guarded)
    with proxies(guarded.node.url, 1) as (proxy,):
        proxy.answers("web3_clientVersion", CLIENT)
        text = guarded.config(folder, urls=[proxy.url])
        assert refusal(text, Mode.LIVE).startswith("--live needs [checkpoint]")
        right = checkpoint(guarded)
        observed = right.split('"')[1]
        wrong = right.replace(observed, "0x" + "11" * 32)
        said = refusal(text + wrong, Mode.LIVE)
        assert said == f"block 3 has hash {observed}, checkpoint.hash is 0x{'11' * 32}"


def test_key_made_for_a_replica_never_opens_on_a_live_chain(guarded: Guarded, folder: Path) -> None:
    without_marker(guarded)
    with proxies(guarded.node.url, 1) as (proxy,):
        proxy.answers("web3_clientVersion", CLIENT)
        text = guarded.config(folder, urls=[proxy.url]) + checkpoint(guarded)
        said = refusal(text, Mode.LIVE)
    file = guarded.keys.signer_file
    assert said == f"signer.keystore {file} is for replicas only; a live run needs another key"


def test_live_key_never_opens_on_a_replica(guarded: Guarded, folder: Path) -> None:
    document = json.loads(guarded.keys.signer_file.read_text())
    del document["ballast"]
    unmarked = folder / "live.json"
    unmarked.write_text(json.dumps(document))
    text = guarded.config(folder).replace(str(guarded.keys.signer_file), str(unmarked))
    said = refusal(text, Mode.REPLICA)
    assert said == f"signer.keystore {unmarked} is not marked for replicas; a live key never meets one"


def test_replica_run_refuses_a_chain_without_the_marker(guarded: Guarded, folder: Path) -> None:
    without_marker(guarded)
    said = refusal(guarded.config(folder), Mode.REPLICA)
    assert said == f"--replica needs a replica: there is no marker contract at {REPLICA_MARKER}"


def test_paper_run_needs_no_key_previews_and_signs_nothing(guarded: Guarded, folder: Path) -> None:
    sections = guarded.config(folder).split("\n\n")
    text = "\n\n".join(section for section in sections if not section.startswith(("[signer]", "[sender]")))
    with running(text, mode=Mode.PAPER) as agent:
        agent.tick()
        assert agent.data("start")[0]["mode"] == "paper"
        (line,) = agent.lines("would_act")
        assert line["action"] == "DELEVERAGE"
        assert line["health_after_wad"] > 16 * 10**17
        assert guarded.pending() == 0
        assert "signed" not in agent.kinds()


def test_journal_of_another_mode_is_refused(guarded: Guarded, folder: Path) -> None:
    text = guarded.config(folder)
    with running(text, mode=Mode.PAPER) as agent:
        agent.tick()
    said = refusal(text, Mode.REPLICA)
    assert said.startswith("the journal was written in mode paper on chain 1")


def test_second_agent_on_one_journal_is_refused(guarded: Guarded, folder: Path) -> None:
    text = guarded.config(folder)
    with running(text), pytest.raises(JournalError, match="a journal has one writer"), running(text):
        pass
