// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/importformat.h"

#include "exchange/bytesource.h"
#include "exchange/csv.h"
#include "exchange/jsonlines.h"

#include <QStringList>

#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::array kImportFormats = std::to_array<ImportFormatEntry>({
    {"jsonl", "JSON lines, one message a line; lists of messages, also over several lines",
     ".jsonl .ndjson .json .log", createJsonLines},
    {"csv", "CSV with a title line: each row a message, each column a member", ".csv .tsv",
     createCsvInput},
});

const ImportFormatEntry* entryOf(const QString& fileName)
{
    for (const ImportFormatEntry& entry : kImportFormats) {
        for (const QString& ending : QString::fromLatin1(entry.endings).split(u' ')) {
            if (fileName.endsWith(ending, Qt::CaseInsensitive))
                return &entry;
        }
    }
    return nullptr;
}

} // namespace

std::span<const ImportFormatEntry> importFormats() noexcept
{
    return kImportFormats;
}

const ImportFormatEntry* importFormatNamed(const QString& id)
{
    for (const ImportFormatEntry& entry : kImportFormats) {
        if (id == QLatin1StringView(entry.id))
            return &entry;
    }
    return nullptr;
}

const ImportFormatEntry& importFormatOf(const QString& fileName)
{
    const ImportFormatEntry* entry = entryOf(fileName);
    return entry != nullptr ? *entry : kImportFormats.front();
}

bool isImportable(const QString& fileName)
{
    return entryOf(nameOfInput(fileName)) != nullptr;
}

QString importPatterns()
{
    QStringList patterns;
    for (const ImportFormatEntry& entry : kImportFormats) {
        for (const QString& ending : QString::fromLatin1(entry.endings).split(u' ')) {
            for (const auto packed : {""_L1, ".gz"_L1, ".zst"_L1})
                patterns << u'*' + ending + packed;
        }
    }
    return patterns.join(u' ');
}

} // namespace murmur
