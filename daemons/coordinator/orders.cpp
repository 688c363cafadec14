// SPDX-License-Identifier: Apache-2.0
#include "daemons/coordinator/orders.hpp"

#include "libs/base/files.hpp"

namespace ashlar::coordinator {

using namespace cluster;

std::shared_ptr<Orders::Placed> Orders::place(const std::string& node, NodeVerb verb, wire::Json arguments) {
    const std::string id = random_hex(8);
    const std::lock_guard lock(mutex_);
    orders_[id] = {node, {id, verb, std::move(arguments)}, false, {}};
    return std::make_shared<Placed>(*this, id);
}

std::vector<NodeOrder> Orders::take(const std::string& node) {
    std::vector<NodeOrder> out;
    const std::lock_guard lock(mutex_);
    for (auto& [id, o] : orders_)
        if (o.node == node && !o.given) {
            o.given = true;
            out.push_back(o.order);
        }
    return out;
}

bool Orders::answered(const std::string& node, const OrderAnswer& answer) {
    const std::lock_guard lock(mutex_);
    const auto it = orders_.find(answer.order);
    if (it == orders_.end() || it->second.node != node || !it->second.given) return false;
    it->second.answer = answer.result;
    return true;
}

std::optional<wire::Json> Orders::answer_of(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto it = orders_.find(id);
    return it == orders_.end() ? std::nullopt : it->second.answer;
}

void Orders::forget(const std::string& id) {
    const std::lock_guard lock(mutex_);
    orders_.erase(id);
}

}  // namespace ashlar::coordinator
