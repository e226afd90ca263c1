// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <span>

namespace murmur {

/// The bytes of a file or of standard input ("-"), unpacked where gzip or zstd packed them: the
/// bytes tell, not the name. One thread.
class ByteSource
{
public:
    /// Unreadable: it is missing, a folder, or not permitted.
    static Result<std::unique_ptr<ByteSource>> open(const QString& path);
    ~ByteSource();
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;

    /// How many bytes came; 0: the end. Unreadable: what follows cannot be read or unpacked.
    Result<std::size_t> read(std::span<char> into);
    /// Bytes of the file, packed as they are: read so far, and in all; -1: not known.
    [[nodiscard]] std::int64_t position() const { return m_position; }
    [[nodiscard]] std::int64_t size() const { return m_size; }
    [[nodiscard]] const QString& path() const { return m_path; }

    class Unpacker;

private:
    explicit ByteSource(QString path);
    Result<std::size_t> readFile(std::span<char> into);
    Status lookAtBeginning();

    QString m_path;
    int m_descriptor = -1;
    std::int64_t m_position = 0;
    std::int64_t m_size = -1;
    std::unique_ptr<char[]> m_packed; ///< read, and not taken yet
    std::span<const char> m_rest;     ///< of those
    bool m_isAtEnd = false;
    std::unique_ptr<Unpacker> m_unpacker; ///< null: the bytes are plain
};

/// The file's name without its folder, and without the ending of a packed file: "a/night.jsonl.gz"
/// is "night.jsonl". Of standard input "stdin".
QString nameOfInput(const QString& path);

} // namespace murmur
