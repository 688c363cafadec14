// SPDX-License-Identifier: Apache-2.0
#include "daemons/coordinator/proof_checks.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "daemons/coordinator/app.hpp"
#include "libs/base/log.hpp"
#include "libs/cluster/version.hpp"
#include "libs/cluster/views.hpp"

namespace ashlar::coordinator {

namespace json = boost::json;
using namespace cluster;

namespace {

const std::string& recorded(const std::string& of_block, const std::string& now) {
    return of_block.empty() ? now : of_block;
}

/// What a verdict is relative to: the setup the block was proven under.
json::object made_with(const Context& c, const Block& b) {
    json::object o{{"version", b.version}, {"profile", recorded(b.profile, c.scheduler.policy().profile)}};
    if (b.elf.empty()) {
        o["chain"] = recorded(b.chain, c.scheduler.policy().chain);
        o["subblock_program"] = recorded(b.subblock_program, c.scheduler.policy().subblock_program);
        o["aggregator_program"] = recorded(b.aggregator_program, c.scheduler.policy().aggregator_program);
    } else {
        o["program"] = b.elf;
    }
    return o;
}

}  // namespace

json::object verify_request(const Context& c, const Block& b) {
    const json::object with = made_with(c, b);
    json::object request{{"profile", with.at("profile")}, {"proof", c.blobs.path(b.proof).string()}};
    if (!b.elf.empty()) {
        request["kind"] = "verify_program";
        request["elf"] = c.blobs.path(b.elf).string();
    } else {
        request["kind"] = "verify_block";
        request["chain"] = with.at("chain");
        request["elf"] = c.blobs.path(text_field(with, "aggregator_program")).string();
        request["sub_elf"] = c.blobs.path(text_field(with, "subblock_program")).string();
    }
    return request;
}

ProofChecks::ProofChecks(const Context& context, std::vector<std::string> engine_command,
                         std::chrono::milliseconds limit)
    : context_(context), limit_(limit), engine_("rechecker", std::move(engine_command)), thread_([this] { run(); }) {}

void ProofChecks::stop() {
    if (!stop_.request_stop()) return;
    {
        const std::lock_guard lock(mutex_);
        wake_.notify_all();
    }
    thread_.join();
}

HttpResponse ProofChecks::answer(const Block& block, std::chrono::milliseconds wait) {
    std::shared_ptr<Check> check;
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(by_proof_, [](const auto& entry) { return entry.second.expired(); });
        if (const auto it = by_proof_.find(block.proof); it != by_proof_.end()) check = it->second.lock();
        if (check && check->verdict) check.reset();  // others still read that one; this client wants a new one
        if (!check) {
            if (waiting_.size() >= MAX_WAITING)
                return error_response(
                    503, {"verification_unavailable", fmt::format("{} proofs wait to be verified", waiting_.size()),
                          "ask again later, or use `ashlarctl block verify`"});
            check = std::make_shared<Check>();
            check->block = block;
            waiting_.push_back(check);
            by_proof_[block.proof] = check;
            wake_.notify_all();
        }
    }
    HttpResponse out = json_response(R"({"state":"verifying"})", 202);
    out.wait = wait;
    out.poll = [this, check]() -> std::optional<HttpResponse> {
        const std::lock_guard lock(mutex_);
        return check->verdict;
    };
    return out;
}

void ProofChecks::run() {
    while (true) {
        std::shared_ptr<Check> check;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return stop_.stop_requested() || !waiting_.empty(); });
            if (stop_.stop_requested()) return;
            check = std::move(waiting_.front());
            waiting_.pop_front();
        }
        HttpResponse verdict = verify(check->block);
        const std::lock_guard lock(mutex_);
        check->verdict = std::move(verdict);
    }
}

HttpResponse ProofChecks::verify(const Block& b) {
    json::object out{{"valid", false},
                     {"number", b.number},
                     {"block_hash", b.hash},
                     {"sha256", b.proof},
                     {"made_with", made_with(context_, b)}};
    const auto say = [&](const Error& why) {
        out["error"] = to_json(why);
        return json_response(json::serialize(out));
    };
    // The bytes first: a verdict about a file that is not the stored proof would be about nothing.
    const auto bytes = context_.blobs.get(b.proof);
    if (!bytes) {
        log::error("stored_proof_bad", {{"block", b.number}, {"proof", b.proof}, {"reason", bytes.error().message}});
        return say(bytes.error());
    }
    out["proof_bytes"] = bytes->size();
    const auto reply = engine_.call(verify_request(context_, b), {}, stop_.get_token(), limit_);
    if (!reply) {
        const Error& e = reply.error();
        if (e.code.starts_with("engine_") || e.code.starts_with("file_") || e.code == "stopped")
            return error_response(503, {"verification_unavailable", e.code + ": " + e.message, "ask again"});
        if (b.version == VERSION) return say(e);
        // This verifier knows proofs of its own version: of another's it cannot say that it is false.
        out["valid"] = nullptr;
        return say({"proof_of_other_version",
                    fmt::format("version {} cannot judge a proof made by version {}: {}: {}", VERSION,
                                b.version.empty() ? "(not recorded)" : b.version, e.code, e.message),
                    "verify it with the version that made it"});
    }
    out["milliseconds"] = real_field(*reply, "milliseconds");
    if (const auto* claims = reply->if_contains("claims"); claims && claims->is_object()) {
        for (const auto& [key, value] : claims->as_object()) out[key] = value;
        if (b.elf.empty() && !says(block_claims_from(claims->as_object()), b))
            return say({"proof_of_another_block", "the stored proof is good, but not of this block"});
    }
    out["valid"] = true;
    out["error"] = nullptr;
    return json_response(json::serialize(out));
}

}  // namespace ashlar::coordinator
