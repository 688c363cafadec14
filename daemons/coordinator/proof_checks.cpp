// SPDX-License-Identifier: Apache-2.0
#include "daemons/coordinator/proof_checks.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "daemons/coordinator/app.hpp"
#include "libs/base/json.hpp"
#include "libs/base/log.hpp"
#include "libs/cluster/version.hpp"
#include "libs/cluster/wire/jobs.hpp"

namespace ashlar::coordinator {

namespace json = boost::json;
using namespace cluster;
using namespace prover;

namespace {

const std::string& recorded(const std::string& of_block, const std::string& now) {
    return of_block.empty() ? now : of_block;
}

MadeWith made_with(const Context& c, const Block& b) {
    MadeWith m{b.version, recorded(b.profile, c.scheduler.policy().profile), {}, {}, {}, {}};
    if (b.elf.empty()) {
        m.chain = recorded(b.chain, c.scheduler.policy().chain);
        m.subblock_program = recorded(b.subblock_program, c.scheduler.policy().subblock_program);
        m.aggregator_program = recorded(b.aggregator_program, c.scheduler.policy().aggregator_program);
    } else {
        m.program = b.elf;
    }
    return m;
}

}  // namespace

HostResult<VerifiedBlock> verify_stored_block(const Context& c, const Block& b, EngineProcess& engine,
                                              const std::stop_token& stop, std::chrono::milliseconds limit) {
    const Policy now = c.scheduler.policy();
    VerifyBlockRequest r;
    r.aggregator_elf = c.blobs.path(recorded(b.aggregator_program, now.aggregator_program)).string();
    r.subblock_elf = c.blobs.path(recorded(b.subblock_program, now.subblock_program)).string();
    r.proof = c.blobs.path(b.proof).string();
    r.chain = recorded(b.chain, now.chain), r.profile = recorded(b.profile, now.profile);
    return engine.call(r, {}, stop, limit);
}

HostResult<VerifiedProgram> verify_stored_program(const Context& c, const Block& b, EngineProcess& engine,
                                                  const std::stop_token& stop, std::chrono::milliseconds limit) {
    return engine.call(VerifyProgramRequest{c.blobs.path(b.elf).string(), c.blobs.path(b.proof).string(),
                                            recorded(b.profile, c.scheduler.policy().profile)},
                       {}, stop, limit);
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
                return error_response({"verification_unavailable",
                                       fmt::format("{} proofs wait to be verified", waiting_.size()),
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
    Verdict v;
    v.valid = false, v.number = b.number, v.block_hash = b.hash, v.sha256 = b.proof,
    v.made_with = made_with(context_, b);
    json::object claims;
    // The fields of the verdict, null where it has none, and the claims beside them.
    const auto answer = [&] {
        json::object out = wire::write(v);
        if (!v.valid) out["valid"] = nullptr;
        if (!v.error) out["error"] = nullptr;
        for (const auto& [key, value] : claims) out[key] = value;
        return json_response(json::serialize(out));
    };
    const auto say = [&](const Error& why) {
        v.error = why;
        return answer();
    };
    // Check the bytes first: a verdict on a corrupted file is meaningless.
    const auto bytes = context_.blobs.get(b.proof);
    if (!bytes) {
        log::error("stored_proof_bad", {{"block", b.number}, {"proof", b.proof}, {"reason", bytes.error().message}});
        return say(bytes.error());
    }
    v.proof_bytes = bytes->size();
    const auto judge = [&]() -> HostResult<std::pair<json::object, double>> {
        if (!b.elf.empty()) {
            ASHLAR_ASSIGN(const VerifiedProgram good,
                          verify_stored_program(context_, b, engine_, stop_.get_token(), limit_));
            return std::pair{wire::write(good.claims), good.milliseconds};
        }
        ASHLAR_ASSIGN(const VerifiedBlock good, verify_stored_block(context_, b, engine_, stop_.get_token(), limit_));
        if (!says(good.claims, b))
            return fail("proof_of_another_block", "the stored proof is good, but not of this block");
        return std::pair{wire::write(good.claims), good.milliseconds};
    };
    const auto verdict = judge();
    if (!verdict) {
        const Error& e = verdict.error();
        if (e.code.starts_with("engine_") || e.code.starts_with("file_") || e.code == "stopped")
            return error_response({"verification_unavailable", e.code + ": " + e.message, "ask again"});
        if (b.version == VERSION || e.code == "proof_of_another_block") return say(e);
        // This verifier knows proofs of its own version: of another's it cannot say that it is false.
        v.valid.reset();
        return say({"proof_of_other_version",
                    fmt::format("version {} cannot judge a proof made by version {}: {}: {}", VERSION,
                                b.version.empty() ? "(not recorded)" : b.version, e.code, e.message),
                    "verify it with the version that made it"});
    }
    claims = verdict->first;
    v.milliseconds = verdict->second;
    v.valid = true;
    return answer();
}

}  // namespace ashlar::coordinator
