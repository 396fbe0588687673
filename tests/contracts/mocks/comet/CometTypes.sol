// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A collateral as a market's parameters name it. Factors have 18 decimals and are multiples of 1e14, the cap is in token units.
struct CollateralParameters {
    address asset;
    address priceFeed; // 8 decimals
    uint8 decimals;
    uint64 borrowCollateralFactor;
    uint64 liquidateCollateralFactor;
    uint64 liquidationFactor;
    uint128 supplyCap;
}

/// @notice One kinked curve, per year, 18 decimals.
struct RateParameters {
    uint64 kink;
    uint64 slopeLow;
    uint64 slopeHigh;
    uint64 base;
}

/// @notice What a market is made with.
struct CometParameters {
    address governor;
    address pauseGuardian;
    address baseToken;
    address baseTokenPriceFeed; // 8 decimals
    uint8 baseDecimals;
    RateParameters supplyRate;
    RateParameters borrowRate;
    uint64 storeFrontPriceFactor; // 18 decimals
    uint104 baseBorrowMin; // base units
    uint104 targetReserves; // base units
    uint64 supplyIndex; // 1e15 for a market that opens now
    uint64 borrowIndex;
    CollateralParameters[] collaterals;
}

/// @notice Collateral of one account.
struct UserCollateral {
    uint128 balance;
    uint128 _reserved;
}

/// @notice Base position of one account: principal is signed, debt is negative. The reward fields stay zero in the model.
struct UserBasic {
    int104 principal;
    uint64 baseTrackingIndex;
    uint64 baseTrackingAccrued;
    uint16 assetsIn;
    uint8 _reserved;
}

/// @notice Liquidators' points.
struct LiquidatorPoints {
    uint32 numAbsorbs;
    uint64 numAbsorbed;
    uint128 approxSpend;
    uint32 _reserved;
}

/// @notice Comet's errors and events under their own names.
interface ICometSigns {
    error Absurd();
    error BadAmount();
    error BadAsset();
    error BadDecimals();
    error BadDiscount();
    error BadPrice();
    error BorrowCFTooLarge();
    error BorrowTooSmall();
    error InsufficientReserves();
    error InvalidInt104();
    error InvalidInt256();
    error InvalidUInt104();
    error InvalidUInt128();
    error InvalidUInt64();
    error LiquidateCFTooLarge();
    error NegativeNumber();
    error NoSelfTransfer();
    error NotCollateralized();
    error NotForSale();
    error NotLiquidatable();
    error Paused();
    error ReentrantCallBlocked();
    error SupplyCapExceeded();
    error TimestampTooLarge();
    error TooManyAssets();
    error TooMuchSlippage();
    error TransferInFailed();
    error TransferOutFailed();
    error Unauthorized();

    event Supply(address indexed from, address indexed dst, uint256 amount);
    event Transfer(address indexed from, address indexed to, uint256 amount);
    event Withdraw(address indexed src, address indexed to, uint256 amount);
    event SupplyCollateral(address indexed from, address indexed dst, address indexed asset, uint256 amount);
    event TransferCollateral(address indexed from, address indexed to, address indexed asset, uint256 amount);
    event WithdrawCollateral(address indexed src, address indexed to, address indexed asset, uint256 amount);
    event AbsorbDebt(address indexed absorber, address indexed borrower, uint256 basePaidOut, uint256 usdValue);
    event AbsorbCollateral(
        address indexed absorber,
        address indexed borrower,
        address indexed asset,
        uint256 collateralAbsorbed,
        uint256 usdValue
    );
    event BuyCollateral(address indexed buyer, address indexed asset, uint256 baseAmount, uint256 collateralAmount);
    event PauseAction(bool supplyPaused, bool transferPaused, bool withdrawPaused, bool absorbPaused, bool buyPaused);
    event WithdrawReserves(address indexed to, uint256 amount);
    event Approval(address indexed owner, address indexed spender, uint256 value);
}
