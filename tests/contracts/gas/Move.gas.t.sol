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
/// @dev Isolated, as in Deleverage.gas.t.sol. A chain refunds at most a fifth of what a transaction used: the bare route reaches that and the
/// vault's does not, so that the bare route pays part of what it has earned back.
/// forge-config: default.isolate = true
contract MoveGasTest is MovesTest, GasTable {
    /// @dev Of the bytes that are deployed. Beyond what a sale pays for, a move reads two venues: prices and books of both, and health of both
    /// after; and it goes through one plane more.
    uint256 private constant MAX_OVERHEAD = 180_000;
    /// @dev Health of the source before.
    uint256 private constant MEASURED = 22_000;
    /// @dev The pipeline that compiles tests costs about this much more in computation.
    uint256 private constant UNSHIPPED = 12_000;
    uint256 private constant COLLATERAL = 10 ether;
    uint256 private constant DEBT = 15_000e6;

    /// @dev A decision whose floor is the source's too: what stays is held to it.
    /// forge-config: default.isolate = true
    function test_gas_move_overheadIsBounded() public {
        _compare("move", vault.positionConfig(ON_AAVE).healthFloorWad, MAX_OVERHEAD);
    }

    /// @dev A lower floor: what stays is held to what it was, where that is less.
    /// forge-config: default.isolate = true
    function test_gas_move_thatMeasuresTheSourceBefore_overheadIsBounded() public {
        _compare("move_measured", vault.positionConfig(ON_COMET).healthFloorWad, MAX_OVERHEAD + MEASURED);
    }

    function _compare(string memory name, uint256 floorWad, uint256 limit) private {
        _vaultGas(1, floorWad); // the first makes slots; every later one only changes them
        passTime(1 hours);
        uint256 later = _vaultGas(2, floorWad);
        uint256 bareGas = _bareGas();
        record(name, later, bareGas);
        assertLe(later - bareGas, shipped() ? limit : limit + UNSHIPPED, "overhead of the guards");
    }

    /// @dev An hour after it was opened, as the vault's: venues book their interest in the first call of a second, and both shall pay for that.
    function _bareGas() private returns (uint256) {
        BareMove bare = BareMove(deployBare("BareMove", "BareMove", abi.encode(comet.comet())));
        deal(Mainnet.WETH, address(bare), Defaults.COLLATERAL + 50 ether);
        bare.open(Defaults.COLLATERAL, 150_000e6);
        bare.openThere(50 ether, 80_000e6);
        passTime(1 hours);
        bare.move(COLLATERAL, DEBT);
        return vm.lastCallGas().gasTotalUsed;
    }

    function _vaultGas(uint256 nonce, uint256 floorWad) private returns (uint256) {
        Decision memory d = move(ON_AAVE, ON_COMET, Mainnet.USDC, COLLATERAL, DEBT);
        (d.nonce, d.healthFloorWad) = (nonce, floorWad);
        bytes memory signature = sign(d);
        vm.prank(keeper);
        vault.execute(d, signature);
        return vm.lastCallGas().gasTotalUsed;
    }
}
