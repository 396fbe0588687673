// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "../interfaces/external/IAggregatorV3.sol";
import {IPyth, PythPrice} from "../interfaces/external/IPyth.sol";
import {UnitMath} from "../libraries/UnitMath.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title A price of Pyth as a feed
/// @notice Silent where Pyth's price is older than it may be, or where its publishers differ by more than `maxConfidenceBps`: a wide price
/// is no price. Somebody has to bring the price to the chain first, see `PythUpdater`.
/// @dev A round is named by its publishing time; Pyth keeps no earlier one, so as a primary feed it forbids what raises risk, by the
/// rule of the unknown past.
/// @custom:kill Holds nothing, owned by nobody.
contract PythFeed is IAggregatorV3 {
    int256 private constant MAX_EXPONENT = 18; // either way; Pyth publishes -12 to 0

    IPyth public immutable pyth;
    /// @notice Pyth's name of the price.
    bytes32 public immutable id;
    uint256 public immutable maxAgeSeconds;
    /// @notice Greatest confidence interval, bps of the price.
    uint256 public immutable maxConfidenceBps;
    /// @notice By how much Pyth's clock may be ahead of the block's, whose time is the beginning of its slot.
    uint256 public immutable maxAheadSeconds;
    /// @inheritdoc IAggregatorV3
    uint8 public immutable decimals;

    error ConfidenceTooWide(uint256 conf, int256 price, uint256 allowedBps);
    error ExponentForbidden(int256 observed, int256 allowed);
    error RoundUnknown(uint80 roundId, uint80 known);
    /// @notice A constructor argument is outside of what makes sense.
    error ParameterForbidden(string field, uint256 observed, uint256 allowed);

    struct Setup {
        IPyth pyth;
        bytes32 id;
        uint32 maxAgeSeconds; // 1 to 3,600
        uint16 maxConfidenceBps; // 1 to 1,000
        uint16 maxAheadSeconds; // 0 to 60
        uint8 decimals; // of the answers, 0 to 18
    }

    constructor(Setup memory setup) {
        require(address(setup.pyth).code.length != 0, ParameterForbidden("pyth", 0, 1));
        _inRange("maxAgeSeconds", setup.maxAgeSeconds, 1, 1 hours);
        _inRange("maxConfidenceBps", setup.maxConfidenceBps, 1, 1000);
        _inRange("maxAheadSeconds", setup.maxAheadSeconds, 0, 60);
        _inRange("decimals", setup.decimals, 0, 18);
        (pyth, id) = (setup.pyth, setup.id);
        (maxAgeSeconds, maxConfidenceBps) = (setup.maxAgeSeconds, setup.maxConfidenceBps);
        (maxAheadSeconds, decimals) = (setup.maxAheadSeconds, setup.decimals);
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return _latest();
    }

    /// @inheritdoc IAggregatorV3
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        (uint80 known, int256 answer, uint256 startedAt, uint256 updatedAt,) = _latest();
        require(roundId == known, RoundUnknown(roundId, known));
        return (known, answer, startedAt, updatedAt, known);
    }

    function _latest() private view returns (uint80 roundId, int256 answer, uint256, uint256, uint80) {
        PythPrice memory told = pyth.getPriceNoOlderThan(id, maxAgeSeconds);
        // a time of 80 bits is far beyond what Pyth's 64 hold
        // forge-lint: disable-next-line(unsafe-typecast)
        roundId = uint80(told.publishTime);
        _requireNarrow(told);
        answer = _scaled(told);
        // further ahead it stays in the future, where the vault's guard refuses it
        uint256 updatedAt = told.publishTime <= block.timestamp + maxAheadSeconds
            ? Math.min(told.publishTime, block.timestamp)
            : told.publishTime;
        return (roundId, answer, updatedAt, updatedAt, roundId);
    }

    /// @dev A price that is not positive goes through: the vault has a name for it.
    function _requireNarrow(PythPrice memory told) private view {
        if (told.price <= 0) return;
        // no overflow: 64 bits times 16
        bool narrow = uint256(told.conf) * UnitMath.BPS <= uint256(uint64(told.price)) * maxConfidenceBps;
        require(narrow, ConfidenceTooWide(told.conf, told.price, maxConfidenceBps));
    }

    /// @dev Rounds towards zero where digits are lost. No overflow: 64 bits times 10^36.
    function _scaled(PythPrice memory told) private view returns (int256) {
        int256 expo = told.expo;
        require(expo >= -MAX_EXPONENT, ExponentForbidden(expo, -MAX_EXPONENT));
        require(expo <= MAX_EXPONENT, ExponentForbidden(expo, MAX_EXPONENT));
        int256 shift = int256(uint256(decimals)) + expo;
        // both exponents are between 0 and 36
        // forge-lint: disable-next-item(unsafe-typecast)
        return shift >= 0 ? told.price * int256(10 ** uint256(shift)) : told.price / int256(10 ** uint256(-shift));
    }

    function _inRange(string memory field, uint256 value, uint256 least, uint256 most) private pure {
        require(value >= least, ParameterForbidden(field, value, least));
        require(value <= most, ParameterForbidden(field, value, most));
    }
}
