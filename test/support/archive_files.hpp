// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <string>

namespace ashlar::test {

/// Calls `visit(path, text)` for each JSON file of an archive, read in place. False if it cannot be read.
template <class Visit>
bool each_json_file(const std::filesystem::path& path, Visit visit) {
    archive* a = archive_read_new();
    archive_read_support_filter_all(a);
    archive_read_support_format_tar(a);
    bool good = archive_read_open_filename(a, path.c_str(), 1 << 16) == ARCHIVE_OK;
    archive_entry* entry = nullptr;
    int rc = ARCHIVE_OK;
    while (good && (rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
        const std::string name = archive_entry_pathname(entry);
        if (archive_entry_filetype(entry) != AE_IFREG || !name.ends_with(".json")) continue;
        std::string text(static_cast<size_t>(archive_entry_size(entry)), '\0');
        if (archive_read_data(a, text.data(), text.size()) != static_cast<la_ssize_t>(text.size()))
            good = false;
        else
            visit(name, text);
    }
    if (rc != ARCHIVE_EOF) good = false;
    archive_read_free(a);
    return good;
}

}  // namespace ashlar::test
