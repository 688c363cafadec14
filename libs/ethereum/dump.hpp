// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

#include "libs/base/error.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/rv32/stdin.hpp"

namespace ashlar::ethereum {

/// The inputs of one block's proofs as they lie in a dump. The contents are opaque
/// here: dumps of other guest programs have the same files. Host only; library ethereum_dump.
///
///   block<N>/gas<G>/subblock_stdin_builder_<i>.bin          builder file (ABI.md 6.2); the first missing i ends
///                                                           the list
///   block<N>/gas<G>/final_aggregator_stdin_builder.bin      the same
///   block<N>/gas<G>/public_values.bin                       u64 count; per subblock u64 size and its committed bytes
///   block<N>/gas<G>/manifest.json                           written by us: size and SHA-256 of each file; checked if
///                                                           there
struct Dump {
    uint64_t block = 0;
    uint64_t subblock_gas = 0;
    std::vector<rv32::Stdin> subblocks;
    rv32::Stdin aggregator;
    std::vector<Bytes> public_values;
    bool has_manifest = false;  ///< of one that was read: its files are those the manifest names
};

inline constexpr uint64_t MAX_DUMP_BYTES = uint64_t{4} << 30;

/// Which block's inputs are there.
struct DumpEntry {
    uint64_t block = 0;
    uint64_t subblock_gas = 0;
    friend auto operator<=>(const DumpEntry&, const DumpEntry&) = default;
};

/// A dump's content for our own guest programs.
Dump make_dump(const BlockInputs& inputs, uint64_t subblock_gas, const Bytes32& subblock_vk);

/// The same from builder files; the public values are those the aggregator's input names. Errors: dump_corrupt, those
/// of rv32::decode_stdin.
HostResult<Dump> make_dump(uint64_t block, uint64_t subblock_gas, const std::vector<Bytes>& subblock_stdins,
                           const Bytes& aggregator_stdin);

/// Writes below `root`; returns the folder. An existing dump of the same block and gas is replaced file by file.
/// Error: dump_unwritable.
HostResult<std::filesystem::path> write_dump(const std::filesystem::path& root, const Dump& dump);

/// What `path` holds: a folder with block folders, or an archive of one (tar or zip, compressed in any way libarchive
/// knows), sorted. Errors: dump_not_found, dump_unreadable.
HostResult<std::vector<DumpEntry>> list_dump(const std::filesystem::path& path);

/// Reads one block's inputs; an archive is read in place. Errors: dump_not_found, dump_unreadable, dump_incomplete,
/// dump_corrupt (a file differs from the manifest), dump_too_large, and those of rv32::decode_stdin. `max_bytes` bounds
/// what one block's files may come to: an archive can claim to hold anything.
HostResult<Dump> read_dump(const std::filesystem::path& path, const DumpEntry& entry,
                           uint64_t max_bytes = MAX_DUMP_BYTES);
/// The same for the folder block<N>/gas<G> itself.
HostResult<Dump> read_dump_folder(const std::filesystem::path& folder, uint64_t max_bytes = MAX_DUMP_BYTES);
/// Whether a folder holds one block's dump, whole or not.
bool is_dump_folder(const std::filesystem::path& folder);

}  // namespace ashlar::ethereum
