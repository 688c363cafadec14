// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/mpt/node.hpp"

namespace ashlar::mpt {

/// Calls `visit(BytesView encoding)` for each node below `root` that was made by the store itself, not read from a
/// source: after `hash`, what the new trie has and the old one had not. Storage tries of the accounts included.
template <class Visit>
void walk_new(const Slot& root, Visit&& visit) {
    const Node* node = root.node;
    if (!node || node->born == 0) return;
    visit(BytesView{node->rlp, node->rlp_size});
    if (node->kind == Kind::branch) {
        for (const Slot& child : as_branch(node)->slot) walk_new(child, visit);
    } else if (as_short(node)->slot.item) {
        walk_new(as_short(node)->slot, visit);
    }
}

}  // namespace ashlar::mpt
