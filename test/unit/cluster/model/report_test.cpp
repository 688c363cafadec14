// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/model/report.hpp"
#include "libs/base/files.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "libs/cluster/store/input_folder.hpp"
#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::cluster;

TEST_CASE("a row has as many fields as the header, whatever the reason holds") {
    Block b;
    b.number = 7, b.state = BlockState::failed, b.reason = "code: a, \"b\"\nc";
    b.created_ms = 1'000, b.fetch_ms = 2'000, b.ready_ms = 3'500, b.finished_ms = 9'000;
    const std::string row = report_row(b);
    CHECK(row.find("7,false,0,0.000,1.500,") == 0);
    Block never;
    never.number = 9, never.state = BlockState::failed, never.run_id = "night, 3";
    CHECK(report_row(never).find("9,false,0,0.000,0.000,") == 0);
    CHECK_THAT(report_row(never), Catch::EndsWith(",\"night, 3\"\n"));
    CHECK_THAT(row, Catch::Contains("\"code: a, \"\"b\"\"\nc\""));
    size_t commas = 0;
    bool quoted = false;
    for (const char c : row) {
        if (c == '"') quoted = !quoted;
        commas += c == ',' && !quoted;
    }
    const std::string header = REPORT_HEADER;
    CHECK(commas == static_cast<size_t>(std::count(header.begin(), header.end(), ',')));
}

TEST_CASE("a proven row carries its times") {
    Block b;
    b.number = 8, b.state = BlockState::proven, b.cycles = 42;
    b.fetch_ms = 1'000, b.ready_ms = 1'250, b.proving_ms = 2'000, b.aggregating_ms = 5'000, b.verifying_ms = 6'000,
    b.finished_ms = 6'100;
    CHECK(report_row(b).find("8,true,42,4.100,0.250,") == 0);
    CHECK_THAT(report_row(b), Catch::Contains(",3.000,1.000,"));
    CHECK(report_csv({b, b}).size() == std::string(REPORT_HEADER).size() + 2 * report_row(b).size());
    CHECK(csv_field("plain") == "plain");
}

TEST_CASE("the header says which block a folder holds, whatever it is called") {
    const ashlar::test::TempDir dir;
    const auto make = [&](const std::string& name, const Bytes& rlp) {
        std::filesystem::create_directories(dir.path / name);
        std::ofstream(dir.path / name / "block.rlp", std::ios::binary)
            .write(reinterpret_cast<const char*>(rlp.data()), static_cast<std::streamsize>(rlp.size()));
    };
    Bytes small{0xca, 0xc9, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x07};
    // A header as long as real ones: long list heads, a bloom of 256 bytes.
    Bytes fields;
    for (int i = 0; i < 6; i++) {
        fields.push_back(0xa0);
        fields.insert(fields.end(), 32, 0x11);
    }
    fields.insert(fields.end(), {0xb9, 0x01, 0x00});
    fields.insert(fields.end(), 256, 0);
    fields.push_back(0x80);
    fields.insert(fields.end(), {0x83, 0x01, 0x00, 0x02});
    Bytes big{0xf9, 0x01, 0xd0, 0xf9, 0x01, 0xcd};
    big.insert(big.end(), fields.begin(), fields.end());
    make("block99", small);
    make("anything", big);
    make("broken", {0xff, 0xff});
    CHECK(block_number_of(small) == 7);
    CHECK(block_number_of(big) == 65538);
    for (size_t n = 0; n < 20; n++) CHECK_FALSE(block_number_of(BytesView(big).first(n)));
    CHECK(block_number_in(dir.path / "block99") == 7);
    CHECK(block_number_in(dir.path / "anything") == 65538);
    CHECK_FALSE(block_number_in(dir.path / "broken"));
    CHECK_FALSE(block_number_in(dir.path));

    // A StatelessInput: schema id, offset of the request, that of the payload, the number at byte 404 of it.
    Bytes input(2 + 20 + 44 + 412);
    input[2] = 20, input[22] = 44, input[2 + 20 + 44 + 404] = 9, input[2 + 20 + 44 + 405] = 1;
    CHECK(block_number_of_stateless_input(input) == 265);
    for (size_t n = 0; n < input.size(); n++) CHECK_FALSE(block_number_of_stateless_input(BytesView(input).first(n)));
    std::filesystem::create_directories(dir.path / "theirs");
    std::ofstream(dir.path / "theirs" / "stateless.ssz", std::ios::binary)
        .write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
    CHECK(block_number_in(dir.path / "theirs") == 265);
}

TEST_CASE("the report grows by a row a block; a restart adds what it lacks and mends a torn line") {
    const ashlar::test::TempDir dir;
    const auto file = dir.path / "r.csv";
    std::vector<Block> ended;
    const auto end = [&](int64_t job, uint64_t ordinal) {
        Block b;
        b.job = JobId{job}, b.ordinal = ordinal, b.state = BlockState::proven, b.reason = "a, \"b\"";
        ended.push_back(b);
        return b;
    };
    const auto last = [&](size_t n) {
        return std::vector<Block>(ended.end() - static_cast<std::ptrdiff_t>(std::min(n, ended.size())), ended.end());
    };
    const auto content = [&] {
        const auto bytes = read_file(file);
        return std::string(bytes->begin(), bytes->end());
    };
    end(1, 0), end(1, 1);
    {
        ReportFile r(file);
        REQUIRE(r.open(last, 100));
        CHECK(content() == report_csv(ended));
        REQUIRE(r.append({end(1, 2)}));
        const Block next = end(1, 3);
        REQUIRE(r.append({ended[0], next}));  // the first was there when it was opened
        CHECK(content() == report_csv(ended));
    }
    REQUIRE(write_file_atomically(file, as_bytes(report_csv(ended) + "12,true,5")));
    end(12, 3), end(2, 0);
    ReportFile again(file);
    REQUIRE(again.open(last, 100));
    CHECK(content() == report_csv(ended));
    // Other columns, or no file: made anew.
    REQUIRE(write_file_atomically(file, as_bytes(std::string_view("other,columns\n1,2\n"))));
    REQUIRE(ReportFile(file).open(last, 2));
    CHECK(content() == report_csv({ended[4], ended[5]}));
    CHECK(ReportFile(dir.path / "no" / "folder").open(last, 1).error().code == "file_unwritable");
}
