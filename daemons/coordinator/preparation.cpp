// SPDX-License-Identifier: Apache-2.0
#include "daemons/coordinator/preparation.hpp"

#include <fmt/format.h>

#include "daemons/coordinator/input_index.hpp"
#include "libs/base/files.hpp"
#include "libs/base/log.hpp"
#include "libs/ethereum/chain_file.hpp"
#include "libs/ethereum/dump.hpp"

namespace ashlar::coordinator {

namespace fs = std::filesystem;
using namespace cluster;
using namespace prover;

std::chrono::milliseconds engine_limit(const Config& config) {
    return std::chrono::seconds(config.number("engine_limit_s"));
}

rpc::BlockSourceOptions node_options(const Config& config, Pulse& round) {
    rpc::BlockSourceOptions o;
    o.url = config.text("rpc_http_url");
    o.retries = static_cast<unsigned>(config.number("request_retries"));
    o.timeout = std::chrono::seconds(config.number("request_timeout_s"));
    o.alive = [&round] { round.beat(); };
    return o;
}

fs::path Preparation::fetched_folder(const Block& b) const {
    return state_dir_ / "inputs" / fmt::format("{}-{}", static_cast<int64_t>(b.job), b.ordinal);
}

/// Where the block's inputs lie; those of an archive are put below `work`.
HostResult<fs::path> Preparation::folder_of(Fetcher& f, const Block& b, const fs::path& work,
                                            const std::stop_token& stop) const {
    if (f.from == InputSource::node) {
        const fs::path dir = fetched_folder(b);
        ASHLAR_ASSIGN(const ethereum::ChainConfig chain, ethereum::load_chain(context_.config.text("chain")));
        rpc::BlockSourceOptions options = node_options(context_.config, f.round);
        options.chain = &chain;
        ASHLAR_TRY(rpc::fetch_block(options, rpc::hex_quantity(b.number), dir, stop));
        return dir;
    }
    if (!context_.inputs) return fail("inputs_unconfigured", "this coordinator has no input folders any more");
    return f.round.during([&]() -> HostResult<fs::path> {
        ASHLAR_ASSIGN(const InputPlace place, context_.inputs->find(b.number, stop));
        if (place.kind != InputPlace::Kind::archive) return place.path;
        ASHLAR_ASSIGN(const ethereum::Dump dump, place.archive->read({b.number, place.subblock_gas}));
        return ethereum::write_dump(work, dump);
    });
}

/// Keeps what a node gave: block and witness as they came, and what is proven of them as a dump.
HostResult<void> Preparation::dump_inputs(const BlockFacts& facts, uint64_t subblocks, const fs::path& fetched,
                                          const fs::path& stdins) const {
    const fs::path root = context_.config.path("input_dump_dir");
    std::error_code ec;
    const fs::path to = root / fmt::format("block{}", facts.number);
    fs::create_directories(to, ec);
    for (fs::directory_iterator it(fetched, ec), end; !ec && it != end; it.increment(ec)) {
        if (!it->is_regular_file()) continue;
        ASHLAR_ASSIGN(const Bytes content, read_file(it->path()));
        ASHLAR_TRY(write_file_atomically(to / it->path().filename(), content));
    }
    if (ec) return fail("file_unwritable", fmt::format("{}: {}", to.string(), ec.message()), "check input_dump_dir");
    std::vector<Bytes> inputs;
    for (uint64_t i = 0; i < subblocks; i++) {
        ASHLAR_ASSIGN(Bytes input, read_file(stdins / subblock_stdin_name(i)));
        inputs.push_back(std::move(input));
    }
    ASHLAR_ASSIGN(const Bytes aggregator, read_file(stdins / AGGREGATOR_STDIN_NAME));
    ASHLAR_ASSIGN(const ethereum::Dump dump,
                  ethereum::make_dump(facts.number, context_.scheduler.policy().subblock_gas, inputs, aggregator));
    ASHLAR_TRY(ethereum::write_dump(root, dump));
    return {};
}

HostResult<void> Preparation::prepare(Fetcher& f, const Block& b, const std::stop_token& stop) const {
    const fs::path out = state_dir_ / "work" / fmt::format("prepare-{}", static_cast<int64_t>(b.id));
    std::error_code ec;
    fs::create_directories(out, ec);
    const auto done = prepare_in(f, b, out, stop);
    fs::remove_all(out, ec);
    return done;
}

HostResult<void> Preparation::prepare_in(Fetcher& f, const Block& b, const fs::path& out,
                                         const std::stop_token& stop) const {
    ASHLAR_ASSIGN(const fs::path dir, folder_of(f, b, out / "dump", stop));
    const Config& config = context_.config;
    const Policy policy = context_.scheduler.policy();
    PrepareRequest request;
    request.folder = dir.string(), request.chain = config.text("chain"), request.profile = config.text("profile");
    request.subblock_gas = policy.subblock_gas, request.out = out.string();
    request.aggregator_elf = context_.blobs.path(policy.aggregator_program).string();
    request.subblock_elf = context_.blobs.path(policy.subblock_program).string();
    request.emulate = config.boolean("emulate_inputs");
    ASHLAR_ASSIGN(const PrepareReply reply,
                  f.round.during([&] { return f.preparer.call(request, {}, stop, engine_limit(config)); }));
    if (f.from == InputSource::node && config.has("input_dump_dir"))
        complain_("dump_trouble", dump_inputs(reply.facts, reply.subblocks, dir, out));
    ASHLAR_TRY(store_inputs(b, reply, out));
    std::error_code ec;
    fs::remove_all(fetched_folder(b), ec);
    return {};
}

HostResult<void> Preparation::store_inputs(const Block& b, const PrepareReply& reply, const fs::path& out) const {
    const BlockFacts& f = reply.facts;
    std::vector<std::string> stdins;
    for (uint64_t i = 0; i < reply.subblocks; i++) {
        ASHLAR_ASSIGN(std::string name, context_.blobs.put_file(out / subblock_stdin_name(i)));
        stdins.push_back(std::move(name));
    }
    ASHLAR_ASSIGN(const std::string aggregator, context_.blobs.put_file(out / AGGREGATOR_STDIN_NAME));
    log::info("inputs_ready", {{"job", static_cast<int64_t>(b.job)},
                               {"block", f.number},
                               {"hash", f.hash},
                               {"gas", f.gas_used},
                               {"transactions", f.transactions},
                               {"subblocks", stdins.size()}});
    return context_.scheduler.fetched(b.id, f, stdins, aggregator);
}

}  // namespace ashlar::coordinator
