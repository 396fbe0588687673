"""The vault's answer is an outcome or a named error."""

from __future__ import annotations

import pytest
from eth_abi import encode
from eth_utils import keccak

from ballast.domain.decision import Outcome
from ballast.domain.errors import PreflightReverted
from ballast.tx.backoff import LONGEST_REST_BLOCKS, rest_blocks
from ballast.tx.preflight import read_preview


def error(signature: str, *values: object) -> bytes:
    inner = signature[signature.index("(") + 1 : -1]
    return keccak(text=signature)[:4] + encode([part for part in inner.split(",") if part], values)


def test_preview_result_is_the_outcome() -> None:
    figures = (1, 2, 3, 4, 5, 6, 7)
    selector = keccak(text="PreviewResult((uint256,uint256,uint256,uint256,uint256,uint256,uint256))")[:4]
    assert read_preview(selector + encode(["uint256"] * 7, figures)) == Outcome(*figures)


def test_named_error_carries_observed_and_allowed() -> None:
    with pytest.raises(PreflightReverted) as refused:
        read_preview(error("OutputTooLow(uint256,uint256)", 5, 9))
    assert str(refused.value) == "preview reverted: OutputTooLow(obtained=5, minOut=9)"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (error("Error(string)", "STF"), "Error"),
        (error("Panic(uint256)", 0x11), "Panic"),
        (b"\x12\x34\x56\x78", "UnknownError"),
        (b"", "UnknownError"),
        (error("OutputTooLow(uint256,uint256)", 5, 9)[:-1], "UnknownError"),
    ],
)
def test_other_reverts_are_named_too(raw: bytes, name: str) -> None:
    with pytest.raises(PreflightReverted) as refused:
        read_preview(raw)
    assert refused.value.name == name


def test_rest_grows_with_failures_up_to_its_cap() -> None:
    assert [rest_blocks(failures) for failures in range(8)] == [0, 0, 1, 2, 4, 8, 16, 16]
    assert rest_blocks(10_000) == LONGEST_REST_BLOCKS
