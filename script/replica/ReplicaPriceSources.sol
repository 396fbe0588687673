// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

/// @notice What a source reads of a feed.
interface IAnswer {
    function latestAnswer() external view returns (int256);
}

/// @notice What a source reads of wstETH.
interface IRate {
    function stEthPerToken() external view returns (uint256);
}

/// @title ReplicaPriceCap
/// @notice Model of Aave's source for a stable coin: the market feed's own answer, never above a cap.
/// @dev Like the real one it has no rounds, only `latestAnswer`: who wants to know the age must ask the feed. On mainnet
///      the feed behind USDC's and USDT's is Chainlink's delayed twin of the public one; here it is the public one.
contract ReplicaPriceCap {
    uint8 public constant decimals = 8;

    IAnswer public immutable ASSET_TO_USD_AGGREGATOR;
    int256 private immutable cap;

    string public description;

    /// @param feed USD price of the coin, 8 decimals
    /// @param cap_ highest price that is let through, 8 decimals
    constructor(string memory description_, IAnswer feed, int256 cap_) {
        (description, ASSET_TO_USD_AGGREGATOR, cap) = (description_, feed, cap_);
    }

    /// @notice USD price, 8 decimals.
    function latestAnswer() external view returns (int256) {
        int256 price = ASSET_TO_USD_AGGREGATOR.latestAnswer();
        return price > cap ? cap : price;
    }

    /// @notice Highest price that is let through, USD with 8 decimals.
    function getPriceCap() external view returns (int256) {
        return cap;
    }

    /// @notice Whether the market is above the cap now.
    function isCapped() external view returns (bool) {
        return ASSET_TO_USD_AGGREGATOR.latestAnswer() > cap;
    }
}

/// @title ReplicaRateCap
/// @notice Model of Aave's source for wstETH: its rate times the price of ether, where the rate may grow only so fast.
/// @dev The venue takes stETH for ether: a discount of stETH on the market does not show here. A falling rate does.
contract ReplicaRateCap {
    uint8 public constant decimals = 8;
    string public constant description = "Capped wstETH / stETH(ETH) / USD";
    uint256 private constant WAD = 1e18;
    uint256 private constant BPS_YEAR = 10_000 * 365 days;

    IAnswer public immutable BASE_TO_USD_AGGREGATOR;
    IRate public immutable RATIO_PROVIDER;
    uint256 public immutable getSnapshotRatio;
    uint256 public immutable getSnapshotTimestamp;
    uint256 public immutable getMaxYearlyGrowthRatePercent;

    /// @param feed USD price of ether, 8 decimals
    /// @param snapshotRatio rate at `snapshotTimestamp`, wad
    /// @param yearlyGrowthBps how far the rate may have grown a year later
    constructor(IAnswer feed, IRate token, uint256 snapshotRatio, uint256 snapshotTimestamp, uint256 yearlyGrowthBps) {
        (BASE_TO_USD_AGGREGATOR, RATIO_PROVIDER) = (feed, token);
        (getSnapshotRatio, getSnapshotTimestamp) = (snapshotRatio, snapshotTimestamp);
        getMaxYearlyGrowthRatePercent = yearlyGrowthBps;
    }

    /// @notice USD price of one token, 8 decimals; zero where ether has no price, which the venue's oracle refuses.
    function latestAnswer() external view returns (int256) {
        int256 base = BASE_TO_USD_AGGREGATOR.latestAnswer();
        if (base <= 0) return 0;
        uint256 rate = getRatio();
        uint256 most = getMaxRatio();
        return int256(uint256(base) * (rate < most ? rate : most) / WAD);
    }

    /// @notice stETH in one token, wad.
    function getRatio() public view returns (uint256) {
        return RATIO_PROVIDER.stEthPerToken();
    }

    /// @notice Highest rate that is let through in this second, wad.
    function getMaxRatio() public view returns (uint256) {
        uint256 age = block.timestamp - getSnapshotTimestamp;
        return getSnapshotRatio + getSnapshotRatio * getMaxYearlyGrowthRatePercent * age / BPS_YEAR;
    }

    /// @notice Whether the rate is above what is let through.
    function isCapped() external view returns (bool) {
        return getRatio() > getMaxRatio();
    }
}

/// @title ReplicaPegPrice
/// @notice Model of Aave's source for WBTC: its price in bitcoin times the price of bitcoin.
contract ReplicaPegPrice {
    uint8 public constant decimals = 8;
    string public constant description = "wBTC/BTC/USD";
    int256 private constant ONE = 1e8;

    IAnswer public immutable ASSET_TO_PEG;
    IAnswer public immutable PEG_TO_BASE;

    /// @param assetToPeg bitcoin per token, 8 decimals
    /// @param pegToBase USD per bitcoin, 8 decimals
    constructor(IAnswer assetToPeg, IAnswer pegToBase) {
        (ASSET_TO_PEG, PEG_TO_BASE) = (assetToPeg, pegToBase);
    }

    /// @notice USD price of one token, 8 decimals; zero where a part has none, which the venue's oracle refuses.
    function latestAnswer() external view returns (int256) {
        int256 assetToPeg = ASSET_TO_PEG.latestAnswer();
        int256 pegToBase = PEG_TO_BASE.latestAnswer();
        return assetToPeg <= 0 || pegToBase <= 0 ? int256(0) : assetToPeg * pegToBase / ONE;
    }
}
