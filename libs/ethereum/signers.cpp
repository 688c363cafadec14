// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/signers.hpp"

#include "libs/crypto/secp256k1.hpp"
#include "libs/crypto/secp256k1_batch.hpp"

namespace ashlar::ethereum {

std::vector<Signers> recover_signers(std::span<const Transaction> transactions) {
    std::vector<Signers> out(transactions.size());
    std::vector<crypto::RecoveryRequest> requests;
    std::vector<std::optional<Address>*> targets;
    const auto ask = [&](const Bytes32& digest, const evm::uint256& r, const evm::uint256& s, bool y_odd,
                         std::optional<Address>& target) {
        const Bytes32 s_bytes = s.to_bytes32();
        if (!crypto::is_low_s(s_bytes)) return;
        requests.push_back({digest, r.to_bytes32(), s_bytes, y_odd});
        targets.push_back(&target);
    };
    for (size_t i = 0; i < transactions.size(); i++) {
        const Transaction& t = transactions[i];
        if (t.y_odd) ask(t.signing_hash, t.r, t.s, *t.y_odd, out[i].sender);
        out[i].authorities.resize(t.authorizations.size());
        for (size_t k = 0; k < t.authorizations.size(); k++) {
            const Authorization& a = t.authorizations[k];
            if (a.y_parity > evm::uint256{1}) continue;
            ask(a.signing_hash, a.r, a.s, a.y_parity.low32() == 1, out[i].authorities[k]);
        }
    }
    std::vector<std::optional<Address>> found(requests.size());
    crypto::recover_addresses(requests, found.data());
    for (size_t i = 0; i < found.size(); i++) *targets[i] = found[i];
    return out;
}

}  // namespace ashlar::ethereum
