// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/exportformat.h"

#include "exchange/csv.h"
#include "exchange/jsonlines.h"
#include "exchange/mcap.h"
#include "exchange/mermaid.h"
#include "exchange/otlplines.h"
#include "exchange/perfetto.h"
#include "exchange/sqlitetables.h"

#include <array>

namespace murmur {

namespace {

constexpr std::array kExportFormats = std::to_array<ExportFormatEntry>({
    {"jsonl", "JSON lines, one message a line; they can be imported again", ".jsonl", true,
     createJsonLinesExport},
    {"csv", "CSV with a title line, for spreadsheets", ".csv", true, createCsvExport},
    {"mcap", "MCAP: a channel per topic, as JSON and as bytes, for Foxglove and others", ".mcap",
     true, createMcapExport},
    {"perfetto", "a trace of agents, calls and messages for ui.perfetto.dev", ".perfetto.json",
     true, createPerfettoExport},
    {"otlp", "OpenTelemetry, an export a line: calls as spans, other messages as logs",
     ".otlp.json", true, createOtlpExport},
    {"mermaid", "a sequence diagram as text, of the first thousand messages", ".mmd", true,
     createMermaidExport},
    {"sqlite", "messages, calls, agents, gaps, findings and incidents in a plain SQLite database",
     ".sqlite", false, createSqliteExport},
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
