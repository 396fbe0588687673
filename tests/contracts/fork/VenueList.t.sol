// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {VaultFactory} from "ballast/VaultFactory.sol";
import {AaveV3Adapter} from "ballast/adapters/AaveV3Adapter.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAaveV3AddressesProvider, IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {InitialConfig, PositionSetup} from "ballast/types/Config.sol";

/// @notice Only venues that are fixed in the code are called. An adapter of the very same code, deployed by somebody else, is not one.
contract VenueListTest is VaultTest {
    address private other;

    function setUp() public override {
        super.setUp();
        other = address(
            new AaveV3Adapter(IAaveV3AddressesProvider(Mainnet.AAVE_ADDRESSES_PROVIDER), IAaveV3Pool(Mainnet.AAVE_POOL))
        );
    }

    function test_newPosition_atAVenueOutsideTheList_isRefused() public {
        PositionSetup memory p = Defaults.position(other);
        p.positionId = 8;
        bytes memory call = abi.encodeCall(vault.setPosition, (p));
        vm.prank(curator);
        vault.submit(call);
        passTime(Defaults.TIMELOCK);
        vm.expectRevert(_refusal(other));
        vm.prank(curator);
        callVault(call);
    }

    function test_newVault_atAVenueOutsideTheList_isRefused() public {
        InitialConfig memory config = initialConfig();
        config.positions[0] = Defaults.position(other);
        vm.expectRevert(_refusal(other));
        factory.createVault("outside", config);
    }

    /// @dev The places of the list that no venue has hold zero; zero is no venue.
    function test_newVault_withoutAVenue_isRefused() public {
        InitialConfig memory config = initialConfig();
        config.positions[0] = Defaults.position(address(0));
        vm.expectRevert(_refusal(address(0)));
        factory.createVault("nowhere", config);
    }

    function test_list_leavesEmptyPlacesAway() public view {
        assertEq(vault.adapters().length, 1);
        assertEq(vault.adapters()[0], address(adapter));
    }

    function test_everyPlaceOfTheList_isAVenue() public {
        address[] memory venues = new address[](6);
        for (uint256 i; i < 6; i++) {
            venues[i] = deployProduct("AaveV3Adapter", abi.encode(Mainnet.AAVE_ADDRESSES_PROVIDER, Mainnet.AAVE_POOL));
        }
        factory = new VaultFactory(address(implement(venues)));
        for (uint256 i; i < 6; i++) {
            adapter = AaveV3Adapter(venues[i]);
            vault = createVault(bytes32(i));
            openPosition(Defaults.COLLATERAL, Defaults.START_HEALTH_WAD);
            send(deleverage(1 ether));
        }
    }

    function _refusal(address venue) private view returns (bytes memory) {
        return abi.encodeWithSelector(IVaultTerms.VenueForbidden.selector, venue, address(adapter));
    }
}
