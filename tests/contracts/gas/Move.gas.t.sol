// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {MovesTest} from "../utils/MovesTest.sol";
import {BareMove} from "./BareMove.sol";
import {GasTable} from "./GasTable.sol";
import {IComet} from "ballast/interfaces/external/IComet.sol";
import {Decision} from "ballast/types/Decision.sol";

/// @notice What the guards cost on a move from Aave to Compound: a whole transaction through the vault beside the same route without a guard.
/// Compound is our model: the guards' part is its too, the venue's part is not mainnet's.
/// @dev Isolated, as in Deleverage.gas.t.sol.
/// forge-config: default.isolate = true
contract MoveGasTest is MovesTest, GasTable {
    uint256 private constant COLLATERAL = 10 ether;
    uint256 private constant DEBT = 15_000e6;

    /// forge-config: default.isolate = true
    function test_gas_move() public {
        BareMove bare = new BareMove(IComet(comet.comet()));
        deal(Mainnet.WETH, address(bare), Defaults.COLLATERAL + 50 ether);
        bare.open(Defaults.COLLATERAL, 150_000e6);
        bare.openThere(50 ether, 80_000e6);
        bare.move(COLLATERAL, DEBT);
        uint256 bareGas = vm.lastCallGas().gasTotalUsed;
        _vaultGas(1);
        passTime(1 hours);
        record("move", _vaultGas(2), bareGas);
    }

    function _vaultGas(uint256 nonce) private returns (uint256) {
        Decision memory d = move(ON_AAVE, ON_COMET, Mainnet.USDC, COLLATERAL, DEBT);
        d.nonce = nonce;
        bytes memory signature = sign(d);
        vm.prank(keeper);
        vault.execute(d, signature);
        return vm.lastCallGas().gasTotalUsed;
    }
}
