"""Exported functions: the same bits as traced ones, and never those of another version."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ballast.risk import compiled
from ballast.risk.compiled import portable, taken_notes, use_cache

pytest.importorskip("flatbuffers", reason="jax.export serialises with it")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compiled, "_folder", tmp_path)
    taken_notes()
    return tmp_path


def made(calls: list[int]):
    @portable(lambda state, *_rest: (state, 0), static_argnums=(1,))
    def work(state, scale, x):
        calls.append(1)
        return {"level": state["level"] * scale + jnp.sum(jnp.exp(x))}, jnp.tanh(x)

    return work


STATE = {"level": np.float32(0.1)}
X = np.linspace(-2, 2, 37, dtype=np.float32)


def bits(result) -> bytes:
    return b"".join(np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(result))


def test_a_later_process_traces_nothing_and_gets_the_same_bits(folder: Path) -> None:
    first, second = [], []
    exported = bits(made(first)(STATE, 3.0, X))
    assert bits(made(second)(STATE, 3.0, X)) == exported
    assert (len(first), len(second)) == (1, 0)
    assert taken_notes() == ()


def test_without_a_cache_the_bits_are_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exported = bits(made([])(STATE, 3.0, X))
    monkeypatch.setattr(compiled, "_folder", None)
    assert bits(made([])(STATE, 3.0, X)) == exported


def test_another_static_argument_or_shape_is_another_artefact(folder: Path) -> None:
    work = made([])
    work(STATE, 3.0, X)
    work(STATE, 4.0, X)
    work(STATE, 3.0, X[:5])
    assert len(list(folder.glob("*.export"))) == 3
    assert float(work(STATE, 4.0, X)[0]["level"]) > float(work(STATE, 3.0, X)[0]["level"])


@pytest.mark.parametrize(("name", "version"), [("jax", "0.0.1"), ("model source", "other")])
def test_an_artefact_of_another_version_is_told_and_replaced(folder: Path, name: str, version: str) -> None:
    wanted = bits(made([])(STATE, 3.0, X))
    (path,) = folder.glob("*.export")
    head, _, body = path.read_bytes().partition(b"\n")
    path.write_bytes(json.dumps({**json.loads(head), name: version}).encode() + b"\n" + body)
    calls: list[int] = []
    assert bits(made(calls)(STATE, 3.0, X)) == wanted
    assert len(calls) == 1
    assert f"was made by {name} {version}" in taken_notes()[0]
    assert bits(made(calls)(STATE, 3.0, X)) == wanted
    assert len(calls) == 1


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_artefact_is_told_and_replaced(folder: Path, damage: bytes | None) -> None:
    wanted = bits(made([])(STATE, 3.0, X))
    (path,) = folder.glob("*.export")
    path.write_bytes(path.read_bytes()[:-1] + b"?" if damage is None else damage)
    assert bits(made([])(STATE, 3.0, X)) == wanted
    assert "compiled anew" in taken_notes()[0]


def test_a_folder_that_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    assert "can be written by others (mode 777), allowed is 700" in use_cache(tmp_path)[0]
    (tmp_path / "file").touch()
    assert "no compile cache" in use_cache(tmp_path / "file")[0]


def test_the_forecast_has_the_same_bits_traced_exported_and_out_of_the_cache(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; import ballast.risk.model as m;"
        "from ballast.risk.compiled import use_cache; w = m.load_default_weights();"
        "sys.argv[1:] and use_cache(Path(sys.argv[1]));"
        "s = m.initial_state(w)\n"
        "for r in (0.01, -0.02, 0.003): s, p = m.assess(w, s, r, 12.0, [0.3, 0.05], [0.2, 0.01])\n"
        "print(m.state_to_hex(s), p, m.smallest_log_barrier(w, s, 10_000, 21_600))"
    )
    (tmp_path / "cache").mkdir(mode=0o700)
    places = ((), (str(tmp_path / "cache"),), (str(tmp_path / "cache"),))
    runs = [subprocess.check_output([sys.executable, "-c", script, *where]) for where in places]
    assert len(set(runs)) == 1
    assert len(list((tmp_path / "cache").glob("*.export"))) == 3
