// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractAdapterProxy} from "./AbstractAdapterProxy.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILendingAdapter} from "ballast/interfaces/ILendingAdapter.sol";
import {IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";

/// @notice The Aave adapter with one fault, done after a repayment or a withdrawal, or shown before or after collateral grew: what the vault's
/// last guards are for, since no honest adapter shows it.
contract HostileAdapter is AbstractAdapterProxy {
    enum Fault {
        LeavesAllowance,
        LosesCollateral,
        RaisesDebt,
        LeavesIdleBehind,
        SpendsIdle,
        MuteBefore,
        MuteAfter
    }

    uint256 private constant MORE_WETH = 100.5 ether; // than there was at first

    address private constant ACCOMPLICE = address(0xACC0);

    Fault private immutable _fault;

    constructor(address honest, Fault fault) AbstractAdapterProxy(honest) {
        _fault = fault;
    }

    fallback() external {
        bool delegated = _isDelegated();
        bool asked = msg.sig == ILendingAdapter.health.selector || msg.sig == ILendingAdapter.healthOf.selector;
        if (asked) _requireVoice();
        bytes memory answer = _honestAnswer();
        bool both = msg.sig == ILendingAdapter.repayAndWithdraw.selector;
        if (delegated && (both || msg.sig == ILendingAdapter.repay.selector)) _afterRepay();
        if (delegated && (both || msg.sig == ILendingAdapter.withdraw.selector)) _afterWithdraw();
        _give(answer);
    }

    function _requireVoice() private view {
        bool grown = IERC20(Mainnet.AAVE_WETH_ATOKEN).balanceOf(msg.sender) > MORE_WETH;
        require(_fault != (grown ? Fault.MuteAfter : Fault.MuteBefore), "MUTE");
    }

    function _afterRepay() private {
        if (_fault == Fault.LeavesAllowance) IERC20(Mainnet.USDC).approve(Mainnet.AAVE_POOL, 1);
        if (_fault == Fault.RaisesDebt) {
            IAaveV3Pool(Mainnet.AAVE_POOL).borrow(Mainnet.USDC, 31_000e6, 2, 0, address(this));
        }
        if (_fault == Fault.LeavesIdleBehind) IERC20(Mainnet.USDC).transfer(ACCOMPLICE, 400e6);
    }

    function _afterWithdraw() private {
        if (_fault == Fault.LosesCollateral) IERC20(Mainnet.AAVE_WETH_ATOKEN).transfer(ACCOMPLICE, 0.2 ether);
        if (_fault == Fault.SpendsIdle) IERC20(Mainnet.WETH).transfer(ACCOMPLICE, 1 ether);
    }
}
