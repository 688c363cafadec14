// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/head_stream.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace ashlar;
namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

namespace {

const std::string SUBSCRIBED = R"({"jsonrpc":"2.0","id":1,"result":"0x9"})";
std::string head(unsigned number) {
    return R"({"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x9","result":{"number":"0x)" +
           std::to_string(number) + R"(","hash":"0x)" + std::string(64, 'a') + R"(","parentHash":"0x)" +
           std::string(64, 'b') + R"("}}})";
}

/// A node that plays one script of messages for each connection, then closes it. The last connection stays open.
class Server {
  public:
    explicit Server(std::vector<std::vector<std::string>> scripts) : scripts_(std::move(scripts)) {
        thread_ = std::thread([this] {
            for (const auto& script : scripts_) {
                boost::system::error_code ec;
                tcp::socket socket = acceptor_.accept(ec);
                if (ec) return;
                beast::websocket::stream<tcp::socket> ws(std::move(socket));
                ws.accept(ec);
                beast::flat_buffer request;
                ws.read(request, ec);
                if (!ec) subscriptions_.push_back(beast::buffers_to_string(request.data()));
                for (const auto& m : script) ws.write(asio::buffer(m), ec);
                if (&script != &scripts_.back()) ws.next_layer().close(ec);
                open_.push_back(std::move(ws));
            }
            boost::system::error_code ec;
            beast::flat_buffer rest;
            open_.back().read(rest, ec);  // until the other side goes
        });
    }
    ~Server() {
        boost::system::error_code ec;
        acceptor_.close(ec);
        thread_.join();
    }
    std::string url() const { return "ws://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/key"; }
    const std::vector<std::string>& subscriptions() const { return subscriptions_; }

  private:
    asio::io_context io_;
    tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
    const std::vector<std::vector<std::string>> scripts_;
    std::vector<std::string> subscriptions_;
    std::vector<beast::websocket::stream<tcp::socket>> open_;
    std::thread thread_;
};

/// What a stream tells.
struct Told {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<uint64_t> heads;
    std::vector<std::string> changes;  ///< error codes; "up"

    rpc::HeadStreamOptions options(const std::string& url) {
        rpc::HeadStreamOptions o;
        o.url = url;
        o.backoff = std::chrono::milliseconds(1);
        o.on_head = [this](const rpc::Head& h) {
            const std::lock_guard lock(mutex);
            heads.push_back(h.number);
            CHECK(h.hash[0] == 0xaa);
            CHECK(h.parent_hash[31] == 0xbb);
            changed.notify_all();
        };
        o.on_change = [this](const HostResult<void>& r) {
            const std::lock_guard lock(mutex);
            changes.push_back(r ? "up" : r.error().code);
            changed.notify_all();
        };
        return o;
    }
    bool wait(const std::function<bool()>& until) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(20), until);
    }
};

}  // namespace

TEST_CASE("heads come over one subscription, and again after the connection is lost") {
    Told told;
    {
        Server node({{SUBSCRIBED, head(1), head(2)}, {SUBSCRIBED, head(5)}});
        const auto stream = rpc::HeadStream::open(told.options(node.url()));
        REQUIRE(stream);
        REQUIRE(told.wait([&] { return told.heads.size() == 3; }));
    }
    CHECK(told.heads == std::vector<uint64_t>{1, 2, 5});
    CHECK(told.changes == std::vector<std::string>{"up", "rpc_unreachable", "up"});
}

TEST_CASE("what a node says instead of heads ends the connection with its reason") {
    const auto first = [](std::vector<std::string> script) {
        Told told;
        Server node({std::move(script), {SUBSCRIBED, head(9)}});
        const auto stream = rpc::HeadStream::open(told.options(node.url()));
        REQUIRE(stream);
        REQUIRE(told.wait([&] { return told.heads.size() == 1; }));
        const std::lock_guard lock(told.mutex);
        for (const auto& c : told.changes)
            if (c != "up") return c;
        return std::string("nothing");
    };
    CHECK(first({R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}})"}) == "rpc_refused");
    CHECK(first({"{"}) == "rpc_answer_bad");
    CHECK(first({"[]"}) == "rpc_answer_bad");
    CHECK(first({SUBSCRIBED, R"({"method":"eth_subscription"})"}) == "rpc_answer_bad");
    CHECK(first({SUBSCRIBED, R"({"params":{"result":{"number":"0x1","hash":"0x00","parentHash":"0x00"}}})"}) ==
          "rpc_answer_bad");
    CHECK(first({}) == "rpc_unreachable");
}

TEST_CASE("a node that is not there is told and tried again; a stream ends at once whatever it waits for") {
    Told told;
    std::string url;
    {
        url = Server({{}}).url();
    }
    const auto stream = rpc::HeadStream::open(told.options(url));
    REQUIRE(stream);
    REQUIRE(told.wait([&] { return told.changes.size() >= 3; }));
    for (const auto& c : told.changes) CHECK(c == "rpc_unreachable");
}

TEST_CASE("urls that are none of a WebSocket are refused") {
    Told told;
    for (const char* url : {"", "http://localhost", "ws://", "ws:///path", "wss://:8546", "ws://host:"}) {
        const auto stream = rpc::HeadStream::open(told.options(url));
        REQUIRE_FALSE(stream);
        CHECK(stream.error().code == "rpc_url_bad");
        CHECK_FALSE(stream.error().hint.empty());
    }
}
