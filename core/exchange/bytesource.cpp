// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/bytesource.h"

#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>

using namespace Qt::StringLiterals;
using namespace std::string_view_literals;

namespace murmur {

namespace {

constexpr std::size_t kPackedChunk = std::size_t(256) << 10;

QString wordsOf(int error)
{
    return QString::fromLocal8Bit(std::strerror(error));
}

} // namespace

/// Unpacks what is fed, however it is cut.
class ByteSource::Unpacker
{
public:
    virtual ~Unpacker() = default;
    /// Takes from `packed` and writes to `into`; how much was written. A literal in `reason` when
    /// the bytes are damaged.
    virtual std::size_t unpack(std::span<const char>& packed, std::span<char> into,
                               const char*& reason) = 0;
    /// The input may end here.
    [[nodiscard]] virtual bool isWhole() const = 0;
};

namespace {

class GzipUnpacker final : public ByteSource::Unpacker
{
public:
    GzipUnpacker() { ::inflateInit2(&m_stream, 15 + 16); }
    ~GzipUnpacker() override { ::inflateEnd(&m_stream); }
    GzipUnpacker(const GzipUnpacker&) = delete;
    GzipUnpacker& operator=(const GzipUnpacker&) = delete;

    std::size_t unpack(std::span<const char>& packed, std::span<char> into,
                       const char*& reason) override
    {
        if (m_isWhole && !packed.empty()) { // the next of several, one behind the other
            ::inflateReset(&m_stream);
            m_isWhole = false;
        }
        constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
        m_stream.next_in =
            reinterpret_cast<Bytef*>(const_cast<char*>(packed.data())); // zlib only reads them
        m_stream.avail_in = static_cast<uInt>(std::min(packed.size(), kMost));
        m_stream.next_out = reinterpret_cast<Bytef*>(into.data());
        m_stream.avail_out = static_cast<uInt>(std::min(into.size(), kMost));
        const int result = ::inflate(&m_stream, Z_NO_FLUSH);
        packed = packed.last(m_stream.avail_in);
        if (result == Z_STREAM_END)
            m_isWhole = true;
        else if (result != Z_OK && result != Z_BUF_ERROR)
            reason = "the gzip data is damaged";
        return into.size() - m_stream.avail_out;
    }
    [[nodiscard]] bool isWhole() const override { return m_isWhole; }

private:
    z_stream m_stream{};
    bool m_isWhole = false;
};

class ZstdUnpacker final : public ByteSource::Unpacker
{
public:
    ZstdUnpacker()
        : m_stream(::ZSTD_createDStream())
    {
    }
    ~ZstdUnpacker() override { ::ZSTD_freeDStream(m_stream); }
    ZstdUnpacker(const ZstdUnpacker&) = delete;
    ZstdUnpacker& operator=(const ZstdUnpacker&) = delete;

    std::size_t unpack(std::span<const char>& packed, std::span<char> into,
                       const char*& reason) override
    {
        ZSTD_inBuffer in{packed.data(), packed.size(), 0};
        ZSTD_outBuffer out{into.data(), into.size(), 0};
        const std::size_t result = ::ZSTD_decompressStream(m_stream, &out, &in);
        packed = packed.subspan(in.pos);
        if (::ZSTD_isError(result) != 0)
            reason = "the zstd data is damaged";
        if (in.pos > 0 || out.pos > 0) // asked for more without any, it tells of the next frame
            m_isWhole = result == 0;
        return out.pos;
    }
    [[nodiscard]] bool isWhole() const override { return m_isWhole; }

private:
    ZSTD_DStream* m_stream;
    bool m_isWhole = false;
};

} // namespace

ByteSource::ByteSource(QString path)
    : m_path(std::move(path))
{
}

ByteSource::~ByteSource()
{
    if (m_descriptor > STDERR_FILENO)
        ::close(m_descriptor);
}

Result<std::unique_ptr<ByteSource>> ByteSource::open(const QString& path)
{
    std::unique_ptr<ByteSource> source(new ByteSource(path == "-"_L1 ? u"Standard input"_s : path));
    source->m_descriptor = path == "-"_L1
                               ? STDIN_FILENO
                               : ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC);
    if (source->m_descriptor < 0)
        return Error{ErrorCode::Unreadable, u"%1 cannot be read: %2."_s.arg(path, wordsOf(errno))};
    struct stat facts
    {
    };
    if (::fstat(source->m_descriptor, &facts) == 0) {
        if (S_ISDIR(facts.st_mode))
            return Error{ErrorCode::Unreadable,
                         u"%1 is a folder; name the files in it."_s.arg(source->m_path)};
        if (S_ISREG(facts.st_mode))
            source->m_size = facts.st_size;
    }
    source->m_packed = std::make_unique<char[]>(kPackedChunk);
    if (auto status = source->lookAtBeginning(); !status)
        return status.error();
    return source;
}

Status ByteSource::lookAtBeginning()
{
    std::size_t count = 0;
    while (count < 4) {
        const auto got = readFile({m_packed.get() + count, kPackedChunk - count});
        if (!got)
            return got.error();
        if (*got == 0)
            break;
        count += *got;
    }
    m_rest = {m_packed.get(), count};
    const std::string_view beginning(m_packed.get(), count);
    if (beginning.starts_with("\x1f\x8b"sv))
        m_unpacker = std::make_unique<GzipUnpacker>();
    else if (beginning.starts_with("\x28\xb5\x2f\xfd"sv))
        m_unpacker = std::make_unique<ZstdUnpacker>();
    return Done{};
}

Result<std::size_t> ByteSource::readFile(std::span<char> into)
{
    while (true) {
        const ssize_t got = ::read(m_descriptor, into.data(), into.size());
        if (got >= 0) {
            m_position += got;
            m_isAtEnd = got == 0;
            return static_cast<std::size_t>(got);
        }
        if (errno != EINTR)
            return Error{ErrorCode::Unreadable,
                         u"Reading %1 broke off: %2."_s.arg(m_path, wordsOf(errno))};
    }
}

Result<std::size_t> ByteSource::read(std::span<char> into)
{
    while (true) {
        if (m_unpacker) {
            const char* reason = nullptr;
            const std::size_t written = m_unpacker->unpack(m_rest, into, reason);
            if (written > 0)
                return written;
            if (reason != nullptr)
                return Error{ErrorCode::Unreadable, u"%1 cannot be read further: %2."_s.arg(
                                                        m_path, QString::fromLatin1(reason))};
        } else if (!m_rest.empty()) {
            const std::size_t count = std::min(into.size(), m_rest.size());
            std::memcpy(into.data(), m_rest.data(), count);
            m_rest = m_rest.subspan(count);
            return count;
        } else {
            return readFile(into);
        }
        if (!m_rest.empty())
            continue;
        if (m_isAtEnd && !m_unpacker->isWhole())
            return Error{ErrorCode::Unreadable,
                         u"%1 is cut off: its packed data has no end."_s.arg(m_path)};
        if (m_isAtEnd)
            return std::size_t(0);
        const auto got = readFile({m_packed.get(), kPackedChunk});
        if (!got)
            return got.error();
        m_rest = {m_packed.get(), *got};
    }
}

QString nameOfInput(const QString& path)
{
    if (path == "-"_L1)
        return u"stdin"_s;
    QString name = QFileInfo(path).fileName();
    for (const auto ending : {".gz"_L1, ".zst"_L1}) {
        if (name.endsWith(ending) && name.size() > ending.size())
            name.chop(ending.size());
    }
    return name;
}

} // namespace murmur
