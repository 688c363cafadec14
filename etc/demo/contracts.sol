// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// The least of an ERC-20 that a transfer needs.
contract Token {
    mapping(address => uint256) public balanceOf;
    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor() {
        balanceOf[msg.sender] = 1_000_000 ether;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        require(balanceOf[msg.sender] >= value, "balance");
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        emit Transfer(msg.sender, to, value);
        return true;
    }
}

/// Recovers a signer over the SHA-256 of a message and keeps it: one call of each of the two precompiles.
contract Notary {
    mapping(bytes32 => address) public signer;
    event Signed(bytes32 indexed digest, address who);

    function sign(bytes calldata message, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 digest = sha256(message);
        address who = ecrecover(digest, v, r, s);
        require(who != address(0), "signature");
        signer[digest] = who;
        emit Signed(digest, who);
    }
}
