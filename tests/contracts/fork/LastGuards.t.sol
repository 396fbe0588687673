// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HostileAdapter} from "../mocks/HostileAdapter.sol";
import {HungryAdapter} from "../mocks/HungryAdapter.sol";
import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {NetTest} from "../utils/NetTest.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {RebalanceVault} from "ballast/RebalanceVault.sol";
import {VaultFactory} from "ballast/VaultFactory.sol";
import {AaveV3Adapter} from "ballast/adapters/AaveV3Adapter.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {Decision, Outcome} from "ballast/types/Decision.sol";

/// @notice The guards that stand when an adapter or a venue does something else than it was asked to.
contract LastGuardsForkTest is VaultTest {
    function test_honestAdapter_passes() public {
        send(deleverage(10 ether));
    }

    function test_allowanceLeft_isRefused() public {
        _serveWith(HostileAdapter.Fault.LeavesAllowance);
        bytes memory reason =
            abi.encodeWithSelector(IVaultTerms.AllowanceLeft.selector, Mainnet.USDC, Mainnet.AAVE_POOL, 1);
        expectRefusal(deleverage(10 ether), reason);
    }

    function test_collateralThatLeavesBesideTheSwap_countsAsLoss() public {
        _serveWith(HostileAdapter.Fault.LosesCollateral); // 600 USD of 30,000: 2 %
        expectRefusalBy(repairFromBelow(10 ether), IVaultTerms.LossExceeded.selector);
    }

    /// @dev What lies idle before and after is none of what was taken out, and hides no loss of the books.
    function test_collateralThatLeavesBesideTheSwap_countsAsLoss_whateverLiesIdle() public {
        _serveWith(HostileAdapter.Fault.LosesCollateral);
        fundIdle(Mainnet.WETH, 1 ether);
        expectRefusalBy(repairFromBelow(10 ether), IVaultTerms.LossExceeded.selector);
    }

    function test_idleFundsThatLeaveBesideTheSwap_countAsLoss() public {
        _serveWith(HostileAdapter.Fault.LeavesIdleBehind); // 400 USD of 30,000: 1.3 %
        fundIdle(Mainnet.USDC, 500e6);
        Decision memory d = deleverage(10 ether);
        expectRefusalBy(d, IVaultTerms.OutputTooLow.selector); // what left was not obtained
        d.minOut = 1;
        expectRefusalBy(d, IVaultTerms.SlippageExceeded.selector);
    }

    /// @dev Less than the sale itself: what left idle funds is spent besides, not instead.
    function test_idleFundsThatLeaveBesideTheSwap_countAsSpent() public {
        _serveWith(HostileAdapter.Fault.SpendsIdle);
        fundIdle(Mainnet.WETH, 1 ether);
        Decision memory d = deleverage(10 ether);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.InputTooHigh.selector, 11 ether, 10 ether));
    }

    /// @dev Where all is sold no amount bounds it: what left beside the sale is in the value that the slippage is of. A tenth of it is gone here.
    function test_idleFundsThatLeaveBesideTheSaleOfAll_countAsSpent() public {
        _serve(address(new HostileAdapter(address(adapter), HostileAdapter.Fault.SpendsIdle)), 10 ether);
        fundIdle(Mainnet.WETH, 1 ether);
        Decision memory d = deleverage(10 ether);
        (d.maxIn, d.minOut) = (type(uint256).max, 1);
        expectRefusalBy(d, IVaultTerms.SlippageExceeded.selector);
    }

    function test_debtThatRises_isRefused() public {
        _serveWith(HostileAdapter.Fault.RaisesDebt);
        expectRefusalBy(repairFromBelow(10 ether), IVaultTerms.DebtIncreased.selector);
        fundIdle(Mainnet.USDC, 1000e6);
        expectRefusalBy(repayFromIdle(1000e6), IVaultTerms.DebtIncreased.selector);
    }

    /// @dev Nothing to compare: that collateral grew is known by balances, and the ceiling is crossed by nobody's word.
    function test_venueThatIsMuteBefore_orAfter_doesNotStopARepairFromIdleFunds() public {
        HostileAdapter.Fault[2] memory faults = [HostileAdapter.Fault.MuteBefore, HostileAdapter.Fault.MuteAfter];
        AaveV3Adapter honest = adapter;
        for (uint256 i; i < 2; i++) {
            adapter = honest;
            _serveWith(faults[i]);
            fundIdle(Mainnet.WETH, 1 ether);
            Decision memory d = addCollateral(1 ether);
            d.healthCeilingWad = 1.46e18;
            Outcome memory outcome = send(d);
            assertEq(outcome.healthBeforeWad == 0, i == 0);
            assertEq(outcome.healthAfterWad == 0, i == 1);
            assertApproxEqAbs(outcome.obtained, 1 ether, 2);
        }
    }

    /// @dev A call forwards 63/64 of what is left, so that the relayer must bring 609,524 for the 600,000 that the venue may use. The venue
    /// here uses 590,000: with any gas at all it tells its health, or nothing happens and the gas is named.
    function test_gasForTheVenue_boundary() public {
        _serve(address(new HungryAdapter(address(adapter), 590_000)));
        fundIdle(Mainnet.WETH, 40 ether);
        Decision memory d = addCollateral(40 ether);
        d.healthCeilingWad = 1.5e18; // crossed by this repair, which only the venue can tell
        bytes memory call = abi.encodeCall(vault.execute, (d, sign(d)));
        (uint256 little, uint256 enough) = (1_300_000, 3_000_000);
        while (enough - little > 1) {
            uint256 middle = (little + enough) / 2;
            if (_refusalWith(middle, call) == IVaultTerms.HealthAboveCeiling.selector) enough = middle;
            else little = middle;
        }
        assertEq(_refusalWith(enough, call), IVaultTerms.HealthAboveCeiling.selector, "told");
        assertEq(_refusalWith(enough - 1, call), IVaultTerms.InsufficientGas.selector, "not asked");
    }

    function _refusalWith(uint256 gas, bytes memory call) private returns (bytes4) {
        (bool done, bytes memory reason) = address(vault).call{gas: gas}(call);
        assertFalse(done, "the venue was taken for mute");
        return bytes4(reason);
    }

    /// @dev The same vault on an implementation whose adapter has the fault. `adapter` is what decisions name.
    function _serveWith(HostileAdapter.Fault fault) private {
        _serve(address(new HostileAdapter(address(adapter), fault)));
    }

    function _serve(address venue) private {
        _serve(venue, Defaults.COLLATERAL);
    }

    function _serve(address venue, uint256 collateral) private {
        adapter = AaveV3Adapter(venue);
        factory = new VaultFactory(address(implement(address(adapter))));
        vault = createVault(bytes32(uint256(uint160(venue))));
        openPosition(collateral, Defaults.START_HEALTH_WAD);
    }
}

/// @notice The same for a rescue, which nobody signs.
abstract contract AbstractHostileNetTest is NetTest {
    function fault() internal pure virtual returns (HostileAdapter.Fault);

    function deploy() internal override {
        super.deploy();
        adapter = AaveV3Adapter(address(new HostileAdapter(address(adapter), fault())));
        implementation = implement(address(adapter));
        factory = VaultFactory(deployProduct("VaultFactory", abi.encode(implementation)));
    }
}

contract IdleFundsAtARescueTest is AbstractHostileNetTest {
    function fault() internal pure override returns (HostileAdapter.Fault) {
        return HostileAdapter.Fault.SpendsIdle;
    }

    function test_idleFundsThatLeaveBesideTheRescue_countAsSpent() public {
        fundIdle(Mainnet.WETH, 2 ether); // one more goes with the withdrawal of the reward
        abandon();
        expectNoRescue(10 ether, abi.encodeWithSelector(IVaultTerms.InputTooHigh.selector, 12 ether, 10 ether));
    }
}

contract LastGuardsOfTheNetTest is AbstractHostileNetTest {
    function fault() internal pure override returns (HostileAdapter.Fault) {
        return HostileAdapter.Fault.LeavesAllowance;
    }

    function test_allowanceLeft_isRefused() public {
        abandon();
        bytes memory reason =
            abi.encodeWithSelector(IVaultTerms.AllowanceLeft.selector, Mainnet.USDC, Mainnet.AAVE_POOL, 1);
        expectNoRescue(10 ether, reason);
    }
}
