// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/config.hpp"
#include "libs/cluster/daemon.hpp"
#include "libs/prover/prover.hpp"

namespace ashlar::coordinator {

/// Every key of ashlar-coordinator.
inline constexpr ConfigKey KEYS[] = {
    {"listen", ConfigType::address, "127.0.0.1:8080",
     "Address and port of the API and the dashboard; without tokens only a loopback address."},
    {"state_dir", ConfigType::path, "/var/lib/ashlar/coordinator", "Where the store and the blobs live.", "", 0, 0,
     true},
    {"tokens_file", ConfigType::path, "", "Token file made by `ashlarctl token create`; default: tokens in state_dir."},
    {"artefact_dir", ConfigType::directory, "/usr/lib/ashlar",
     "Folder with subblock-elf, aggregator-elf and vk_digest.bin.", "", 0, 0, true},
    {"chain", ConfigType::choice_or_file, "mainnet",
     "Chain of the blocks: a name, or a JSON file with a genesis' config object.", "", 0, 0, false, prover::CHAINS},
    {"input_load_dirs", ConfigType::directories, "",
     "Folders of inputs for reproducing: folders with block.rlp and witness.json[.gz] or with stateless.ssz "
     "(EIP-8025), "
     "dumps block<N>/gas<G>, and archives of dumps, <start>+<count>.tar.gz, read where they lie."},
    {"input_dump_dir", ConfigType::path, "",
     "Where what was fetched from the Ethereum node is written: block<N>/block.rlp, witness.json and gas<G>/."},
    {"emulate_inputs", ConfigType::boolean, "false",
     "Whether both guests are run on a block's inputs before it is proven, and compared with the native run."},
    {"rpc_http_url", ConfigType::url, "",
     "Ethereum node, needed for jobs over ranges and latest blocks; best one with debug_executionWitness and "
     "debug_getRawBlock, otherwise witnesses are built by eth_getProof."},
    {"rpc_ws_url", ConfigType::url, "",
     "The node's WebSocket (ws:// or wss://), over which it tells of new blocks; without it the node is asked every "
     "second."},
    {"request_retries", ConfigType::number, "50", "Tries of one request to the Ethereum node.", "", 1, 1000},
    {"request_timeout_s", ConfigType::number, "10", "Time of one request to the Ethereum node.", "seconds", 1, 600},
    {"fetch_threads", ConfigType::number, "2", "Blocks fetched from the Ethereum node at once.", "", 1, 64},
    {"subblock_gas", ConfigType::number, "10000000", "A block is cut after transactions that reach this much gas.",
     "gas", 1, 1'000'000'000'000},
    {"profile", ConfigType::text, prover::DEFAULT_PROFILE,
     "Security profile of the proofs: chunk-small suits CPUs, chunk GPUs; both have 128 bits.", "", 0, 0, false,
     prover::PROFILES},
    {"chunk_cycles", ConfigType::number, "1048576",
     "Cycles of one chunk on the first attempts: 2^20 suits a CPU, 2^22 a GPU.", "cycles", 1024, 1u << 26},
    {"retry_chunk_cycles", ConfigType::numbers, "524288,262144",
     "Chunk sizes of later attempts of the same task, two attempts each.", "cycles", 1024, 1u << 26},
    {"attempts", ConfigType::number, "4", "Attempts of one task before its block fails.", "", 1, 100},
    {"attempt_deadline_s", ConfigType::number, "120", "Absolute time of one attempt; on CPUs give hours.", "seconds", 1,
     604800},
    {"attempt_silence_s", ConfigType::number, "60", "Time of an attempt without any progress.", "seconds", 1, 604800},
    {"node_silence_s", ConfigType::number, "15", "A node without heartbeat for this long is lost and its tasks move.",
     "seconds", 1, 3600},
    {"backoff_ms", ConfigType::number, "500", "Pause before a task is tried again, times the attempt.", "milliseconds",
     0, 600000},
    {"engine_limit_s", ConfigType::number, "600",
     "Time of one call of the coordinator's own engines, which prepare blocks and verify proofs; then they are ended.",
     "seconds", 1, 86400},
    {"blocks_in_flight", ConfigType::number, "2", "Blocks proven at once.", "blocks", 1, 1000},
    {"read_ahead", ConfigType::number, "2", "Blocks prepared beyond those.", "blocks", 0, 1000},
    {"disk_floor_mib", ConfigType::number, "1024",
     "Below this much free space in state_dir no further block is begun and /readyz says so.", "MiB", 0, 1u << 30},
    {"run_id", ConfigType::text, "", "Name of the run, for the report: what is asked for from now on carries it."},
    {"report_path", ConfigType::path, "", "proving_report.csv; default: in state_dir."},
    {"report_rows", ConfigType::number, "100000", "Rows the report begins with when it is made anew.", "rows", 1,
     10'000'000},
    {"legacy_paths", ConfigType::boolean, "true",
     "Whether the old GET paths that start jobs are served (with an admin token)."},
    {"http_threads", ConfigType::number, "8", "Threads that answer requests.", "threads", 2, 256},
    {"http_connections", ConfigType::number, "2000", "Open connections at most.", "", 10, 100000},
    ASHLAR_COMMON_KEYS,
};

}  // namespace ashlar::coordinator
