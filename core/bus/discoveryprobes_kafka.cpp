// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/discoveryprobes.h"

#include <algorithm>
#include <optional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using Step = ProbeTalk::Step;

constexpr std::uint16_t kListOffsets = 2;
constexpr std::uint16_t kMetadata = 3;
constexpr std::uint16_t kApiVersions = 18;
/// More are not counted: asking for them would be no small question.
constexpr std::size_t kMostPartitions = 1000;

/// Numbers and texts from the front; after the end nothing but zeros, and `isWhole` is over.
class KafkaBytes
{
public:
    explicit KafkaBytes(QByteArrayView bytes)
        : m_rest(bytes)
    {
    }
    std::int64_t number(qsizetype size)
    {
        if (!has(size))
            return 0;
        std::uint64_t value = static_cast<signed char>(m_rest[0]) < 0 ? ~std::uint64_t(0) : 0;
        for (qsizetype i = 0; i < size; ++i)
            value = value << 8 | static_cast<unsigned char>(m_rest[i]);
        m_rest = m_rest.sliced(size);
        return static_cast<std::int64_t>(value);
    }
    QByteArray text()
    {
        const auto size = static_cast<qsizetype>(std::max<std::int64_t>(0, number(2)));
        if (!has(size))
            return {};
        QByteArray value = m_rest.first(size).toByteArray();
        m_rest = m_rest.sliced(size);
        return value;
    }
    void skip(std::int64_t size)
    {
        if (has(size))
            m_rest = m_rest.sliced(static_cast<qsizetype>(size));
    }
    [[nodiscard]] bool isWhole() const { return m_isWhole; }

private:
    bool has(std::int64_t size)
    {
        m_isWhole = m_isWhole && size >= 0 && size <= m_rest.size();
        return m_isWhole;
    }

    QByteArrayView m_rest;
    bool m_isWhole = true;
};

template<typename Number>
void putNumber(QByteArray& bytes, Number value)
{
    for (int shift = 8 * (int(sizeof value) - 1); shift >= 0; shift -= 8)
        bytes += static_cast<char>(static_cast<std::make_unsigned_t<Number>>(value) >> shift);
}

void putText(QByteArray& bytes, const QByteArray& text)
{
    putNumber(bytes, static_cast<std::int16_t>(text.size()));
    bytes += text;
}

/// ApiVersions, then Metadata: how many brokers and topics there are. Then, again and again, where
/// the partitions end: what they grow by is what flows.
class KafkaTalk final : public ProbeTalk
{
public:
    QByteArray greeting() const override { return request(kApiVersions, 0, {}); }
    Step hear(QByteArray& unread, QByteArray& say, FoundBus& bus) override
    {
        if (!m_isKnown && unread.size() >= 8 &&
            (unread[0] != 0 ||
             KafkaBytes(QByteArrayView(unread).sliced(4)).number(4) != kApiVersions))
            return Step::Other;
        while (unread.size() >= 8) {
            const std::int64_t size = KafkaBytes(unread).number(4);
            const std::int64_t answered = KafkaBytes(QByteArrayView(unread).sliced(4)).number(4);
            const QByteArrayView body = QByteArrayView(unread).sliced(8);
            if (size < 4)
                return Step::Other;
            if (unread.size() < size + 4) {
                if (answered == kMetadata)
                    hearMetadata(body, bus); // its beginning says most
                break;
            }
            const Step step = hearAnswer(answered, body.first(size - 4), say, bus);
            unread.remove(0, size + 4);
            if (step != Step::Known)
                return step;
        }
        return m_isKnown ? Step::Known : Step::More;
    }
    bool countsForItself() const override { return !m_partitions.empty(); }
    QByteArray again() override
    {
        if (m_partitions.empty() || std::exchange(m_isAsking, true))
            return {};
        QByteArray body;
        putNumber(body, std::int32_t(-1)); // we are no broker
        putNumber(body, static_cast<std::int32_t>(m_partitions.size()));
        for (const auto& [topic, count] : m_partitions) {
            putText(body, topic);
            putNumber(body, count);
            for (std::int32_t i = 0; i < count; ++i) {
                putNumber(body, i);
                putNumber(body, std::int64_t(-1)); // the end
            }
        }
        return request(kListOffsets, 1, body);
    }

private:
    static QByteArray request(std::uint16_t api, std::int16_t version, const QByteArray& body)
    {
        QByteArray all;
        putNumber(all, static_cast<std::int16_t>(api));
        putNumber(all, version);
        putNumber(all, std::int32_t(api)); // by which the answer is known
        putText(all, "murmur");
        all += body;
        QByteArray framed;
        putNumber(framed, static_cast<std::int32_t>(all.size()));
        return framed + all;
    }
    Step hearAnswer(std::int64_t answered, QByteArrayView body, QByteArray& say, FoundBus& bus)
    {
        switch (answered) {
        case kApiVersions:
            m_isKnown = true;
            if (!knowsMetadata(body))
                return Step::Done;
            // All topics, none by its name: nothing is created.
            say += request(kMetadata, 1, QByteArray::fromHex("ffffffff"));
            return Step::Known;
        case kMetadata:
            m_partitions = hearMetadata(body, bus);
            say += again(); // whoever stays has something to compare with
            return Step::Done;
        case kListOffsets:
            return hearOffsets(body, bus) ? Step::Done : Step::Known;
        default:
            return Step::Known;
        }
    }
    /// Whether version 1 of Metadata is among those of the answer.
    static bool knowsMetadata(QByteArrayView body)
    {
        KafkaBytes bytes(body);
        bytes.skip(2);
        for (std::int64_t count = bytes.number(4); count > 0 && bytes.isWhole(); --count) {
            const std::int64_t api = bytes.number(2);
            const std::int64_t least = bytes.number(2);
            const std::int64_t most = bytes.number(2);
            if (api == kMetadata)
                return bytes.isWhole() && least <= 1 && most >= 1;
        }
        return false;
    }
    using Partitions = std::vector<std::pair<QByteArray, std::int32_t>>;
    /// Those of topics that are not the broker's own, where one broker has them all.
    static Partitions hearMetadata(QByteArrayView body, FoundBus& bus)
    {
        KafkaBytes bytes(body);
        const std::int64_t brokers = bytes.number(4);
        for (std::int64_t i = 0; i < brokers && bytes.isWhole(); ++i) {
            bytes.skip(4);
            (void)bytes.text(); // host
            bytes.skip(4);
            (void)bytes.text(); // rack
        }
        bytes.skip(4); // controller
        const std::int64_t topics = bytes.number(4);
        if (!bytes.isWhole())
            return {};
        bus.topics = std::max<std::int64_t>(0, topics);
        bus.detail = brokers == 1 ? u"1 broker"_s : u"%1 brokers"_s.arg(brokers);
        Partitions found;
        std::size_t all = 0;
        for (std::int64_t i = 0; i < topics && bytes.isWhole(); ++i) {
            bytes.skip(2);
            const QByteArray name = bytes.text();
            const bool isOwn = bytes.number(1) != 0 || name.startsWith("__");
            const std::int64_t count = bytes.number(4);
            for (std::int64_t p = 0; p < count && bytes.isWhole(); ++p) {
                bytes.skip(2 + 4 + 4);
                for (int list = 0; list < 2; ++list) // replicas, and those in step
                    bytes.skip(4 * bytes.number(4));
            }
            if (isOwn || count <= 0)
                continue;
            found.emplace_back(name, static_cast<std::int32_t>(count));
            all += static_cast<std::size_t>(count);
        }
        return bytes.isWhole() && brokers == 1 && all <= kMostPartitions ? found : Partitions();
    }
    /// False: there is no rate yet.
    bool hearOffsets(QByteArrayView body, FoundBus& bus)
    {
        m_isAsking = false;
        KafkaBytes bytes(body);
        std::int64_t sum = 0;
        bool isRight = true;
        for (std::int64_t topics = bytes.number(4); topics > 0 && bytes.isWhole(); --topics) {
            (void)bytes.text();
            for (std::int64_t p = bytes.number(4); p > 0 && bytes.isWhole(); --p) {
                bytes.skip(4);
                isRight = bytes.number(2) == 0 && isRight;
                bytes.skip(8); // time
                sum += bytes.number(8);
            }
        }
        // A sum without one of them would jump when that one comes back.
        if (!bytes.isWhole() || !isRight)
            return false;
        return m_counted.look(sum, bus);
    }

    bool m_isKnown = false;
    bool m_isAsking = false;
    Partitions m_partitions; ///< topics, and how many each has
    CountedMessages m_counted;
};

} // namespace

std::unique_ptr<ProbeTalk> kafkaTalk()
{
    return std::make_unique<KafkaTalk>();
}

} // namespace murmur
