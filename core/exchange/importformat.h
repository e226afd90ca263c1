// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace murmur {

/// One message as it stands in an input. Views are valid during the call only.
struct ImportedItem
{
    std::string_view raw;
    std::int64_t line = 0;    ///< of the input, from 1: where it begins
    std::size_t size = 0;     ///< of the whole, also where not all of it is kept
    bool isTruncated = false; ///< it is too long: `raw` is its beginning
};

/// Cuts the bytes of an input into messages, in whatever pieces they come. Bounded memory; whatever
/// stands in the input is given to somebody, also what is damaged.
class ImportFormat
{
public:
    using Take = std::function<void(const ImportedItem& item)>;
    virtual ~ImportFormat() = default;
    virtual void feed(std::string_view bytes, const Take& take) = 0;
    /// The input is over.
    virtual void finish(const Take& take) = 0;
};

/// One row per format.
struct ImportFormatEntry
{
    const char* id;
    const char* description;
    const char* endings; ///< of file names, with blanks between
    std::unique_ptr<ImportFormat> (*create)();
};
std::span<const ImportFormatEntry> importFormats() noexcept;
/// That of a name, or the one whose ending `fileName` has, or the first.
const ImportFormatEntry* importFormatNamed(const QString& id);
const ImportFormatEntry& importFormatOf(const QString& fileName);
/// Whether its name, also that of a packed file, has the ending of a format.
bool isImportable(const QString& fileName);
/// The endings of all formats, also packed: "*.jsonl *.jsonl.gz …".
QString importPatterns();

/// A message that is longer is cut; its beginning is kept.
inline constexpr std::size_t kMostOfItem = std::size_t(64) << 20;
inline constexpr std::size_t kKeptOfItem = std::size_t(64) << 10;

} // namespace murmur
