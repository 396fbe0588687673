"""Custody and automation run their publishers' code: Safe 1.4.1 and Chainlink's forwarder."""

from __future__ import annotations

import pytest
from eth_abi import encode
from eth_abi.packed import encode_packed
from eth_keys.datatypes import PrivateKey
from eth_utils import keccak, to_checksum_address

from ballast.replica import addresses
from ballast.replica.errors import RpcError
from replica.world import WAD, World, calldata

# Published with the canonical deployments of 1.4.1: what lies at these addresses on mainnet.
CODE_HASHES = {
    addresses.SAFE: "1fe2df852ba3299d6534ef416eefa406e56ced995bca886ab7a553e6d0c5e1c4",
    addresses.SAFE_L2: "b1f926978a0f44a2c0ec8fe822418ae969bd8c3f18d61e5103100339894f81ff",
    addresses.SAFE_PROXY_FACTORY: "50c3cdc4074750a7a974204a716c999edd37482f907608d960b2b025ee0b3317",
    addresses.SAFE_FALLBACK_HANDLER: "7c6007a5d711cea8dfd5d91f5940ec29c7f200fe511eb1fc1397b367af3c42f9",
    addresses.SAFE_MULTI_SEND: "0e4f7fc66550a322d1e7688e181b75e217e662a4f3f4d6a29b22bc61217c4b77",
    addresses.SAFE_MULTI_SEND_CALL_ONLY: "ecd5bd14a08c5d2122379900b2f272bdf107a7e92423c10dd5fe3254386c9939",
}
EXECUTE = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
HASH = "getTransactionHash(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,uint256)"
SETUP = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
NOBODY = "0x" + "00" * 20
RELAYER = "0x00000000000000000000000000000000000A11cE"
KEYS = sorted(
    (PrivateKey(keccak(text=f"key {at}")) for at in range(3)),
    key=lambda key: int(key.public_key.to_address(), 16),
)
STRANGER = PrivateKey(keccak(text="stranger"))
CALL, DELEGATE_CALL = 0, 1


@pytest.fixture
def world(replica_node):
    replica_node.rpc.call("anvil_setBalance", RELAYER, hex(100 * WAD))
    return World(replica_node.rpc)


@pytest.fixture
def safe(world):
    """A Safe of three owners, two of whom must sign, with 10 WETH."""
    owners = [key.public_key.to_address() for key in KEYS]
    arguments = (owners, 2, NOBODY, b"", addresses.SAFE_FALLBACK_HANDLER, NOBODY, 0, NOBODY)
    setup = bytes.fromhex(calldata(SETUP, *arguments)[2:])
    create = "createProxyWithNonce(address,bytes,uint256)"
    receipt = world.send(RELAYER, addresses.SAFE_PROXY_FACTORY, create, addresses.SAFE, setup, 1)
    made = [log for log in receipt["logs"] if log["address"] == addresses.SAFE_PROXY_FACTORY.lower()]
    proxy = to_checksum_address("0x" + made[0]["topics"][1][-40:])
    world.send(addresses.ARBITRAGEUR, addresses.WETH, "transfer(address,uint256)", proxy, 10 * WAD)
    return proxy


def _signatures(digest, keys):
    """In the order of the owners' addresses, as Safe wants them."""
    signed = (key.sign_msg_hash(digest) for key in keys)
    return b"".join(sig.r.to_bytes(32) + sig.s.to_bytes(32) + bytes([sig.v + 27]) for sig in signed)


def _order(world, safe, to, data, operation, keys):
    """Arguments of ``execTransaction``, signed by ``keys``."""
    (nonce,) = world.read(safe, "nonce()", "uint256")
    fields = (to, 0, data, operation, 0, 0, 0, NOBODY, NOBODY)
    (digest,) = world.read(safe, HASH, "bytes32", *fields, nonce)
    return (*fields, _signatures(digest, keys))


def test_code_is_mainnets(world):
    for address, expected in CODE_HASHES.items():
        code = world.rpc.call("eth_getCode", address, "latest")
        assert keccak(hexstr=code).hex() == expected, address


def test_nobody_can_set_up_the_singleton_itself(world):
    arguments = ([RELAYER], 1, NOBODY, b"", NOBODY, NOBODY, 0, NOBODY)
    with pytest.raises(RpcError, match="GS200"):
        world.try_call(RELAYER, addresses.SAFE, SETUP, *arguments)


def test_two_of_three_owners_move_the_safes_funds_and_one_does_not(world, safe):
    data = bytes.fromhex(calldata("transfer(address,uint256)", RELAYER, WAD)[2:])
    one = _order(world, safe, addresses.WETH, data, CALL, KEYS[:1])
    with pytest.raises(RpcError, match="GS020"):
        world.try_call(RELAYER, safe, EXECUTE, *one)
    strange = _order(world, safe, addresses.WETH, data, CALL, sorted([KEYS[0], STRANGER], key=_number))
    with pytest.raises(RpcError, match="GS026"):
        world.try_call(RELAYER, safe, EXECUTE, *strange)
    world.send(RELAYER, safe, EXECUTE, *_order(world, safe, addresses.WETH, data, CALL, KEYS[1:]))
    assert world.balance(addresses.WETH, RELAYER) == WAD


def _number(key):
    return int(key.public_key.to_address(), 16)


def test_one_transaction_of_a_safe_holds_several_calls(world, safe):
    pool, supply = addresses.AAVE_POOL, "supply(address,uint256,address,uint16)"
    calls = [
        (addresses.WETH, calldata("approve(address,uint256)", pool, 10 * WAD)),
        (pool, calldata(supply, addresses.WETH, 10 * WAD, safe, 0)),
    ]
    packed = b"".join(_packed(to, bytes.fromhex(data[2:])) for to, data in calls)
    batch = bytes.fromhex(calldata("multiSend(bytes)", packed)[2:])
    order = _order(world, safe, addresses.SAFE_MULTI_SEND_CALL_ONLY, batch, DELEGATE_CALL, KEYS[:2])
    world.send(RELAYER, safe, EXECUTE, *order)
    assert 10 * WAD - 1 <= world.balance(addresses.AAVE_WETH_ATOKEN, safe) <= 10 * WAD


def _packed(to, data):
    return encode_packed(["uint8", "address", "uint256", "uint256", "bytes"], [CALL, to, 0, len(data), data])


def test_a_safe_signs_a_message_with_two_owners_and_not_with_one(world, safe):
    message = keccak(text="a decision")
    wrapped = "getMessageHashForSafe(address,bytes)"
    (digest,) = world.read(
        addresses.SAFE_FALLBACK_HANDLER, wrapped, "bytes32", safe, encode(["bytes32"], [message])
    )
    check = "isValidSignature(bytes32,bytes)"
    valid = world.read(safe, check, "bytes4", message, _signatures(digest, KEYS[:2]))
    assert valid == (bytes.fromhex("1626ba7e"),)
    with pytest.raises(RpcError, match="GS020"):
        world.read(safe, check, "bytes4", message, _signatures(digest, KEYS[:1]))
    with pytest.raises(RpcError, match="GS026"):
        world.read(safe, check, "bytes4", keccak(text="another"), _signatures(digest, KEYS[:2]))


def test_forwarder_takes_a_report_that_enough_nodes_signed(world):
    forwarder = addresses.KEYSTONE_FORWARDER
    assert world.read(forwarder, "owner()", "address") == (addresses.KEYSTONE_OWNER.lower(),)
    nodes = [PrivateKey(keccak(text=f"node {at}")) for at in range(4)]
    signers = [node.public_key.to_address() for node in nodes]
    configure = "setConfig(uint32,uint32,uint8,address[])"
    world.send(addresses.KEYSTONE_OWNER, forwarder, configure, 7, 1, 1, signers)
    report = _report(don=7, version=1)
    digest = keccak(keccak(report) + b"context")
    signatures = [_raw(node.sign_msg_hash(digest)) for node in nodes]
    send = "report(address,bytes,bytes,bytes[])"
    with pytest.raises(RpcError) as refused:
        world.try_call(RELAYER, forwarder, send, RELAYER, report, b"context", signatures[:1])
    assert refused.value.data == "0xd6022e8e" + encode(["uint256", "uint256"], [2, 1]).hex()
    stranger = _raw(STRANGER.sign_msg_hash(digest))
    with pytest.raises(RpcError):
        world.try_call(RELAYER, forwarder, send, RELAYER, report, b"context", [signatures[0], stranger])
    receipt = world.send(RELAYER, forwarder, send, RELAYER, report, b"context", signatures[:2])
    assert [log["address"] for log in receipt["logs"]] == [forwarder.lower()]


def _report(don, version):
    """Version, execution, time, nodes and their version, workflow, name, owner, report id; then a payload."""
    head = bytes([1]) + keccak(text="execution") + (1).to_bytes(4) + don.to_bytes(4) + version.to_bytes(4)
    return head + bytes(32) + bytes(10) + bytes(20) + b"\x00\x01" + b"payload"


def _raw(signature):
    return signature.r.to_bytes(32) + signature.s.to_bytes(32) + bytes([signature.v])
