// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/blockcodec.h"

#include <QTest>

#include <random>

using namespace murmur;

namespace {

Columns sampleColumns(std::size_t rows, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    Columns columns;
    columns.first = 1000;
    std::int64_t time = 1'779'358'620'000'000'000;
    for (std::size_t row = 0; row < rows; ++row) {
        time += static_cast<std::int64_t>(random() % 3'000'000) - 100'000; // sometimes back
        columns.received.push_back(time);
        columns.time.push_back(random() % 9 == 0 ? time - 5'000'000'000 : time);
        columns.sent.push_back(
            random() % 3 == 0 ? kNoTime : time - static_cast<std::int64_t>(random() % 1'000'000));
        columns.connection.push_back(1);
        columns.topic.push_back(static_cast<std::uint32_t>(random() % 70'000));
        columns.rawSize.push_back(static_cast<std::uint32_t>(random() % 900));
        columns.headerSize.push_back(0);
        columns.flags.push_back(random() % 20 == 0 ? Flags(Undecoded) : Flags(0));
        columns.sender.push_back(static_cast<std::uint32_t>(random() % 700));
        columns.audience.push_back(static_cast<std::uint32_t>(random() % 50));
        columns.kind.push_back(static_cast<std::uint8_t>(random() % kKindCount));
        columns.type.push_back(static_cast<std::uint32_t>(random() % 5));
        columns.payloadOffset.push_back(static_cast<std::uint32_t>(random() % 100));
        columns.payloadSize.push_back(static_cast<std::uint32_t>(random() % 800));
        for (IdColumn& id : columns.ids) {
            id.hash.push_back(static_cast<std::uint32_t>(random()));
            const bool inText = random() % 30 == 0;
            id.text.push_back({static_cast<std::uint32_t>(random() % 300) | (inText ? kInText : 0u),
                               1 + static_cast<std::uint32_t>(random() % 40)});
        }
        columns.sequence.push_back(
            random() % 4 == 0 ? kNoTime : static_cast<std::int64_t>(random() % 1'000'000));
        const bool closes = random() % 5 == 0;
        columns.closes.push_back(
            closes ? columns.first + static_cast<Seq>(row) - static_cast<Seq>(random() % 900) : 0);
        columns.latency.push_back(closes ? static_cast<std::int64_t>(random() % 9'000'000'000)
                                         : -1);
        if (closes)
            columns.causes.push_back(
                {static_cast<std::uint32_t>(row), columns.closes.back(), Grade::Carried});
        if (random() % 6 == 0)
            columns.states.push_back({static_cast<std::uint32_t>(row),
                                      AgentId(3),
                                      StateKeyId(static_cast<std::uint32_t>(random() % 9)),
                                      {static_cast<std::uint32_t>(random() % 90), 5}});
        if (random() % 9 == 0)
            columns.topicNames.add(static_cast<std::uint32_t>(row),
                                   "_INBOX." + std::to_string(random()));
        if (row == 3)
            columns.senderNames.add(3, "one too many");
        if (row % 9 == 4)
            columns.late.push_back(
                {static_cast<std::uint32_t>(row),
                 row % 2 == 0 ? LateFact::What::Answer : LateFact::What::Effect,
                 columns.first - static_cast<Seq>(random() % 5000),
                 columns.time[row] - static_cast<std::int64_t>(random() % 99999),
                 static_cast<std::uint32_t>(random() % 70),
                 row % 2 == 0 ? static_cast<std::int64_t>(random() % 1000) : -1});
    }
    columns.text = "texts that are not in raw";
    return columns;
}

} // namespace

class TestCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void integersComeBack_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<quint64>("range");
        for (const int count : {0, 1, 2, 1000}) {
            for (const quint64 range : {1ull, 200ull, 60'000ull, 4'000'000'000ull, ~0ull})
                QTest::addRow("%d of %llu", count, range) << count << range;
        }
    }
    void integersComeBack()
    {
        QFETCH(int, count);
        QFETCH(quint64, range);
        std::mt19937_64 random(range);
        std::vector<std::uint64_t> values;
        for (int i = 0; i < count; ++i)
            values.push_back(range == ~0ull ? random() : 77 + random() % range);
        for (const Transform transform : {Transform::Plain, Transform::Difference}) {
            std::string bits;
            for (std::string* apart : {static_cast<std::string*>(nullptr), &bits}) {
                std::string bytes;
                ColumnEncoder().encode(bytes, apart, values, transform);
                ColumnSource in{bytes, bits};
                std::vector<std::uint64_t> back;
                QVERIFY(decodeColumn(in, values.size(), back));
                QCOMPARE(back, values);
                QVERIFY(in.columns.empty() && in.bits.empty());
                in = {bytes, bits};
                QVERIFY(skipColumn(in, values.size()));
                QVERIFY(in.columns.empty() && in.bits.empty());
            }
        }
    }

    void fewExceptionsTakeFewBytes()
    {
        std::vector<std::uint64_t> values(1000, 7);
        values[0] = 9;
        values[500] = 900'000;
        values[999] = 8;
        std::string bytes;
        ColumnEncoder().encode(bytes, nullptr, values, Transform::Plain);
        QVERIFY(bytes.size() < 32);
        std::string_view in = bytes;
        std::vector<std::uint32_t> back;
        QVERIFY(decodeColumn(in, values.size(), back));
        QVERIFY(std::ranges::equal(back, values));
        for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
            in = std::string_view(bytes).substr(0, cut);
            QVERIFY(!decodeColumn(in, values.size(), back));
        }
        in = bytes;
        QVERIFY(!decodeColumn(in, 900, back)); // an exception beyond the last row
    }

    void timesInMillisecondsComeBackExactly()
    {
        Columns columns = sampleColumns(100, 8);
        for (std::int64_t& sent : columns.sent) {
            if (sent != kNoTime)
                sent -= sent % 1'000'000;
        }
        Packer packer;
        std::string heard;
        BlockEncoder(packer).packHeard(columns, heard);
        Columns back;
        QVERIFY(
            BlockDecoder().decode(columns.first, columns.size(), heard, {}, kHeardColumns, back));
        QCOMPARE(back.sent, columns.sent);
        QCOMPARE(back.received, columns.received);
    }

    void aBlockComesBackWhole()
    {
        const Columns columns = sampleColumns(700, 3);
        Packer packer;
        std::string heard;
        std::string reading;
        BlockEncoder encoder(packer);
        encoder.packHeard(columns, heard);
        encoder.packReading(columns, reading);
        BlockDecoder decoder;
        Columns back;
        QVERIFY(decoder.decode(columns.first, columns.size(), heard, reading, AllColumns, back));
        QCOMPARE(back.time, columns.time);
        QCOMPARE(back.received, columns.received);
        QCOMPARE(back.sent, columns.sent);
        QCOMPARE(back.topic, columns.topic);
        QCOMPARE(back.rawSize, columns.rawSize);
        QCOMPARE(back.flags, columns.flags);
        QCOMPARE(back.sender, columns.sender);
        QCOMPARE(back.audience, columns.audience);
        QCOMPARE(back.kind, columns.kind);
        QCOMPARE(back.sequence, columns.sequence);
        QCOMPARE(back.closes, columns.closes);
        QCOMPARE(back.latency, columns.latency);
        QVERIFY(back.causes == columns.causes);
        QCOMPARE(back.states.size(), columns.states.size());
        QCOMPARE(back.states.back().row, columns.states.back().row);
        QCOMPARE(index(back.states.back().key), index(columns.states.back().key));
        QVERIFY(back.late.empty());
        QVERIFY(decoder.decode(columns.first, columns.size(), heard, reading,
                               AllColumns | LateColumns, back));
        QVERIFY(columns.late.size() > 50);
        QVERIFY(back.late == columns.late);
        QCOMPARE(back.text, columns.text);
        QCOMPARE(back.payloadOffset, columns.payloadOffset);
        QCOMPARE(back.payloadSize, columns.payloadSize);
        for (std::size_t i = 0; i < columns.states.size(); ++i) {
            QCOMPARE(back.states[i].row, columns.states[i].row);
            QCOMPARE(index(back.states[i].agent), index(columns.states[i].agent));
            QCOMPARE(back.states[i].value.offset, columns.states[i].value.offset);
            QCOMPARE(back.states[i].value.size, columns.states[i].value.size);
        }
        for (std::size_t row = 0; row < columns.size(); ++row) {
            QCOMPARE(back.topicNames.of(row), columns.topicNames.of(row));
            QCOMPARE(back.senderNames.of(row), columns.senderNames.of(row));
        }
        for (std::size_t field = 0; field < kIdFieldCount; ++field) {
            for (std::size_t row = 0; row < columns.size(); ++row) {
                QCOMPARE(back.ids[field].text[row].offset, columns.ids[field].text[row].offset);
                QCOMPARE(back.ids[field].text[row].size, columns.ids[field].text[row].size);
            }
        }
    }

    void someColumnsAreTheSameAsAll()
    {
        const Columns columns = sampleColumns(300, 4);
        Packer packer;
        std::string heard;
        std::string reading;
        BlockEncoder encoder(packer);
        encoder.packHeard(columns, heard);
        encoder.packReading(columns, reading);
        BlockDecoder decoder;
        Columns some;
        QVERIFY(decoder.decode(columns.first, columns.size(), heard, reading,
                               TimeColumns | CallColumns, some));
        QCOMPARE(some.time, columns.time);
        QCOMPARE(some.latency, columns.latency);
        QVERIFY(some.topic.empty());
        QVERIFY(some.sender.empty());
    }

    void everyTruncationIsRefused()
    {
        const Columns columns = sampleColumns(50, 5);
        Packer packer;
        std::string heard;
        std::string reading;
        BlockEncoder encoder(packer);
        encoder.packHeard(columns, heard);
        encoder.packReading(columns, reading);
        BlockDecoder decoder;
        Columns back;
        for (std::size_t cut = 0; cut < reading.size(); ++cut)
            QVERIFY(!decoder.decode(1, columns.size(), heard,
                                    std::string_view(reading).substr(0, cut), AllColumns, back));
        QVERIFY(!decoder.decode(1, columns.size() + 1, heard, reading, AllColumns, back));
        QVERIFY(!decoder.decode(1, std::size_t(1) << 40, heard, reading, AllColumns, back));
    }

    void aFlippedBitIsNoticed()
    {
        const Columns columns = sampleColumns(200, 6);
        Packer packer;
        std::string heard;
        BlockEncoder(packer).packHeard(columns, heard);
        BlockDecoder decoder;
        Columns back;
        int noticed = 0;
        for (std::size_t bit = 0; bit < heard.size() * 8; bit += 7) {
            std::string damaged = heard;
            damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
            noticed += decoder.decode(1, columns.size(), damaged, {}, kHeardColumns, back) ? 0 : 1;
        }
        // Bits of the frame's header that mean nothing may pass; they change nothing either.
        QVERIFY(noticed >= static_cast<int>(heard.size() * 8 / 7 * 99 / 100));
    }
};

QTEST_GUILESS_MAIN(TestCodec)
#include "tst_codec.moc"
