// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/bits.h"
#include "recording/payloadcodec.h"

#include "base/message.h"

#include <QTest>

#include <random>

using namespace murmur;
using namespace std::string_literals;

namespace {

std::string hex(std::mt19937_64& random, std::size_t digits)
{
    std::string text;
    while (text.size() < digits)
        text += "0123456789abcdef"[random() % 16];
    return text;
}

std::string uuid(std::mt19937_64& random)
{
    return hex(random, 8) + '-' + hex(random, 4) + '-' + hex(random, 4) + '-' + hex(random, 4) +
           '-' + hex(random, 12);
}

/// Messages with ids of all forms, new and repeated, and times of three units.
std::string messages(int count, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::vector<std::string> before{uuid(random)};
    std::string text;
    std::uint64_t ms = 1'779'358'620'123;
    for (int i = 0; i < count; ++i) {
        ms += random() % 50;
        if (random() % 3 != 0)
            before.push_back(random() % 2 == 0 ? uuid(random) : hex(random, 32));
        text += R"({"id":")" + before.back() + R"(","trace":")" + before[random() % before.size()] +
                R"(","span":")" + hex(random, 16) + R"(","ts":)" + std::to_string(ms) +
                R"(,"us":)" + std::to_string(ms * 1000 + 7) + R"(,"ns":)" +
                std::to_string(ms * 1'000'000 + random() % 1000) + '}';
    }
    return text;
}

std::string packed(std::string_view bytes)
{
    Packer packer;
    std::string out;
    PayloadEncoder().pack(packer, bytes, out);
    return out;
}

bool comesBack(const std::string& bytes)
{
    Packer packer;
    std::string back;
    return PayloadDecoder().unpack(packer, packed(bytes), back) && back == bytes;
}

} // namespace

class TestPayloadCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everythingComesBack_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* name, const std::string& bytes) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes);
        };
        std::mt19937_64 random(1);
        const std::string id = "7cf05370-3d12-4599-92b1-6963b0f1116f";
        const std::string trace = "32837f875a429259de766b409960ebc6";
        row("nothing", {});
        row("no id", "not an id, and too short");
        row("many", messages(900, 2));
        row("one alone", id);
        row("at both ends", id + " " + trace);
        row("nothing between", id + id + trace + id);
        row("digits before", "ab" + id + "," + id);
        row("digits behind", id + "ab," + id);
        row("one digit too few", id.substr(1) + "," + trace.substr(1) + "," + id);
        row("uppercase", "7CF05370-3D12-4599-92B1-6963B0F1116F " + trace);
        row("only zeros", "00000000-0000-0000-0000-000000000000 " + std::string(64, '0') + ' ' +
                              std::string(32, '0') + ' ' + trace);
        row("a span like a UUID", "0123456789abcdef 01234567-89ab-cdef-0000-000000000000 " + trace);
        row("dashes", std::string(300, '-') + id + std::string(70, '-'));
        row("digits", std::string(500, '1') + ' ' + trace + ' ' + std::string(13, '1'));
        row("times", "1779358620123 0.1779358620123 2779358620123 1999999999999999999 "
                     "1000000000000000000 1779358620714696 1779358620714695 0000000000000");
        row("the first marks are taken", "\x0e\x10 " + id + " " + trace + " 1779358620123");
        row("two kinds of marks are taken", "\x16\x1f " + id + " " + trace);
        row("all marks are taken", "\x0f\x18\xfa " + id + " " + trace);
        std::string noise;
        for (int i = 0; i < 5000; ++i)
            noise.push_back(static_cast<char>(random()));
        row("bytes of any kind", noise + id);
        std::string many;
        for (int i = 0; i < 7000; ++i)
            many += uuid(random) + ' ';
        row("more ids than are remembered", many + many.substr(0, 3700) + many.substr(230'000));
        for (std::size_t before = 0; before < 70; ++before)
            row(qPrintable(QStringLiteral("behind %1").arg(before)),
                std::string(before, ' ') + id + " 0123456789abcdef 1779358620123");
    }
    void everythingComesBack()
    {
        QFETCH(QByteArray, bytes);
        QVERIFY(comesBack(bytes.toStdString()));
    }

    void idsTakeTheirBytesOnce()
    {
        const std::string bytes = messages(400, 3);
        Packer packer;
        std::string plain;
        packer.pack(bytes, plain);
        QVERIFY(packed(bytes).size() < plain.size() * 8 / 10);
        // Repeated ids are references.
        std::mt19937_64 random(4);
        std::string one;
        for (int i = 0; i < 400; ++i)
            one += uuid(random) + ' ';
        QVERIFY(packed(one).size() < 400 * 16 + 100);
        QVERIFY(packed(one + one).size() < packed(one).size() + 1000);
    }

    void whatIsNotOursIsLeftAsItIs()
    {
        const std::string bytes = "no id is in here, and nothing like one";
        Packer packer;
        std::string plain;
        packer.pack(bytes, plain);
        QCOMPARE(packed(bytes), plain);
    }

    void damageIsRefused()
    {
        const std::string bytes = messages(20, 5);
        const std::string whole = packed(bytes);
        QCOMPARE(packedSize(whole + packed(bytes)), whole.size());
        Packer packer;
        PayloadDecoder decoder;
        std::string back;
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            QVERIFY(!decoder.unpack(packer, std::string_view(whole).substr(0, cut), back));
            QCOMPARE(packedSize(std::string_view(whole).substr(0, cut)), std::size_t(0));
        }
        int missed = 0;
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            std::string damaged = whole;
            damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
            if (decoder.unpack(packer, damaged, back))
                missed += back == bytes ? 0 : 1;
        }
        QCOMPARE(missed, 0);
        QVERIFY(decoder.unpack(packer, whole, back));
        QCOMPARE(back, bytes);
    }

    void liesAreRefused()
    {
        // Right checksums, wrong contents: marks without numbers, numbers without marks, a size
        // beyond all bounds.
        Packer packer;
        PayloadDecoder decoder;
        std::string back;
        std::string out;
        const auto unpacks = [&](std::string_view text, const std::string& bits) {
            packer.pack(text, out, bits);
            return decoder.unpack(packer, out, back);
        };
        const std::string none(5, '\0'); // no repeated ids, no times, no fresh ones
        QVERIFY(unpacks("abc", "\x0e\x03"s + none));
        QVERIFY(!unpacks("abc", "\x0e\x04"s + none));
        QVERIFY(!unpacks("abc", "\x0e\x02"s + none));
        QVERIFY(!unpacks("a\x0e", "\x0e\x25"s + none)); // a new UUID
        QVERIFY(!unpacks("a\x0f", "\x0e\x25"s + none)); // one again
        QVERIFY(!unpacks("a\x14", "\x0e\x0e"s + none)); // a time
        std::string huge = "\x0e"s;
        appendVarint(huge, kMaxUnpacked + 1);
        QVERIFY(!unpacks("abc", huge + none));
        huge = "\x0e\x03\x00"s;
        appendVarint(huge, std::uint64_t(1) << 60);
        QVERIFY(!unpacks("abc", huge));
        QVERIFY(!unpacks("abc", "\x0e"s));
    }

    void numbersAsBitsComeBack_data()
    {
        QTest::addColumn<int>("kind");
        for (int kind = 0; kind < 6; ++kind)
            QTest::addRow("%d", kind) << kind;
    }
    void numbersAsBitsComeBack()
    {
        QFETCH(int, kind);
        std::mt19937_64 random(static_cast<std::uint64_t>(kind));
        std::exponential_distribution<double> gaps(1.0 / 5000);
        for (const std::size_t count : {1u, 2u, 63u, 64u, 1000u}) {
            std::vector<std::uint64_t> values;
            for (std::size_t i = 0; i < count; ++i) {
                const std::uint64_t any = random();
                values.push_back(kind == 0   ? any
                                 : kind == 1 ? any % 7
                                 : kind == 2 ? static_cast<std::uint64_t>(gaps(random))
                                 : kind == 3 ? (i % 50 == 0 ? any : any % 100)
                                 : kind == 4 ? 5
                                             : ~std::uint64_t(0) - any % 3);
            }
            std::string bytes;
            appendBits(bytes, values);
            std::string_view in = bytes;
            std::vector<std::uint64_t> back(count);
            QVERIFY(readBits(in, count, back.data()));
            QVERIFY(in.empty());
            QCOMPARE(back, values);
            in = bytes;
            QVERIFY(readBits<std::uint64_t>(in, count, nullptr));
            QVERIFY(in.empty());
            for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
                in = std::string_view(bytes).substr(0, cut);
                QVERIFY(!readBits(in, count, back.data()));
            }
        }
    }

    void gapsTakeAboutTheirEntropy()
    {
        // Of gaps of 5,000 on average that is log2(5000 e), 13.7 bits.
        std::mt19937_64 random(9);
        std::exponential_distribution<double> gaps(1.0 / 5000);
        std::vector<std::uint64_t> values;
        for (int i = 0; i < 4000; ++i)
            values.push_back(static_cast<std::uint64_t>(gaps(random)));
        std::string bytes;
        appendBits(bytes, values);
        QVERIFY(bytes.size() < 4000 * 14 / 8);
    }
};

QTEST_GUILESS_MAIN(TestPayloadCodec)
#include "tst_payloadcodec.moc"
