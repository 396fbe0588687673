"""Keystores: encrypted on disk, opened only where they belong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ballast.decision.seal import recover
from ballast.domain.errors import ConfigError, RefusedToRun
from ballast.tx.signers import Keystore, create_replica_keystore


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keystore:
    monkeypatch.setenv("A_PASSWORD", "secret")
    create_replica_keystore(tmp_path / "key.json", "secret")
    return Keystore("signer", tmp_path / "key.json", "A_PASSWORD")


def test_opened_key_signs_digests_that_recover_to_it(store: Keystore) -> None:
    key = store.unlock(replica=True)
    signature = key.sign_digest(b"\x07" * 32)
    assert recover(b"\x07" * 32, signature) == key.address == store.address()


def test_file_holds_no_plain_key_and_is_for_its_owner_only(store: Keystore) -> None:
    secret = bytes(store.unlock(replica=True).account.key).hex()
    assert secret not in store.path.read_text()
    assert store.path.stat().st_mode & 0o077 == 0


def test_replicas_key_is_refused_on_a_live_chain_and_the_other_way_round(store: Keystore) -> None:
    with pytest.raises(RefusedToRun, match="for replicas only"):
        store.unlock(replica=False)
    document = json.loads(store.path.read_text())
    del document["ballast"]
    store.path.write_text(json.dumps(document))
    with pytest.raises(RefusedToRun, match="a live key never meets one"):
        store.unlock(replica=True)
    assert store.unlock(replica=False)


def test_wrong_or_missing_password_is_said(
    store: Keystore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_PASSWORD", "wrong")
    with pytest.raises(ConfigError, match="cannot be opened"):
        store.unlock(replica=True)
    monkeypatch.delenv("A_PASSWORD")
    with pytest.raises(ConfigError, match=r"signer\.password_env names A_PASSWORD, which is not set"):
        store.unlock(replica=True)
    with pytest.raises(
        ConfigError, match="password_env or password_file is needed where nobody can be asked"
    ):
        Keystore("signer", store.path).unlock(replica=True)
    file = tmp_path / "password"
    file.write_text("secret\n")
    assert Keystore("signer", store.path, password_file=file).unlock(replica=True)
    assert Keystore("signer", store.path).unlock(replica=True, prompt=lambda _: "secret")


@pytest.mark.parametrize("content", ["", "[]", "{", '{"ballast": 1}'])
def test_what_is_no_keystore_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "key.json").write_text(content)
    with pytest.raises(ConfigError, match="is not a JSON keystore"):
        Keystore("signer", tmp_path / "key.json").unlock(replica=True)
