// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Addresses} from "./Addresses.sol";
import {Construct} from "./Construct.sol";
import {Parameters} from "./Parameters.sol";
import {ReplicaDAI} from "./ReplicaDAI.sol";
import {ReplicaMulticall3} from "./ReplicaMulticall3.sol";
import {ReplicaToken} from "./ReplicaToken.sol";
import {ReplicaUSDT} from "./ReplicaUSDT.sol";
import {ReplicaWstETH} from "./ReplicaWstETH.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Vm} from "forge-std/Vm.sol";

interface IWrappedEther {
    function deposit() external payable;
    function transfer(address to, uint256 amount) external returns (bool);
}

interface IMintable {
    function mint(address to, uint256 amount) external;
}

/// @notice Tokens and Multicall3.
library TokenGenesis {
    using SafeERC20 for IERC20;

    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function create(string memory json) internal {
        Construct.at(Addresses.WETH, Construct.prebuilt("canonical-weth/build/contracts/WETH9.json"));
        _plain(Addresses.USDC, "USD Coin", "USDC", 6, Addresses.USDC_MINTER);
        _plain(Addresses.WBTC, "Wrapped BTC", "WBTC", 8, Addresses.TOKEN_MINTER);
        _with(Addresses.DAI, type(ReplicaDAI).creationCode, abi.encode(Addresses.TOKEN_MINTER));
        _with(Addresses.USDT, type(ReplicaUSDT).creationCode, abi.encode(Addresses.TOKEN_MINTER));
        uint256 rateWad = Parameters.number(json, ".prices.stEthPerTokenWad");
        bytes memory arguments = abi.encode(Addresses.TOKEN_MINTER, Addresses.TRANSMITTER, rateWad);
        _with(Addresses.WSTETH, type(ReplicaWstETH).creationCode, arguments);
        Construct.at(Addresses.MULTICALL3, type(ReplicaMulticall3).creationCode);
    }

    /// @notice Give `to` an amount of any of the replica's tokens: WETH is backed by ether, the others come from their minters.
    function give(address token, address to, uint256 amountRaw) internal {
        if (token == Addresses.WETH) _wrap(to, amountRaw);
        else if (token == Addresses.USDT) _issue(to, amountRaw);
        else _mint(token, to, amountRaw);
    }

    function _wrap(address to, uint256 amountRaw) private {
        VM.deal(to, to.balance + amountRaw);
        VM.prank(to);
        IWrappedEther(Addresses.WETH).deposit{value: amountRaw}();
    }

    function _issue(address to, uint256 amountRaw) private {
        VM.startPrank(Addresses.TOKEN_MINTER);
        ReplicaUSDT(Addresses.USDT).issue(amountRaw);
        IERC20(Addresses.USDT).safeTransfer(to, amountRaw);
        VM.stopPrank();
    }

    function _mint(address token, address to, uint256 amountRaw) private {
        VM.prank(token == Addresses.USDC ? Addresses.USDC_MINTER : Addresses.TOKEN_MINTER);
        IMintable(token).mint(to, amountRaw);
    }

    function _plain(address target, string memory name, string memory symbol, uint8 decimals, address minter) private {
        _with(target, type(ReplicaToken).creationCode, abi.encode(name, symbol, decimals, minter));
    }

    function _with(address target, bytes memory creationCode, bytes memory arguments) private {
        Construct.at(target, abi.encodePacked(creationCode, arguments));
    }
}
