// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/parts.h"
#include "support/messages.h"

#include "recording/format.h"
#include "recording/payloadcodec.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <cstdio>

using namespace murmur;
using namespace murmur::test;

namespace {

bool write(const QDir& corpus, const char* target, const QString& name, const std::string& bytes)
{
    const QString directory = corpus.filePath(QString::fromLatin1(target));
    QFile file(directory + QLatin1Char('/') + name);
    return QDir().mkpath(directory) && file.open(QFile::WriteOnly) &&
           file.write(bytes.data(), static_cast<qint64>(bytes.size())) ==
               static_cast<qint64>(bytes.size());
}

} // namespace

/// Writes the first inputs of the fuzz targets that read what the recorder writes: frames of small
/// blocks, tiles, keyframes. To be run again, into tests/fuzz/corpus, when an encoding gets a new
/// version; the seeds of older versions stay beside the new ones.
int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr,
                     "write_fuzz_seeds CORPUS: writes seeds into CORPUS/fuzz_block and so on\n");
        return 2;
    }
    const QDir corpus(QString::fromLocal8Bit(argv[1]));
    const QTemporaryDir directory;
    const QString version = QStringLiteral("v%1-").arg(kFormatVersion);
    bool good = true;
    for (const int rows : {1, 5, 40, 300}) {
        const QString path = directory.filePath(QStringLiteral("r%1.murmur").arg(rows));
        {
            // Far apart, so that the few messages fill several levels of tiles.
            Messages messages(path, 50'000'000);
            good = good && messages.write(rows) && messages.close();
        }
        auto database = openRecording(path);
        if (!database)
            return 1;
        Packer packer;
        std::string heard;
        std::string scanned;
        std::string rest;
        std::string_view heardBits;
        std::string_view scannedBits;
        std::string_view restBits;
        Statement block(*database, "SELECT heard.data, reading.data FROM heard, reading");
        std::uint64_t size = 0;
        if (!block.step())
            return 1;
        std::string_view reading = block.blob(1);
        good = good && packer.unpack(block.blob(0), heard, heardBits) &&
               readVarint(reading, size) &&
               packer.unpack(reading.substr(0, size), scanned, scannedBits) &&
               packer.unpack(reading.substr(size), rest, restBits);
        const QString name = version + QString::number(rows);
        good = good &&
               write(corpus, "fuzz_block", name,
                     Parts::numbered(static_cast<std::size_t>(rows)) + Parts::piece(heard) +
                         Parts::piece(heardBits) + Parts::piece(scanned) +
                         Parts::piece(scannedBits) + Parts::piece(rest) + Parts::piece(restBits));
        Statement keyframe(*database, "SELECT data FROM keyframe");
        std::string bytes;
        good = good && keyframe.step() && packer.unpack(keyframe.blob(0), bytes) &&
               write(corpus, "fuzz_keyframe", name, bytes);

        Dictionaries names;
        auto reader = RecordingReader::open(path);
        Columns columns;
        if (!reader || !(*reader)->load(*(*reader)->blockOf(1), AllColumns, columns))
            return 1;
        (*reader)->loadNames(names);
        TileSum sum;
        for (std::size_t row = 0; row < columns.size(); ++row)
            sum.add(columns, row, static_cast<unsigned>(row * 6 % 256),
                    names.receivers(AudienceId(columns.audience[row])));
        for (const auto& [group, tile] : sum.encode())
            good = good && write(corpus, "fuzz_tile",
                                 name + (group == kAllGroup ? QStringLiteral("-all")
                                                            : QStringLiteral("-group")),
                                 tile);
    }
    // A payload: as it is, and with its numbers apart.
    const std::string ids =
        R"({"id":"7cf05370-3d12-4599-92b1-6963b0f1116f","ts":1779358620123,)"
        R"("trace":"32837f875a429259de766b409960ebc6","span":"0011aa22bb33cc44"})";
    good = good && write(corpus, "fuzz_payload", QStringLiteral("text"), '\0' + ids + ids);
    {
        Packer packer;
        std::string packed;
        std::string text;
        std::string_view bits;
        PayloadEncoder().pack(packer, ids + ids, packed);
        good = good && packer.unpack(packed, text, bits) &&
               write(corpus, "fuzz_payload", QStringLiteral("marks"),
                     '\1' + Parts::piece(text) + std::string(bits));
    }
    // Names: an agent, a set of two receivers, a jump, the same name twice.
    const auto row = [](std::size_t table, std::size_t id, const std::string& bytes) {
        return Parts::numbered(table) + Parts::numbered(id) + Parts::piece(bytes);
    };
    const std::string agents = row(0, 1, "a") + row(0, 2, "b");
    good = good && write(corpus, "fuzz_names", QStringLiteral("plain"),
                         agents + row(1, 1, "t") + row(2, 1, "\x01\x01") + row(3, 1, "test://"));
    good = good && write(corpus, "fuzz_names", QStringLiteral("holes"),
                         agents + row(0, 9, "a") + row(2, 3, "\x01") + row(2, 5, "\x01"));
    good = good && write(corpus, "fuzz_names", QStringLiteral("far"),
                         row(0, 0xff30, "a") + row(2, 0xff14, "\xff\xff\xff\xff\x0f"));
    // A whole recording: one byte in the head, in the schema, in a leaf; with repairing and
    // without.
    const auto patch = [](std::size_t page, std::size_t place, char byte) {
        return Parts::numbered(page) + Parts::numbered(place) + Parts::piece({&byte, 1});
    };
    for (const std::size_t repairs : {0, 1}) {
        const QString name = QString::number(repairs);
        const std::string first = Parts::numbered(repairs);
        good = good && write(corpus, "fuzz_recording", QStringLiteral("sound-") + name, first);
        good = good && write(corpus, "fuzz_recording", QStringLiteral("head-") + name,
                             first + patch(0, 20, 7));
        good = good && write(corpus, "fuzz_recording", QStringLiteral("schema-") + name,
                             first + patch(0, 15000, 'x') + patch(0, 103, 1));
        good = good && write(corpus, "fuzz_recording", QStringLiteral("leaves-") + name,
                             first + patch(12, 0, 5) + patch(14, 3, '\xff') + patch(16, 9, 1));
    }
    return good ? 0 : 1;
}
