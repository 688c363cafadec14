// SPDX-License-Identifier: Apache-2.0
// Instructions per CPU second of the executor's passes on the mixed guest: run, run with cuts, record.
//   rv32_bench GUEST_ELF [ROUNDS] [REPETITIONS]
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "libs/hash/sha256.hpp"
#include "libs/rv32/executor.hpp"

namespace {

using namespace ashlar;

/// CPU time of this thread: other work on the machine does not count, what it does to caches does.
double cpu_seconds() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

struct Row {
    const char* name;
    std::vector<double> rates;
    void print() {
        std::sort(rates.begin(), rates.end());
        fmt::print("{:<12} {:>9.1f} M instr per CPU second (median of {}, {:.1f} .. {:.1f})\n", name,
                   rates[rates.size() / 2] / 1e6, rates.size(), rates.front() / 1e6, rates.back() / 1e6);
    }
};

int run(const char* path, uint32_t rounds, int repetitions) {
    std::ifstream file(path, std::ios::binary);
    const Bytes elf((std::istreambuf_iterator<char>(file)), {});
    const auto program = rv32::load_elf(elf);
    if (!program) {
        fmt::print(stderr, "{}: {}\n", path, program.error().message);
        return 1;
    }
    Bytes input(4);
    store_le32(input.data(), rounds);
    Row fast{"run", {}}, cut{"run + cuts", {}}, record{"record", {}};
    uint64_t cycles = 0;
    for (int i = 0; i < repetitions; i++) {
        double begin = cpu_seconds();
        const auto report = rv32::execute(*program, {{input}});
        const double running = cpu_seconds() - begin;
        if (!report || report->fault) {
            fmt::print(stderr, "guest failed: {}\n", report ? report->fault->message : report.error().message);
            return 1;
        }
        if (hash::sha256(report->committed) != rv32::digest_bytes(report->committed_digest)) return 1;
        cycles = report->cycles;
        fast.rates.push_back(static_cast<double>(cycles) / running);
        if (i == 0) {
            uint64_t memory = 0;
            for (size_t op = 0; op < rv32::NUM_OPCODES; op++) {
                const auto c = rv32::class_of(static_cast<rv32::Opcode>(op));
                if (c >= rv32::InstructionClass::load_word && c <= rv32::InstructionClass::store_sub)
                    memory += report->opcodes[op];
            }
            fmt::print("{} cycles, {:.1f} % loads and stores, one thread\n", cycles,
                       100.0 * static_cast<double>(memory) / static_cast<double>(cycles));
        }
        auto cursor = rv32::ChunkCursor::make(*program, {{input}});
        if (!cursor) return 1;
        begin = cpu_seconds();
        double recording = 0;
        uint64_t recorded = 0;
        rv32::ChunkRecord room;
        while (auto chunk = cursor->next()) {
            if (chunk->index % 8 != 1) continue;  // a sample is enough
            const double before = cpu_seconds();
            room = rv32::record_chunk(*program, *chunk, std::move(room));
            recorded += room.cycles;
            recording += cpu_seconds() - before;
        }
        if (cursor->report().cycles != cycles) return 1;
        cut.rates.push_back(static_cast<double>(cycles) / (cpu_seconds() - begin - recording));
        if (recorded) record.rates.push_back(static_cast<double>(recorded) / recording);
    }
    fast.print();
    cut.print();
    if (!record.rates.empty()) record.print();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: rv32_bench GUEST_ELF [ROUNDS] [REPETITIONS]\n");
        return 2;
    }
    return run(argv[1], argc > 2 ? static_cast<uint32_t>(std::atoi(argv[2])) : 4, argc > 3 ? std::atoi(argv[3]) : 5);
}
