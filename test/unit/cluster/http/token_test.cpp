// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/http/token.hpp"
#include "libs/base/files.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TempDir;

TEST_CASE("tokens are stored hashed, checked by role, revoked by id") {
    const TempDir dir;
    const auto path = dir.path / "tokens";
    const TokenFile file(path);
    const auto admin = file.create(Role::admin, "ops\nline");
    const auto reader = file.create(Role::reader, "");
    REQUIRE(admin);
    REQUIRE(reader);
    const auto text = read_file(path);
    CHECK(std::string(text->begin(), text->end()).find(admin->substr(13)) == std::string::npos);
    struct stat st{};
    REQUIRE(::stat(path.c_str(), &st) == 0);
    CHECK((st.st_mode & 0777) == 0600);

    TokenVerifier v(path);
    REQUIRE(v.load());
    CHECK(v.check(*admin) == Role::admin);
    CHECK(v.check(*reader) == Role::reader);
    CHECK_FALSE(v.check(""));
    CHECK_FALSE(v.check(*admin + "0"));
    CHECK_FALSE(v.check(admin->substr(0, admin->size() - 1)));

    const auto records = file.list();
    REQUIRE(records->size() == 2);
    CHECK(records->front().note == "ops line");
    REQUIRE(file.revoke(records->front().id));
    CHECK(file.revoke("ffffffffff").error().code == "token_unknown");
    TokenVerifier again(path);
    REQUIRE(again.load());
    CHECK_FALSE(again.check(*admin));
    CHECK(again.check(*reader) == Role::reader);
}

TEST_CASE("roles: admin may do everything, the others only their own") {
    CHECK(role_allows(Role::admin, Role::node));
    CHECK(role_allows(Role::admin, Role::reader));
    CHECK_FALSE(role_allows(Role::reader, Role::admin));
    CHECK_FALSE(role_allows(Role::node, Role::reader));
    CHECK_FALSE(role_allows(Role::none, Role::reader));
    CHECK(role_allows(Role::none, Role::none));
}

TEST_CASE("a bad token file names its line; a missing one holds nothing") {
    const TempDir dir;
    CHECK(TokenFile(dir.path / "none").list()->empty());
    std::ofstream(dir.path / "bad") << "# c\n00 admin xyz 1 n\n";
    const auto r = TokenFile(dir.path / "bad").list();
    REQUIRE_FALSE(r);
    CHECK(r.error().code == "token_file_bad");
    CHECK_THAT(r.error().message, Catch::Contains("bad:2:"));
    std::ofstream(dir.path / "t") << "abc \r\nmore\n";
    CHECK(*read_token(dir.path / "t") == "abc");
    std::ofstream(dir.path / "empty") << "\n";
    CHECK(read_token(dir.path / "empty").error().code == "token_file_bad");
}

TEST_CASE("tokens made at the same time are all there") {
    const TempDir dir;
    constexpr int THREADS = 8, EACH = 5;
    std::vector<std::thread> threads;
    for (int i = 0; i < THREADS; i++)
        threads.emplace_back([&] {
            for (int n = 0; n < EACH; n++) (void)TokenFile(dir.path / "tokens").create(Role::node, "");
        });
    for (auto& t : threads) t.join();
    const auto records = TokenFile(dir.path / "tokens").list();
    REQUIRE(records);
    CHECK(records->size() == THREADS * EACH);
}
