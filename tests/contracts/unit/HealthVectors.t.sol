// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractMakerTest} from "../mocks/maker/AbstractMakerTest.sol";
import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {CompoundV3Adapter} from "ballast/adapters/CompoundV3Adapter.sol";
import {MakerAdapter, MakerAddresses} from "ballast/adapters/MakerAdapter.sol";
import {VenueHealth} from "ballast/interfaces/ILendingAdapter.sol";
import {AssetInfo, IComet} from "ballast/interfaces/external/IComet.sol";
import {
    IMakerCdpManager,
    IMakerDaiJoin,
    IMakerGemJoin,
    IMakerJug,
    IMakerSpotter,
    IMakerVat
} from "ballast/interfaces/external/IMaker.sol";

/// @notice The adapters find the same health in the same numbers as the agent's metrics do, and liquidation begins at the price that these
/// say: at it the position is liquidatable, one unit of price above it is not. What the venues hold is given; the adapters are the product's.
contract HealthVectorsTest is AbstractMakerTest {
    string private constant PATH = "tests/vectors/health.json";
    address private immutable base = makeAddr("base");
    address private immutable account = makeAddr("account");

    string private json;
    address private comet;

    function setUp() public override {
        super.setUp();
        json = vm.readFile(PATH);
        comet = makeAddr("comet");
        vm.etch(comet, hex"00");
    }

    function test_comet() public {
        uint256 priced;
        uint256 n;
        for (; vm.keyExistsJson(json, _at("comet", n)); n++) {
            string memory from = _at("comet", n);
            CompoundV3Adapter adapter = _cometAdapter(from);
            uint256 count = _mockAssets(from);
            _assertHealth(adapter.health(account, 0), from);
            for (uint256 i; i < count; i++) {
                string memory asset = string.concat(from, ".assets[", vm.toString(i), "]");
                (bool known, uint256 price) = _optional(asset);
                if (!known) continue;
                priced++;
                _mockPrice(_feed(i), price);
                assertLt(adapter.health(account, 0).healthWad, WAD, asset);
                _mockPrice(_feed(i), price + 1);
                assertGe(adapter.health(account, 0).healthWad, WAD, asset);
                _mockPrice(_feed(i), _uint(asset, ".price"));
            }
        }
        assertGt(n, 10, "no vectors");
        assertGt(priced, 10, "no prices");
    }

    function test_maker() public {
        uint256 n;
        MakerAdapter adapter = new MakerAdapter(
            MakerAddresses(
                IMakerCdpManager(address(MANAGER)),
                IMakerVat(address(VAT)),
                IMakerJug(address(JUG)),
                IMakerSpotter(address(SPOTTER)),
                IMakerGemJoin(address(ETH_JOIN)),
                IMakerDaiJoin(address(DAI_JOIN))
            )
        );
        (uint256 cdp,) = _open(account, 0, 0);
        for (; vm.keyExistsJson(json, _at("maker", n)); n++) {
            string memory from = _at("maker", n);
            _mockUrn(from);
            _assertHealth(adapter.health(account, bytes32(cdp)), from);
            (bool known, uint256 price) = _optional(from);
            if (!known) continue;
            assertLt(adapter.healthAt(account, bytes32(cdp), price), WAD, from);
            assertGe(adapter.healthAt(account, bytes32(cdp), price + 1), WAD, from);
        }
        assertGt(n, 10, "no vectors");
    }

    // ---------------------------------------------------------------- what the venues hold

    function _cometAdapter(string memory from) private returns (CompoundV3Adapter) {
        vm.mockCall(comet, abi.encodeCall(IComet.baseToken, ()), abi.encode(base));
        vm.mockCall(comet, abi.encodeCall(IComet.baseScale, ()), abi.encode(_uint(from, ".baseScale")));
        vm.mockCall(comet, abi.encodeCall(IComet.baseTokenPriceFeed, ()), abi.encode(base));
        vm.mockCall(comet, abi.encodeCall(IComet.borrowBalanceOf, (account)), abi.encode(_uint(from, ".owed")));
        _mockPrice(base, _uint(from, ".basePrice"));
        return new CompoundV3Adapter(IComet(comet));
    }

    function _mockAssets(string memory from) private returns (uint256 n) {
        for (; vm.keyExistsJson(json, string.concat(from, ".assets[", vm.toString(n), "]")); n++) {
            string memory asset = string.concat(from, ".assets[", vm.toString(n), "]");
            AssetInfo memory info;
            (info.asset, info.priceFeed) = (_feed(n), _feed(n));
            info.scale = uint64(_uint(asset, ".scale"));
            info.borrowCollateralFactor = uint64(_uint(asset, ".borrowFactor"));
            info.liquidateCollateralFactor = uint64(_uint(asset, ".liquidateFactor"));
            vm.mockCall(comet, abi.encodeCall(IComet.getAssetInfo, (uint8(n))), abi.encode(info));
            bytes memory balance = abi.encode(uint128(_uint(asset, ".balance")), uint128(0));
            vm.mockCall(comet, abi.encodeCall(IComet.userCollateral, (account, _feed(n))), balance);
            _mockPrice(_feed(n), _uint(asset, ".price"));
        }
        bytes memory basic = abi.encode(int104(0), uint64(0), uint64(0), uint16((1 << n) - 1), uint8(0));
        vm.mockCall(comet, abi.encodeCall(IComet.userBasic, (account)), basic);
    }

    function _mockPrice(address feed, uint256 price) private {
        vm.mockCall(comet, abi.encodeCall(IComet.getPrice, (feed)), abi.encode(price));
    }

    /// @dev Dripped in this second, so that the rate is the one that is given.
    function _mockUrn(string memory from) private {
        bytes memory urn = abi.encode(_uint(from, ".ink"), _uint(from, ".art"));
        vm.mockCall(address(VAT), abi.encodeWithSelector(IMakerVat.urns.selector, ETH), urn);
        bytes memory kind = abi.encode(uint256(0), _uint(from, ".rate"), _uint(from, ".spot"), uint256(0), uint256(0));
        vm.mockCall(address(VAT), abi.encodeCall(IMakerVat.ilks, (ETH)), kind);
        bytes memory ratio = abi.encode(MakerMainnet.ETH_PIP, _uint(from, ".mat"));
        vm.mockCall(address(SPOTTER), abi.encodeCall(IMakerSpotter.ilks, (ETH)), ratio);
        vm.mockCall(address(SPOTTER), abi.encodeCall(IMakerSpotter.par, ()), abi.encode(_uint(from, ".par")));
        vm.mockCall(address(JUG), abi.encodeCall(IMakerJug.ilks, (ETH)), abi.encode(RAY, block.timestamp));
    }

    // ---------------------------------------------------------------- reading

    function _assertHealth(VenueHealth memory found, string memory from) private view {
        assertEq(found.collateralWad, _uint(from, ".collateralWad"), from);
        assertEq(found.debtWad, _uint(from, ".debtWad"), from);
        assertEq(found.liquidationThresholdBps, _uint(from, ".thresholdBps"), from);
        assertEq(found.healthWad, _uint(from, ".healthWad"), from);
    }

    function _optional(string memory from) private view returns (bool known, uint256 price) {
        string memory key = string.concat(from, ".liquidationPrice");
        bytes memory raw = vm.parseJson(json, key);
        known = keccak256(raw) != keccak256(abi.encode("null")) && raw.length > 32;
        if (known) price = vm.parseJsonUint(json, key);
    }

    function _uint(string memory from, string memory name) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(from, name));
    }

    function _at(string memory venue, uint256 i) private pure returns (string memory) {
        return string.concat(".", venue, "[", vm.toString(i), "]");
    }

    function _feed(uint256 i) private pure returns (address) {
        return address(uint160(0xfeed00 + i));
    }
}
