// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {BareFlashLoan} from "./BareFlashLoan.sol";
import {GasTable} from "./GasTable.sol";
import {Decision, RouteKind} from "ballast/types/Decision.sol";
import {console} from "forge-std/console.sol";

/// @notice What the guards cost on Aave's flash loan: a whole transaction through the vault beside the same route without a guard.
/// @dev Isolated, as in Deleverage.gas.t.sol.
/// forge-config: default.isolate = true
contract FlashLoanGasTest is VaultTest, GasTable {
    /// @dev Of the bytes that are deployed: the same guards as on the flash swap.
    uint256 private constant MAX_OVERHEAD = 127_000;
    /// @dev The pipeline that compiles tests costs about this much more in computation.
    uint256 private constant UNSHIPPED = 15_000;
    uint256 private constant AMOUNT = 10 ether;

    BareFlashLoan private bare;

    function setUp() public override {
        super.setUp();
        bare = BareFlashLoan(deployBare("BareFlashLoan", "BareFlashLoan", ""));
        deal(Mainnet.WETH, address(bare), Defaults.COLLATERAL);
        bare.open(Defaults.COLLATERAL, usdcDebt.balanceOf(address(vault)));
    }

    /// forge-config: default.isolate = true
    function test_gas_flashLoanDeleverage_overheadIsBounded() public {
        bytes memory route = abi.encodeCall(bare.deleverage, (AMOUNT, deleverage(AMOUNT).minOut));
        call(address(bare), route);
        uint256 first = _vaultGas(1);
        passTime(1 hours);
        uint256 bareGas = gasOf(address(bare), route);
        uint256 later = _vaultGas(2);
        console.log("flash loan, bare contract         ", bareGas);
        console.log("flash loan, vault, first decision ", first);
        console.log("flash loan, vault, later decisions", later);
        console.log("flash loan, overhead, later       ", later - bareGas);
        record("aave_flash_loan", later, bareGas);
        assertLe(later - bareGas, shipped() ? MAX_OVERHEAD : MAX_OVERHEAD + UNSHIPPED, "overhead of the guards");
    }

    function _vaultGas(uint256 nonce) private returns (uint256) {
        Decision memory d = deleverage(AMOUNT);
        (d.route.kind, d.route.flashSource, d.nonce) = (RouteKind.AaveV3FlashLoan, Mainnet.AAVE_POOL, nonce);
        bytes memory signature = sign(d);
        vm.prank(keeper);
        vault.execute(d, signature);
        return vm.lastCallGas().gasTotalUsed;
    }
}
