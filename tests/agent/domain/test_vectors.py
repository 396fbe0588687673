"""The recorded vectors are what the script would write today."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "script" / "tools")
    path = ROOT / "script" / "tools" / "make_vectors.py"
    found = importlib.util.spec_from_file_location("make_vectors", path)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name", ["decisions.json", "messages.json", "ticks.json", "errors.json", "health.json"]
)
def test_vectors_have_not_drifted(script, name: str) -> None:
    assert (ROOT / "tests" / "vectors" / name).read_text("utf-8") == script.render(name)


def test_every_vector_file_is_made_by_the_script(script) -> None:
    made = {path.name for path in (ROOT / "tests" / "vectors").glob("*.json")}
    assert made >= set(script.FILES)
