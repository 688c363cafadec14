// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/hex.hpp"
#include "test/support/numbered.hpp"
#include "test/unit/evm/memory_host.hpp"

namespace ashlar::evm {

inline const Address SENDER = test::numbered(0xff);

/// One sender and contracts, numbered, on a state in memory.
struct World {
    MemoryHost host;
    Evm evm{host};
    explicit World(Revision revision = LATEST_REVISION) {
        host.revision = revision;
        host.account(SENDER).balance = uint256{1000000};
    }
    World& code(uint8_t n, std::string_view hex) {
        host.put_code(test::numbered(n), *from_hex(hex));
        host.account(test::numbered(n)).nonce = 1;
        return *this;
    }
    ExecutionResult call(uint8_t n, uint64_t gas, BytesView input = {}, uint64_t value = 0) {
        Message m;
        m.sender = SENDER;
        m.recipient = test::numbered(n);
        m.gas = gas;
        m.input = input;
        m.value = uint256{value};
        return evm.execute(m);
    }
    ExecutionResult create(std::string_view init, uint64_t gas, uint64_t value = 0) {
        const Bytes code = *from_hex(init);
        Message m;
        m.create = true;
        m.sender = SENDER;
        m.recipient = create_address(SENDER, 0);
        m.gas = gas;
        m.input = code;
        m.value = uint256{value};
        return evm.execute(m);
    }
};

/// A stack word as hex.
inline std::string word(uint64_t v) { return to_hex(uint256{v}.to_bytes32().view()); }

}  // namespace ashlar::evm
