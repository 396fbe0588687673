// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {AbstractReplicaToken} from "./AbstractReplicaToken.sol";

/// @title ReplicaWstETH
/// @notice Lido's wrapped stake as a token with a rate: one account writes the rate, one mints.
/// @dev There is no stETH behind it, so nothing wraps or unwraps; the rate may fall, as it does when validators are slashed.
contract ReplicaWstETH is AbstractReplicaToken {
    error OnlyMinter(address sender, address minter);
    error OnlyRateSetter(address sender, address rateSetter);
    error RateOutOfRange(uint256 rateWad, uint256 least, uint256 most);

    event RateChanged(uint256 stEthPerTokenWad);

    uint256 private constant WAD = 1e18;

    address public immutable minter;
    address public immutable rateSetter;

    /// @notice stETH in one token, wad.
    uint256 public stEthPerToken;

    constructor(address minter_, address rateSetter_, uint256 rateWad)
        AbstractReplicaToken("Wrapped liquid staked Ether 2.0", "wstETH", 18)
    {
        minter = minter_;
        rateSetter = rateSetter_;
        _setRate(rateWad);
    }

    /// @notice Create `amount` (18 decimals) for `to`; only the minter may.
    function mint(address to, uint256 amount) external returns (bool) {
        if (msg.sender != minter) revert OnlyMinter(msg.sender, minter);
        _create(to, amount);
        return true;
    }

    /// @notice What an oracle report of Lido does: stETH in one token, wad, from one thousandth to one thousand.
    function setStEthPerToken(uint256 rateWad) external {
        if (msg.sender != rateSetter) revert OnlyRateSetter(msg.sender, rateSetter);
        _setRate(rateWad);
    }

    /// @notice Tokens in one stETH, wad, rounded down.
    function tokensPerStEth() external view returns (uint256) {
        return getWstETHByStETH(WAD);
    }

    /// @notice stETH that `amount` tokens stand for, rounded down.
    function getStETHByWstETH(uint256 amount) external view returns (uint256) {
        return amount * stEthPerToken / WAD;
    }

    /// @notice Tokens that stand for `amount` stETH, rounded down.
    function getWstETHByStETH(uint256 amount) public view returns (uint256) {
        return amount * WAD / stEthPerToken;
    }

    function _setRate(uint256 rateWad) private {
        if (rateWad < WAD / 1000 || rateWad > WAD * 1000) revert RateOutOfRange(rateWad, WAD / 1000, WAD * 1000);
        stEthPerToken = rateWad;
        emit RateChanged(rateWad);
    }
}
