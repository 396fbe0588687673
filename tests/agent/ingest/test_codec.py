"""The hand-made decoders agree with a general one, and refuse what is torn."""

from __future__ import annotations

import json
from contextlib import suppress
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from eth_abi import encode
from hypothesis import example, given
from hypothesis import strategies as st

from ballast.ingest.abi import load
from ballast.ingest.hexes import data, hash32, quantity, signed, words
from ballast.ingest.multicall import Call, answers, batch
from ballast.ingest.packed import Answer, Packed

ARTIFACTS = Path(__file__).resolve().parents[3] / "build" / "forge"
EDGES = [edge + step for edge in (0, 2**64, 2**128, 2**192, 2**256) for step in (-1, 0, 1)][1:13]
PARTS = st.lists(st.tuples(st.booleans(), st.binary(max_size=100)), max_size=6)


def _words(*values: int) -> bytes:
    return b"".join(value.to_bytes(32, "big") for value in values)


@given(PARTS)
def test_answers_of_a_batch_come_out_as_they_went_in(parts: list[tuple[bool, bytes]]) -> None:
    raw = encode(["(bool,bytes)[]"], [parts])
    assert answers(raw, len(parts)) == [Answer(success, body) for success, body in parts]


@given(PARTS.filter(bool), st.data())
def test_cut_off_answer_is_refused(parts: list[tuple[bool, bytes]], draw: st.DataObject) -> None:
    raw = encode(["(bool,bytes)[]"], [parts])
    padding = 31 + (32 if not parts[-1][1] else 0)
    cut = draw.draw(st.integers(0, len(raw) - padding - 1))
    with pytest.raises(ValueError, match=r"answer|offset"):
        answers(raw[:cut], len(parts))


@given(PARTS.filter(bool), st.data())
def test_answers_may_lie_anywhere_and_in_any_order(
    parts: list[tuple[bool, bytes]], draw: st.DataObject
) -> None:
    """Nothing says that offsets are multiples of 32, nor that an answer follows the one before it."""
    tail, offsets = b"", {}
    for number in draw.draw(st.permutations(range(len(parts)))):
        tail += bytes(draw.draw(st.integers(0, 40)))
        offsets[number] = 32 * len(parts) + len(tail)
        success, body = parts[number]
        tail += _words(int(success), 64, len(body)) + body
    raw = _words(32, len(parts), *(offsets[number] for number in range(len(parts)))) + tail + bytes(32)
    assert answers(raw, len(parts)) == [Answer(success, body) for success, body in parts]


@given(st.sampled_from([2, 4, 5]), st.integers(1, 2**192 - 1), st.integers(0, 2**64 - 1))
@example(2, 1, 32)
@example(4, 1, 64)
@example(5, 1, 3)
def test_offset_or_size_beyond_64_bits_is_refused_whatever_its_lowest_word(
    place: int, high: int, low: int
) -> None:
    numbers = [32, 1, 32, 1, 64, 3]
    numbers[place] = high << 64 | low
    with pytest.raises(ValueError, match=r"offset|cut off"):
        answers(_words(*numbers) + b"abc" + bytes(29), 1)


@pytest.mark.parametrize(("place", "greatest"), [(2, 96), (4, 96), (5, 32)])
def test_offset_or_size_up_to_the_end_is_read_and_one_more_is_refused(place: int, greatest: int) -> None:
    numbers = [32, 1, 32, 1, 64, 3 if place == 5 else 0]
    numbers[place] = greatest
    answers(_words(*numbers, 0), 1)
    numbers[place] = greatest + 1
    with pytest.raises(ValueError, match=r"offset|cut off"):
        answers(_words(*numbers, 0), 1)


@given(st.lists(st.lists(st.sampled_from(EDGES), min_size=3, max_size=3), min_size=1, max_size=5))
def test_columns_of_words_are_the_words(rows: list[list[int]]) -> None:
    parts = [(True, _words(*row)) for row in rows]
    packed = Packed(encode(["(bool,bytes)[]"], [parts]), len(parts))
    columns = packed.columns(packed.start[:, None] + 32 * np.arange(3))
    assert [list(row) for row in zip(*columns, strict=True)] == rows


@given(st.binary(max_size=300), st.integers(0, 5))
def test_nonsense_is_refused_or_read_never_anything_else(raw: bytes, count: int) -> None:
    with suppress(ValueError):
        assert len(answers(raw, count)) == count


def test_wrong_number_of_answers_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 2 answers, observed 1"):
        answers(encode(["(bool,bytes)[]"], [[(True, b"")]]), 2)


def test_batch_is_an_aggregate3_that_tolerates_failures() -> None:
    call = Call("0x" + "11" * 20, b"\x01\x02", "it")
    expected = encode(["(address,bool,bytes)[]"], [[(call.target, True, call.calldata)]])
    assert batch([call]) == "0x82ad56cb" + expected.hex()


@given(st.integers(-(2**255), 2**255 - 1))
def test_signed_word_is_twos_complement(value: int) -> None:
    assert signed(words(encode(["int256"], [value]), 1)[0]) == value


@pytest.mark.parametrize("text", [None, 5, "", "12", "0x" + "1" * 65, "0xg", "-0x1", "0x-1", "0x 1", ["0x1"]])
def test_what_is_no_quantity_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        quantity(text)


def test_quantity_of_the_largest_word_passes_and_is_exact() -> None:
    assert quantity("0x" + "f" * 64) == 2**256 - 1
    assert quantity("0x0") == 0


@pytest.mark.parametrize("text", [None, "00", "0x0", "0xzz", 7])
def test_what_is_no_data_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"not data|non-hexadecimal|fromhex"):
        data(text)


def test_hash_has_exactly32_bytes() -> None:
    assert hash32("0x" + "AB" * 32) == "0x" + "ab" * 32
    with pytest.raises(ValueError, match="32 bytes, observed 31"):
        hash32("0x" + "ab" * 31)


@pytest.mark.parametrize("name", ["IRebalanceVault", "ILendingAdapter"])
def test_packaged_abi_is_the_contracts(name: str) -> None:
    artifact = ARTIFACTS / f"{name}.sol" / f"{name}.json"
    if not artifact.is_file():
        pytest.skip(f"{artifact} is not built")
    packaged = json.loads(resources.files("ballast.abi").joinpath(f"{name}.json").read_text())
    compiled = json.loads(artifact.read_text())["abi"]
    assert _signatures(packaged) == _signatures(compiled)


def _signatures(entries: list[dict]) -> set[str]:
    def shape(parameter: dict) -> str:
        inner = ",".join(shape(component) for component in parameter.get("components", []))
        return f"{parameter['type']}<{inner}>{parameter.get('indexed', '')}{parameter['name']}"

    def shapes(entry: dict, key: str) -> str:
        return ",".join(shape(parameter) for parameter in entry.get(key, []))

    return {
        f"{entry['type']} {entry['name']}({shapes(entry, 'inputs')}) {shapes(entry, 'outputs')}"
        for entry in entries
        if "name" in entry
    }


def test_error_of_the_vault_is_found_by_its_selector() -> None:
    vault = load("IRebalanceVault")
    item = next(one for one in vault.errors.values() if one.name == "Expired")
    assert vault.error(item.selector + encode(["uint256", "uint256"], [5, 4])) == (
        "Expired",
        {"nowSeconds": 5, "validUntil": 4},
    )
    assert vault.error(b"\0\0\0\0") is None
