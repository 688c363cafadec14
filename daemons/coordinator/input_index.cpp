// SPDX-License-Identifier: Apache-2.0
#include "daemons/coordinator/input_index.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "libs/base/log.hpp"
#include "libs/cluster/store/input_folder.hpp"

namespace ashlar::coordinator {

namespace fs = std::filesystem;

namespace {

constexpr int DEEPEST = 2;
constexpr auto SETTLE = std::chrono::milliseconds(100);  ///< changes come in bursts
constexpr uint32_t CHANGES = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_ONLYDIR;

/// N of "<prefix>N".
std::optional<uint64_t> number_after(const std::string& name, std::string_view prefix) {
    if (!name.starts_with(prefix)) return std::nullopt;
    uint64_t n = 0;
    const char* const end = name.data() + name.size();
    const auto r = std::from_chars(name.data() + prefix.size(), end, n);
    return r.ec == std::errc{} && r.ptr == end ? std::optional(n) : std::nullopt;
}

bool is_archive_name(const std::string& name) {
    return name.ends_with(".tar.gz") || name.ends_with(".tgz") || name.ends_with(".tar");
}

/// Reads whatever waits in a descriptor that does not block.
void drain(int fd) {
    char buffer[4096];
    while (::read(fd, buffer, sizeof buffer) > 0) {
    }
}

}  // namespace

InputIndex::InputIndex(std::vector<fs::path> dirs, uint64_t subblock_gas)
    : dirs_(std::move(dirs)),
      subblock_gas_(subblock_gas),
      inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

InputIndex::~InputIndex() {
    thread_.request_stop();
    wake();
    thread_.join();
    if (inotify_ >= 0) ::close(inotify_);
    if (wake_ >= 0) ::close(wake_);
}

void InputIndex::wake() {
    const uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(wake_, &one, sizeof one);
}

std::optional<InputIndex::Version> InputIndex::version_of(const fs::path& path) {
    struct stat st{};
    if (::stat(path.c_str(), &st) != 0) return std::nullopt;
    return Version{st.st_size, st.st_mtim.tv_sec * 1'000'000'000 + st.st_mtim.tv_nsec};
}

void InputIndex::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        bool scan_now = false;
        {
            const std::lock_guard lock(mutex_);
            scan_now = scans_ < scans_wanted_;
        }
        if (scan_now)
            scan();
        else if (!go_through_one(stop))
            wait_for_change();
    }
}

void InputIndex::wait_for_change() {
    pollfd fds[] = {{inotify_, POLLIN, 0}, {wake_, POLLIN, 0}};
    ::poll(fds, 2, -1);
    if (fds[0].revents != 0) {
        fds[1].revents = 0;
        ::poll(&fds[1], 1, static_cast<int>(SETTLE.count()));
        drain(inotify_);
        const std::lock_guard lock(mutex_);
        scans_wanted_ = std::max(scans_wanted_, scans_ + 1);
    }
    drain(wake_);
}

void InputIndex::add(Blocks& blocks, size_t dir, uint64_t number, InputPlace place, const Version& version) const {
    Entry e{{dir, static_cast<size_t>(place.kind),
             place.kind != InputPlace::Kind::block_folder && place.subblock_gas != subblock_gas_},
            std::move(place),
            version};
    const auto at = blocks.find(number);
    if (at == blocks.end())
        blocks.emplace(number, std::move(e));
    else if (std::tie(e.rank, e.place.path) < std::tie(at->second.rank, at->second.place.path))
        at->second = std::move(e);
}

void InputIndex::add_archive(Blocks& blocks, const fs::path& path, const Archive& a) const {
    if (!a.content) return;
    for (const auto& [entry, span] : a.content->entries())
        add(blocks, a.dir, entry.block, {InputPlace::Kind::archive, path, entry.subblock_gas, a.content}, a.version);
}

bool InputIndex::examine(Scan& scan, const fs::path& folder) const {
    const auto version = version_of(folder);
    if (!version) return true;
    if (const auto at = known_.find(folder); at != known_.end() && at->second.version == *version) {
        scan.known.insert(*at);
        return true;
    }
    Known k{*version, {}};
    if (const auto number = cluster::block_number_in(folder))
        k.places.push_back({*number, {InputPlace::Kind::block_folder, folder, 0, nullptr}});
    if (const auto number = number_after(folder.filename().string(), "block")) {
        std::error_code ec;
        for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec))
            if (const auto gas = number_after(it->path().filename().string(), "gas");
                gas && ethereum::is_dump_folder(it->path()))
                k.places.push_back({*number, {InputPlace::Kind::dump_folder, it->path(), *gas, nullptr}});
    }
    if (k.places.empty()) return false;  // perhaps still being written: looked at again next time
    scan.known.emplace(folder, std::move(k));
    return true;
}

void InputIndex::scan_folder(Scan& scan, size_t dir, const fs::path& folder, int depth) const {
    if (examine(scan, folder)) return;
    if (inotify_ >= 0) ::inotify_add_watch(inotify_, folder.c_str(), CHANGES);
    std::error_code ec;
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
        std::error_code inner;
        const fs::path& path = it->path();
        if (it->is_directory(inner)) {
            if (depth < DEEPEST) scan_folder(scan, dir, path, depth + 1);
        } else if (const std::string name = path.filename().string(); is_archive_name(name)) {
            if (const auto version = version_of(path))
                scan.archives.emplace(path, Archive{dir, *version, ethereum::blocks_of_archive_name(name), {}, {}});
        }
    }
}

void InputIndex::scan() {
    uint64_t goal = 0;
    {
        const std::lock_guard lock(mutex_);
        goal = scans_wanted_;
    }
    Scan fresh;
    Blocks blocks;
    for (size_t i = 0; i < dirs_.size(); i++) {
        Scan one;
        scan_folder(one, i, dirs_[i], 0);
        for (const auto& [path, k] : one.known)
            for (const auto& [number, place] : k.places) add(blocks, i, number, place);
        fresh.known.merge(one.known);
        fresh.archives.merge(one.archives);
    }
    known_ = std::move(fresh.known);
    const std::lock_guard lock(mutex_);
    for (auto& [path, a] : fresh.archives) {
        const auto old = archives_.find(path);
        if (old != archives_.end() && old->second.version == a.version)
            a.content = old->second.content, a.damage = old->second.damage;
        add_archive(blocks, path, a);
    }
    archives_ = std::move(fresh.archives);
    blocks_ = std::move(blocks);
    scans_ = goal;
    changed_.notify_all();
}

bool InputIndex::go_through_one(const std::stop_token& stop) {
    fs::path path;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [p, a] : archives_)
            if (a.pending() && (!a.promised || std::any_of(wanted_.begin(), wanted_.end(),
                                                           [&archive = a](uint64_t n) { return archive.may_hold(n); })))
                path = p;
        if (path.empty()) return false;
    }
    const auto version = version_of(path);
    auto content = ethereum::DumpArchive::index(path, [&] { return !stop.stop_requested(); });
    const std::lock_guard lock(mutex_);
    const auto at = archives_.find(path);
    if (at == archives_.end() || stop.stop_requested()) return true;
    Archive& a = at->second;
    if (version) a.version = *version;
    if (content)
        a.damage = content->damage(), a.content = std::make_shared<ethereum::DumpArchive>(std::move(*content));
    else
        a.damage = content.error();
    if (a.damage)
        log::warning("archive_damaged", {{"reason", a.damage->message}});
    else
        log::info("archive_indexed", {{"archive", path.string()}, {"blocks", a.content->entries().size()}});
    add_archive(blocks_, path, a);
    changed_.notify_all();
    return true;
}

std::optional<InputPlace> InputIndex::look_up(uint64_t number) const {
    const auto at = blocks_.find(number);
    if (at == blocks_.end()) return std::nullopt;
    const InputPlace& p = at->second.place;
    switch (p.kind) {  // still what it was when it was found?
        case InputPlace::Kind::block_folder:
            return cluster::block_number_in(p.path) == number ? std::optional(p) : std::nullopt;
        case InputPlace::Kind::dump_folder:
            return ethereum::is_dump_folder(p.path) ? std::optional(p) : std::nullopt;
        case InputPlace::Kind::archive:
            return version_of(p.path) == at->second.version ? std::optional(p) : std::nullopt;
    }
    return std::nullopt;
}

bool InputIndex::waits_for_archive(uint64_t number) const {
    return std::any_of(archives_.begin(), archives_.end(),
                       [&](const auto& a) { return a.second.pending() && a.second.may_hold(number); });
}

HostResult<InputPlace> InputIndex::find(uint64_t number, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto wait = [&](const auto& over) {
        wake();
        return changed_.wait(lock, stop, over);
    };
    const auto stopped = [] { return fail("stopped", "the search was ended"); };
    for (const bool again : {false, true}) {
        if (again) scans_wanted_++;  // one that begins now: one under way may have passed the place already
        const uint64_t goal = scans_wanted_;
        if (!wait([&] { return scans_ >= goal; })) return stopped();
        if (auto place = look_up(number)) return *place;
        const auto mine = wanted_.insert(number);
        const bool gone_through = wait([&] { return !waits_for_archive(number); });
        wanted_.erase(mine);
        if (!gone_through) return stopped();
        if (auto place = look_up(number)) return *place;
    }
    for (const auto& [path, a] : archives_) {
        if (!a.promised || !a.may_hold(number)) continue;
        if (a.damage)
            return fail(a.damage->code, fmt::format("block {}: {}", number, a.damage->message), a.damage->hint);
        return fail("input_missing", fmt::format("{} lacks block {}, which its name promises", path.string(), number),
                    "fetch the archive again, or bring the block another way");
    }
    return fail("input_missing", fmt::format("no input folder holds block {}", number),
                "put a folder with block.rlp and witness.json, a dump or an archive of dumps into one of "
                "input_load_dirs");
}

InputIndex::Summary InputIndex::summary() const {
    const std::lock_guard lock(mutex_);
    Summary s{blocks_.size(), archives_.size(), {}};
    for (const auto& [path, a] : archives_)
        if (a.damage) s.damaged.push_back(*a.damage);
    return s;
}

}  // namespace ashlar::coordinator
