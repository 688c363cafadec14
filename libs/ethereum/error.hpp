// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>

#include "libs/base/bytes.hpp"
#include "libs/base/result.hpp"

namespace ashlar::ethereum {

/// Why a block is refused: code and text. Texts of block and transaction rules are the exception names of the
/// execution-spec-tests; the rest name what the input lacks.
#define ASHLAR_ETHEREUM_ERRORS(X)                                                           \
    X(block_rlp, "BlockException.RLP_STRUCTURES_ENCODING")                                  \
    X(block_rlp_overflow, "BlockException.RLP_INVALID_FIELD_OVERFLOW_64")                   \
    X(block_format, "BlockException.INCORRECT_BLOCK_FORMAT")                                \
    X(shanghai_block, "BlockException.IMPORT_IMPOSSIBLE_SHANGHAI")                          \
    X(paris_block, "BlockException.IMPORT_IMPOSSIBLE_PARIS_OVER_SHANGHAI")                  \
    X(block_too_large, "BlockException.RLP_BLOCK_LIMIT_EXCEEDED")                           \
    X(withdrawals_not_read, "BlockException.RLP_WITHDRAWALS_NOT_READ")                      \
    X(fork_not_supported, "BlockException.FORK_NOT_SUPPORTED")                              \
    X(unknown_parent, "BlockException.UNKNOWN_PARENT")                                      \
    X(unknown_parent_zero, "BlockException.UNKNOWN_PARENT_ZERO")                            \
    X(block_number, "BlockException.INVALID_BLOCK_NUMBER")                                  \
    X(timestamp, "BlockException.INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT")                \
    X(extra_data_too_big, "BlockException.EXTRA_DATA_TOO_BIG")                              \
    X(gas_limit, "BlockException.INVALID_GASLIMIT")                                         \
    X(gas_limit_too_big, "BlockException.GASLIMIT_TOO_BIG")                                 \
    X(gas_used_above_limit, "BlockException.GAS_USED_OVERFLOW")                             \
    X(base_fee, "BlockException.INVALID_BASEFEE_PER_GAS")                                   \
    X(difficulty, "BlockException.IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS")                 \
    X(pow_nonce, "BlockException.IMPORT_IMPOSSIBLE_PARIS_WRONG_POW")                        \
    X(uncles, "BlockException.IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS")                         \
    X(excess_blob_gas, "BlockException.INCORRECT_EXCESS_BLOB_GAS")                          \
    X(blob_gas_used, "BlockException.INCORRECT_BLOB_GAS_USED")                              \
    X(blob_gas_above_limit, "BlockException.BLOB_GAS_USED_ABOVE_LIMIT")                     \
    X(transactions_root, "BlockException.INVALID_TRANSACTIONS_ROOT")                        \
    X(withdrawals_root, "BlockException.INVALID_WITHDRAWALS_ROOT")                          \
    X(receipts_root, "BlockException.INVALID_RECEIPTS_ROOT")                                \
    X(logs_bloom, "BlockException.INVALID_LOG_BLOOM")                                       \
    X(gas_used, "BlockException.INVALID_GAS_USED")                                          \
    X(state_root, "BlockException.INVALID_STATE_ROOT")                                      \
    X(requests, "BlockException.INVALID_REQUESTS")                                          \
    X(access_list_hash, "BlockException.INVALID_BAL_HASH")                                  \
    X(access_list, "BlockException.INVALID_BLOCK_ACCESS_LIST")                              \
    X(access_list_size, "BlockException.BLOCK_ACCESS_LIST_GAS_LIMIT_EXCEEDED")              \
    X(deposit_event, "BlockException.INVALID_DEPOSIT_EVENT_LAYOUT")                         \
    X(system_contract_empty, "BlockException.SYSTEM_CONTRACT_EMPTY")                        \
    X(system_contract_failed, "BlockException.SYSTEM_CONTRACT_CALL_FAILED")                 \
    X(transaction_rlp, "TransactionException.RLP_INVALID_VALUE")                            \
    X(transaction_type, "TransactionException.TYPE_NOT_SUPPORTED")                          \
    X(blob_transaction_pre_fork, "TransactionException.TYPE_3_TX_PRE_FORK")                 \
    X(set_code_transaction_pre_fork, "TransactionException.TYPE_4_TX_PRE_FORK")             \
    X(signature, "TransactionException.INVALID_SIGNATURE_VRS")                              \
    X(chain_id, "TransactionException.INVALID_CHAINID")                                     \
    X(intrinsic_gas, "TransactionException.INTRINSIC_GAS_TOO_LOW")                          \
    X(floor_gas, "TransactionException.INTRINSIC_GAS_BELOW_FLOOR_GAS_COST")                 \
    X(gas_limit_maximum, "TransactionException.GAS_LIMIT_EXCEEDS_MAXIMUM")                  \
    X(gas_allowance, "TransactionException.GAS_ALLOWANCE_EXCEEDED")                         \
    X(nonce_is_max, "TransactionException.NONCE_IS_MAX")                                    \
    X(nonce_too_low, "TransactionException.NONCE_MISMATCH_TOO_LOW")                         \
    X(nonce_too_high, "TransactionException.NONCE_MISMATCH_TOO_HIGH")                       \
    X(initcode_size, "TransactionException.INITCODE_SIZE_EXCEEDED")                         \
    X(priority_fee, "TransactionException.PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS")           \
    X(max_fee, "TransactionException.INSUFFICIENT_MAX_FEE_PER_GAS")                         \
    X(max_blob_fee, "TransactionException.INSUFFICIENT_MAX_FEE_PER_BLOB_GAS")               \
    X(funds, "TransactionException.INSUFFICIENT_ACCOUNT_FUNDS")                             \
    X(sender_not_eoa, "TransactionException.SENDER_NOT_EOA")                                \
    X(zero_blobs, "TransactionException.TYPE_3_TX_ZERO_BLOBS")                              \
    X(blob_count, "TransactionException.TYPE_3_TX_BLOB_COUNT_EXCEEDED")                     \
    X(blob_gas_allowance, "TransactionException.TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED") \
    X(blob_versioned_hash, "TransactionException.TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH")    \
    X(blob_contract_creation, "TransactionException.TYPE_3_TX_CONTRACT_CREATION")           \
    X(full_blobs, "TransactionException.TYPE_3_TX_WITH_FULL_BLOBS")                         \
    X(empty_authorization_list, "TransactionException.TYPE_4_EMPTY_AUTHORIZATION_LIST")     \
    X(set_code_contract_creation, "TransactionException.TYPE_4_TX_CONTRACT_CREATION")       \
    X(missing_node, "WitnessException.MISSING_NODE")                                        \
    X(malformed_node, "WitnessException.MALFORMED_NODE")                                    \
    X(wrong_digest, "WitnessException.WRONG_DIGEST")                                        \
    X(missing_code, "WitnessException.MISSING_CODE")                                        \
    X(missing_header, "WitnessException.MISSING_HEADER")                                    \
    X(memory_limit, "MachineException.MEMORY_LIMIT")                                        \
    X(input_encoding, "InputException.ENCODING")                                            \
    X(input_version, "InputException.VERSION")                                              \
    X(no_subblock, "SubblockException.NONE")                                                \
    X(subblock_block, "SubblockException.OTHER_BLOCK")                                      \
    X(subblock_config, "SubblockException.OTHER_CONFIG")                                    \
    X(subblock_range, "SubblockException.RANGE")                                            \
    X(subblock_flags, "SubblockException.FLAGS")                                            \
    X(subblock_gas, "SubblockException.GAS")                                                \
    X(subblock_root, "SubblockException.ROOT")                                              \
    X(subblock_transactions, "SubblockException.TRANSACTIONS")                              \
    X(subblock_receipts, "SubblockException.RECEIPTS")                                      \
    X(subblock_withdrawals, "SubblockException.WITHDRAWALS")                                \
    X(subblock_requests, "SubblockException.REQUESTS")                                      \
    X(subblock_accesses, "SubblockException.ACCESSES")

enum class ErrorCode : uint8_t {
#define ASHLAR_X(name, text) name,
    ASHLAR_ETHEREUM_ERRORS(ASHLAR_X)
#undef ASHLAR_X
};

/// The stable name of an error, as tests, JSON and logs show it.
std::string_view to_string(ErrorCode code);

/// Where in the state a missing node stands, as far as it is known.
struct StatePlace {
    Address account;          ///< whose leaf or storage was asked for; next to it, if a removal needs its neighbour
    Bytes32 slot;             ///< key of the slot that was asked for, in the account's storage
    Bytes32 path;             ///< nibbles of the hashed key down to the node, big nibble first
    uint8_t depth = 0;        ///< how many of them count
    bool in_storage = false;  ///< in the account's storage trie, where `slot` counts; otherwise in the account trie
};

/// A refusal and where it happened.
struct Error {
    static constexpr uint32_t NO_INDEX = ~uint32_t{0};

    ErrorCode code = ErrorCode::block_rlp;
    /// Transaction of the block, if the error is one transaction's.
    uint32_t transaction = NO_INDEX;
    /// The missing node or code, or the computed value that disagrees with the header; zero if there is none.
    Bytes32 detail = {};
    /// Only of missing_node, where the state's own reading found it.
    std::optional<StatePlace> place;

    Error() = default;
    Error(ErrorCode c) : code(c) {}
    Error(ErrorCode c, const Bytes32& d) : code(c), detail(d) {}
};

template <class T>
using Outcome = Result<T, Error>;

}  // namespace ashlar::ethereum
