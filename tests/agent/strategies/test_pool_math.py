"""The pool's own answer, from Uniswap's real code on the replica, against our arithmetic."""

from __future__ import annotations

import pytest
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from ballast.domain.observation import PoolReading
from ballast.domain.units import WAD
from ballast.strategies._pool_math import exact_input_output
from support import core

QUOTER_V2 = "0x61ffe014ba17989e743c5f6cb21bf9697530b21e"
QUOTE = keccak(text="quoteExactInputSingle((address,address,uint256,uint24,uint160))")[:4]


def call(rpc, to: str, data: bytes) -> bytes:
    answer = rpc.call("eth_call", {"to": to, "data": "0x" + data.hex()}, "latest")
    return bytes.fromhex(answer[2:])


def live_pool(rpc) -> PoolReading:
    price, *_ = decode(["uint160", "int24"], call(rpc, core.POOL, keccak(text="slot0()")[:4])[:64])
    (liquidity,) = decode(["uint128"], call(rpc, core.POOL, keccak(text="liquidity()")[:4]))
    return PoolReading(core.POOL, core.USDC, core.WETH, 500, price, liquidity, 0, 0, 0)


def quoted(rpc, token_in: str, token_out: str, amount: int) -> int:
    arguments = encode(["(address,address,uint256,uint24,uint160)"], [(token_in, token_out, amount, 500, 0)])
    return int(decode(["uint256"], call(rpc, QUOTER_V2, QUOTE + arguments)[:32])[0])


@pytest.mark.parametrize("amount", [1, 10**9, WAD, 10 * WAD, 33 * WAD + 7])
def test_selling_weth_pays_what_uniswaps_quoter_says(replica_node, amount: int) -> None:
    pool = live_pool(replica_node.rpc)
    expected = quoted(replica_node.rpc, core.WETH, core.USDC, amount)
    assert exact_input_output(pool, core.WETH, amount) == expected


@pytest.mark.parametrize("amount", [1, 10**6, 2_500 * 10**6, 20_000 * 10**6 + 1])
def test_selling_usdc_pays_what_uniswaps_quoter_says(replica_node, amount: int) -> None:
    pool = live_pool(replica_node.rpc)
    expected = quoted(replica_node.rpc, core.USDC, core.WETH, amount)
    assert exact_input_output(pool, core.USDC, amount) == expected


def test_a_pool_without_liquidity_pays_nothing() -> None:
    assert exact_input_output(core.pool(liquidity=0), core.WETH, WAD) == 0


def test_a_token_that_the_pool_does_not_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="holds"):
        exact_input_output(core.pool(), core.ADAPTER, WAD)
