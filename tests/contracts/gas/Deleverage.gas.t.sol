// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {BareDeleverage} from "./BareDeleverage.sol";
import {GasTable} from "./GasTable.sol";
import {Decision} from "ballast/types/Decision.sol";
import {console} from "forge-std/console.sol";

/// @notice What the guards cost: a whole transaction through the vault beside the same route without a guard, same compiler settings, same
/// state of pool and market, in the same run.
/// @dev Isolated: every call of a test is a transaction of its own, with base cost, calldata and cold storage.
/// forge-config: default.isolate = true
contract DeleverageGasTest is VaultTest, GasTable {
    /// @dev Of the bytes that are deployed. It pays for health after, own and venue's prices, the time-weighted price, balances, one page of
    /// configuration, nonce and budgets, signature, calldata and clone, event, and computation.
    uint256 private constant MAX_OVERHEAD = 110_000;
    /// @dev The pipeline that compiles tests costs about this much more in computation.
    uint256 private constant UNSHIPPED = 12_000;
    uint256 private constant AMOUNT = 10 ether;

    BareDeleverage private bare;

    function setUp() public override {
        super.setUp();
        bare = BareDeleverage(deployBare("BareDeleverage", "BareDeleverage", ""));
        deal(Mainnet.WETH, address(bare), Defaults.COLLATERAL);
        bare.open(Defaults.COLLATERAL, usdcDebt.balanceOf(address(vault)));
    }

    /// forge-config: default.isolate = true
    function test_gas_flashSwapDeleverage_overheadIsBounded() public {
        bytes memory route = abi.encodeCall(bare.deleverage, (AMOUNT));
        uint256 bareFirst = gasOf(address(bare), route);
        call(address(bare), route);
        uint256 first = _vaultGas(1);
        passTime(1 hours);
        uint256 bareGas = gasOf(address(bare), route);
        uint256 later = _vaultGas(2);
        console.log("bare contract           ", bareGas);
        console.log("vault, first decision   ", first);
        console.log("vault, later decisions  ", later);
        console.log("overhead, first         ", first - bareFirst);
        console.log("overhead, later         ", later - bareGas);
        record("aave_flash_swap", later, bareGas);
        assertLe(later - bareGas, shipped() ? MAX_OVERHEAD : MAX_OVERHEAD + UNSHIPPED, "overhead of the guards");
    }

    function _vaultGas(uint256 nonce) private returns (uint256) {
        Decision memory d = deleverage(AMOUNT);
        d.nonce = nonce;
        bytes memory signature = sign(d);
        vm.prank(keeper);
        vault.execute(d, signature);
        return vm.lastCallGas().gasTotalUsed;
    }
}
