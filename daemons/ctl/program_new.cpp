// SPDX-License-Identifier: Apache-2.0
#include "daemons/ctl/program_new.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace ashlar::ctl {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

/// What is in a project, under the kit's names; `main.` gets the language's ending.
constexpr std::array FILES = {"Makefile", "input.bin"};
constexpr std::array LANGUAGES = {"c", "cpp"};

HostResult<fs::path> kit_of(const Options& o) {
    const fs::path kit = o.has("kit") ? o.path("kit") : default_kit_dir();
    std::error_code ec;
    if (!fs::exists(kit / "lib" / "libashlar_guest.a", ec))
        return fail("kit_missing", fmt::format("{} does not hold the kit for guests in C", kit.string()),
                    "build the target guest_kit or install Ashlar's guests, or name the kit's folder with --kit");
    return kit;
}

}  // namespace

HostResult<Outcome> program_new(const Options& o) {
    if (o.rest().size() != 1) return fail("usage", "name the new project's folder");
    const std::string language = o.text("lang");
    if (std::find(LANGUAGES.begin(), LANGUAGES.end(), language) == LANGUAGES.end())
        return fail("usage", fmt::format("there is no template for '{}'", language), "use --lang c or --lang cpp");
    ASHLAR_ASSIGN(const fs::path kit, kit_of(o));
    const fs::path dir = o.rest()[0];
    std::error_code ec;
    if (fs::exists(dir, ec) && !(fs::is_directory(dir, ec) && fs::is_empty(dir, ec)))
        return fail("project_exists", fmt::format("{} is there already and not an empty folder", dir.string()),
                    "name a folder that is not there yet");

    try {
        fs::create_directories(dir / "ashlar");
        for (const char* folder : {"lib", "include", "examples"})
            fs::copy(kit / folder, dir / "ashlar" / folder, fs::copy_options::recursive);
        for (const char* file : FILES) fs::copy(kit / "project" / file, dir / file);
        const std::string source = "main." + language;
        fs::copy(kit / "project" / source, dir / source);
        return Outcome{0,
                       {{"project", dir.string()}, {"language", language}, {"source", source}},
                       fmt::format("made {0}: write the program in {0}/{1}, then\n"
                                   "  make -C {0}          builds program.elf (Debian: gcc-riscv64-unknown-elf, "
                                   "picolibc-riscv64-unknown-elf, make)\n"
                                   "  make -C {0} prove    runs it on input.bin and proves it\n"
                                   "  make -C {0} verify   checks the proof\n"
                                   "examples of every accelerator are in {0}/ashlar/examples",
                                   dir.string(), source)};
    } catch (const fs::filesystem_error& e) {
        return fail("file_unwritable", e.what(), "check the folder's owner, its mode and the free space");
    }
}

}  // namespace ashlar::ctl
