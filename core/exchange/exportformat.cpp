// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/exportformat.h"

#include "exchange/csv.h"
#include "exchange/jsonlines.h"
#include "exchange/mermaid.h"

#include <array>

namespace murmur {

namespace {

constexpr std::array kExportFormats = std::to_array<ExportFormatEntry>({
    {"jsonl", "JSON lines, one message a line; they can be imported again", ".jsonl",
     createJsonLinesExport},
    {"csv", "CSV with a title line, for spreadsheets", ".csv", createCsvExport},
    {"mermaid", "a sequence diagram as text, of the first thousand messages", ".mmd",
     createMermaidExport},
});

} // namespace

std::span<const ExportFormatEntry> exportFormats() noexcept
{
    return kExportFormats;
}

const ExportFormatEntry* exportFormatNamed(const QString& id)
{
    for (const ExportFormatEntry& entry : kExportFormats) {
        if (id == QLatin1StringView(entry.id))
            return &entry;
    }
    return nullptr;
}

const ExportFormatEntry* exportFormatOf(const QString& fileName)
{
    for (const ExportFormatEntry& entry : kExportFormats) {
        if (fileName.endsWith(QLatin1StringView(entry.ending), Qt::CaseInsensitive))
            return &entry;
    }
    return nullptr;
}

} // namespace murmur
