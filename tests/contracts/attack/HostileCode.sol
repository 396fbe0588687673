// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IUniswapV3SwapCallback} from "ballast/interfaces/external/IUniswapV3Pool.sol";

/// @title Everything that a contract with every role would try while the vault moves funds
/// @notice Owner, curator, guardian and keeper in one, so that no role check can stand in for the lock. Notes what each call answered.
contract Reentrant {
    struct Answer {
        bytes4 called;
        bool done;
        bytes4 reason;
    }

    IRebalanceVault public vault;
    Answer[] public answers;
    bool public entered;
    bytes[] private _calls;

    receive() external payable {
        enter();
    }

    function arm(IRebalanceVault vault_, bytes[] calldata calls) external {
        vault = vault_;
        delete _calls;
        delete answers;
        for (uint256 i; i < calls.length; i++) {
            _calls.push(calls[i]);
        }
        entered = false;
    }

    function count() external view returns (uint256) {
        return answers.length;
    }

    function enter() public {
        if (entered || address(vault) == address(0)) return;
        entered = true;
        for (uint256 i; i < _calls.length; i++) {
            bytes memory call = _calls[i];
            (bool done, bytes memory reason) = address(vault).call(call);
            answers.push(Answer(bytes4(call), done, bytes4(reason)));
        }
    }

    function act(bytes calldata call) external {
        (bool done, bytes memory reason) = address(vault).call(call);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}

/// @title A token that calls somebody before every transfer
/// @notice Put over a token of the fork; everything else is the token's own code over the token's own storage.
contract HookedToken {
    address private immutable _token;
    Reentrant private immutable _hook;

    constructor(address token, Reentrant hook) {
        _token = token;
        _hook = hook;
    }

    fallback() external payable {
        if (msg.sig == 0xa9059cbb || msg.sig == 0x23b872dd) _hook.enter(); // transfer, transferFrom
        (bool done, bytes memory answer) = _token.delegatecall(msg.data);
        assembly ("memory-safe") {
            switch done
            case 0 { revert(add(answer, 32), mload(answer)) }
            default { return(add(answer, 32), mload(answer)) }
        }
    }
}

/// @title A pool that was replaced by its worst self
/// @notice Put over the pool that the vault trusts: misbehaves in one of several ways when asked to swap.
/// @dev Where only the callback is false, what it answers at the end is plausible: no later check may stand in for the callback's.
contract HostilePool {
    enum Trick {
        NeverCallsBack,
        CallsBackTwice,
        OtherBytes,
        AsksForMore,
        AsksInOutput,
        AsksForNothing,
        GivesNothing,
        SendsAnotherCaller
    }

    Trick private immutable _trick;

    constructor(Trick trick) {
        _trick = trick;
    }

    function swap(address vault, bool, int256 amount, uint160, bytes calldata data) external returns (int256, int256) {
        IUniswapV3SwapCallback target = IUniswapV3SwapCallback(vault);
        // WETH is token 1: the vault owes amount 1 and is owed amount 0
        if (_trick == Trick.CallsBackTwice) {
            IERC20(Mainnet.USDC).transfer(vault, 2000e6);
            target.uniswapV3SwapCallback(-1000e6, 1, data);
            target.uniswapV3SwapCallback(-1000e6, 1, data);
            return (-2000e6, 2);
        } else if (_trick == Trick.OtherBytes) {
            target.uniswapV3SwapCallback(-1, amount, bytes.concat(data, hex"00"));
        } else if (_trick == Trick.AsksForMore) {
            target.uniswapV3SwapCallback(-1, amount + 1, data);
        } else if (_trick == Trick.AsksInOutput) {
            target.uniswapV3SwapCallback(amount, amount, data);
        } else if (_trick == Trick.AsksForNothing) {
            IERC20(Mainnet.USDC).transfer(vault, 3000e6);
            target.uniswapV3SwapCallback(-3000e6, 0, data);
            return (-3000e6, 0);
        } else if (_trick == Trick.GivesNothing) {
            target.uniswapV3SwapCallback(0, amount, data);
        } else if (_trick == Trick.SendsAnotherCaller) {
            new Stranger().knock(target, amount, data);
            return (-3000e6, amount);
        }
        return (_trick == Trick.NeverCallsBack ? -3000e6 : int256(0), amount);
    }
}

/// @title Knows the right bytes at the right time, and is the wrong caller
contract Stranger {
    function knock(IUniswapV3SwapCallback target, int256 amount, bytes calldata data) external {
        target.uniswapV3SwapCallback(-1, amount, data);
    }
}
