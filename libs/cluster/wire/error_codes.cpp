// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/wire/error_codes.hpp"

namespace ashlar::cluster {

namespace {

constexpr ErrorCode CODES[] = {
    // Requests.
    {"request_bad", 400, 1, "a parameter of a request is not what it must be"},
    {"request_malformed", 400, 2, "not an HTTP request this server reads"},
    {"parameter_unknown", 400, 1, "a query parameter that the path does not have"},
    {"path_unknown", 404, 1, "nothing is at this path", "the API is described at /openapi.json"},
    {"method_not_allowed", 405, 1, "the path does not have this method"},
    {"coding_unknown", 501, 1, "a Transfer-Encoding other than chunked"},
    {"header_too_large", 431, 1, "the request head is over the limit"},
    {"body_too_large", 413, 1, "the body is over the limit"},
    {"body_too_slow", 408, 1, "the body came too slowly"},
    {"body_incomplete", 400, 1, "the connection ended within the body"},
    {"rate_limited", 429, 1, "too many requests from one address", "slow down"},
    {"json_bad", 400, 1, "not JSON, or a field is missing, mistyped or out of bounds"},
    {"json_unknown_field", 400, 1, "a field that the message does not have"},
    {"token_refused", 401, 2, "no valid bearer token was given"},
    {"role_refused", 403, 2, "the token's role may not do this"},
    {"origin_refused", 403, 1, "without tokens only clients of the same machine are served"},
    // Jobs and blocks.
    {"job_mode_bad", 400, 1, "there is no such job mode"},
    {"job_count_bad", 400, 1, "a job has from 1 to 100000 blocks"},
    {"job_range_bad", 400, 1, "the range of blocks overflows"},
    {"job_unknown", 404, 1, "there is no such job"},
    {"job_final", 409, 1, "the job has ended"},
    {"job_deadline", 400, 1, "the job's deadline passed before this block was proven"},
    {"idempotency_conflict", 409, 1, "the idempotency key belongs to a job that asks for something else"},
    {"rpc_unconfigured", 400, 1, "this coordinator has no Ethereum node", "set rpc_http_url, or use mode reproduce"},
    {"inputs_unconfigured", 400, 1, "this coordinator has no input folders", "set input_load_dirs, or use mode range"},
    {"block_unknown", 404, 1, "no job asked for this block"},
    {"block_invalid", 400, 1, "the block breaks a rule of its fork, or its witness lacks something"},
    {"cancelled", 400, 1, "the job was cancelled"},
    {"input_missing", 404, 1, "no input folder holds the block", "put one into input_load_dirs"},
    {"emulation_differs", 400, 1, "the guests in the executor and the native run disagree on the block's inputs"},
    {"input_of_another_block", 400, 1, "the inputs are of another block than asked for"},
    // Proofs.
    {"proof_missing", 404, 1, "the block is not proven (yet)"},
    {"proof_of_another_block", 400, 1, "the proof is good, but of another block"},
    {"proof_of_other_version", 400, 1, "a proof of another version, which this one cannot judge"},
    {"proof_rejected", 400, 1, "a proof a node delivered is not valid; the task is tried again"},
    {"proof_", 400, 1, "the proof is not valid; the rest of the code says in what"},
    {"verification_unavailable", 503, 1, "the proof could not be checked now", "ask again"},
    {"bad_subblock_proof", 400, 1, "the aggregation was given a subblock proof that is not valid"},
    {"aggregator_input_bad", 400, 1, "the aggregator's input does not name these subblocks"},
    {"vk_other_digest", 400, 1, "the verifying key is not the expected one"},
    {"vk_", 400, 1, "not a verifying key"},
    {"profile_unknown", 400, 2, "there is no such security profile", "use chunk-small or chunk"},
    {"guest_fault", 400, 1, "the guest program failed"},
    // Nodes, tasks and attempts.
    {"node_bad", 400, 1, "a registration that makes no sense"},
    {"node_unknown", 404, 1, "there is no such node"},
    {"node_ambiguous", 409, 1, "several nodes have this name", "name one by its id"},
    {"node_live", 409, 1, "the node is in touch", "stop its daemon first"},
    {"node_stale", 409, 1, "the node registered anew since", "register again"},
    {"node_version", 409, 1, "the node speaks another version of the messages than the coordinator",
     "install the same version on both"},
    {"node_stopping", 400, 1, "the node was stopped before the task was done"},
    {"node_lost", 400, 1, "the node's process ended, or it was silent too long"},
    {"node_unavailable", 503, 1, "the node did not answer in time", "is it in touch? see node list"},
    {"nodes_full", 400, 1, "too many nodes have registered", "remove old ones: node remove"},
    {"attempt_deadline", 400, 1, "an attempt was not done in time"},
    {"attempt_silent", 400, 1, "an attempt made no progress"},
    {"attempt_unreported", 400, 1, "a node never got its task: the answer was lost"},
    {"task_failed", 400, 1, "a node failed and gave no reason"},
    {"output_missing", 404, 1, "success was reported, but the proof was not uploaded"},
    {"blob_missing", 404, 1, "the coordinator does not have this blob", "PUT it to /v1/blobs first"},
    {"blob_corrupted", 400, 1, "bytes that do not have the hash they are named by"},
    {"blob_name_bad", 400, 1, "a blob is named by 64 lower-case hex digits"},
    // Engines.
    {"engine_start", 400, 1, "an engine process could not be started"},
    {"engine_died", 400, 1, "an engine process ended"},
    {"engine_recycled", 400, 1, "an operator ended the engine of a running task"},
    {"engine_overdue", 400, 1, "an engine gave no answer in time"},
    {"engine_answer_bad", 400, 1, "an engine's answer does not make sense"},
    {"engine_request_bad", 400, 1, "an engine was asked for what it does not do"},
    {"stopped", 400, 1, "stopped on request"},
    // This host.
    {"store_failed", 500, 1, "the store refused a change", "check disk space and the state directory"},
    {"store_damaged", 500, 1, "the file is not a usable store", "restore it, or move it away to start empty"},
    {"store_version", 500, 1, "the store was written by a newer version"},
    {"state_in_use", 400, 1, "another daemon uses this state directory"},
    {"disk_low", 503, 1, "less free space than disk_floor_mib: no block is begun", "make room"},
    {"artefact_missing", 404, 2, "the guest programs are not there", "set artefact_dir"},
    {"listen_failed", 400, 1, "the address cannot be listened on"},
    {"listen_unprotected", 400, 1, "without tokens a daemon listens on loopback only"},
    {"file_missing", 404, 2, "the file is gone"},
    {"file_", 500, 2, "a file cannot be read or written"},
    {"daemon_died", 400, 1, "a daemon of `ashlarctl local` ended"},
    {"report_row_missing", 400, 1, "`ashlarctl local` finds no row of its block in the report"},
    {"internal", 500, 4, "a fault of this program", "report it with the log"},
    {"internal_", 500, 4, "a fault of this program, or of the machine under it"},
    // The command line and its peers.
    {"usage", 400, 2, "the command line is wrong"},
    {"config_", 400, 2, "the configuration is wrong"},
    {"token_unknown", 404, 2, "there is no token with this id"},
    {"token_file_bad", 400, 2, "the token file is damaged, or not one"},
    {"url_bad", 400, 2, "not a URL that can be used"},
    {"peer_unreachable", 400, 3, "no answer came from the daemon", "is it running, and is the URL right?"},
    {"peer_refused", 400, 1, "the daemon refused and did not say why"},
    {"peer_answer_bad", 400, 1, "the answer is not what a daemon of this version gives"},
    {"rpc_unreachable", 400, 3, "no answer came from the Ethereum node"},
    {"rpc_url_bad", 400, 2, "not a URL of an Ethereum node"},
    {"rpc_block_missing", 404, 1, "the Ethereum node does not have the block"},
    {"rpc_", 400, 1, "the Ethereum node refused, or answered with something else"},
    {"unknown_chain", 400, 2, "there is no chain of this name"},
    {"chain_config", 400, 2, "not the configuration of a chain"},
    {"isa_", 400, 2, "the instruction set is not there"},
    {"fork_not_supported", 400, 1, "a block of a fork that this version does not know"},
    {"kit_missing", 404, 1, "the kit for guests in C is not there"},
    {"project_exists", 400, 1, "the folder of the new project is not empty"},
    {"dump_", 400, 1, "a dump of inputs that is missing, cut off or damaged"},
};

constexpr ErrorCode UNLISTED{"", 400, 1, "an error of the library that is named by its code"};

}  // namespace

std::span<const ErrorCode> error_codes() { return CODES; }

const ErrorCode& error_code(std::string_view code) {
    const ErrorCode* family = &UNLISTED;
    for (const ErrorCode& c : CODES) {
        if (c.name == code) return c;
        if (c.name.ends_with('_') && code.starts_with(c.name) && c.name.size() > family->name.size()) family = &c;
    }
    return *family;
}

}  // namespace ashlar::cluster
