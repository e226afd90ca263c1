// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QString>

#include <memory>
#include <span>
#include <stop_token>
#include <string>

namespace murmur {

struct Source;

/// Writes messages in one format, one after the other. One thread.
class ExportFormat
{
public:
    virtual ~ExportFormat() = default;
    virtual void begin(std::string& out) = 0;
    virtual void write(std::string& out, const MessageDetail& message) = 0;
    virtual void end(std::string& out) = 0;
    /// What `source` tells beside its messages; behind the last of them, before end().
    [[nodiscard]] virtual Status tellBeside(const Source& /*source*/,
                                            const std::stop_token& /*stop*/)
    {
        return Done{};
    }

    /// For formats that are no stream: they write into this file, which is new, instead of `out`.
    [[nodiscard]] virtual Status openAt(const QString& /*path*/) { return Done{}; }
    /// What such a format could not write.
    [[nodiscard]] virtual Status status() const { return Done{}; }
};

/// One row per format.
struct ExportFormatEntry
{
    const char* id;
    const char* description;
    const char* ending; ///< of file names
    bool isStream;      ///< false: needs a file, see ExportFormat::openAt
    /// `hasSeveral`: each message says from which recording it is.
    std::unique_ptr<ExportFormat> (*create)(std::shared_ptr<const Dictionaries> names,
                                            bool hasSeveral);
};
std::span<const ExportFormatEntry> exportFormats() noexcept;
/// That of a name, or the one whose ending `fileName` has; null: there is none.
const ExportFormatEntry* exportFormatNamed(const QString& id);
const ExportFormatEntry* exportFormatOf(const QString& fileName);

} // namespace murmur
