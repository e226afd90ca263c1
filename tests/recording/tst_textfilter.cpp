// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/textfilter.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace murmur;

namespace {

constexpr std::string_view kCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-_\"\\u00\xc3\xa4";

/// Blocks of words of which each has some that no other has.
struct World
{
    std::mt19937_64 random{5};
    std::vector<std::string> blocks;
    std::vector<std::string> ownTexts;

    explicit World(int count, int words)
    {
        for (int block = 0; block < count; ++block) {
            std::string text;
            for (int word = 0; word < words; ++word)
                text += R"({"kind":"state","mode":"driving","note":")" + someText(12) + "\"}";
            blocks.push_back(std::move(text));
            ownTexts.push_back(someText(40));
        }
    }

    std::string someText(std::size_t size)
    {
        std::string text;
        while (text.size() < size)
            text += kCharacters[random() % kCharacters.size()];
        return text;
    }
    /// A stretch of `text` as a search gives it: in lower case.
    std::string needleFrom(const std::string& text)
    {
        const std::size_t size = 1 + random() % 20;
        std::string needle = text.substr(random() % text.size(), size);
        std::ranges::transform(needle, needle.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        });
        return needle;
    }
    std::optional<TextFilterBuilder::Run> filter(std::int64_t first, std::int64_t payload)
    {
        TextFilterBuilder builder;
        for (std::size_t i = 0; i < blocks.size(); ++i)
            (void)builder.add(first + static_cast<std::int64_t>(i), blocks[i], ownTexts[i],
                              payload);
        return builder.take();
    }
};

} // namespace

/// The filter may let a search look into a block in vain, and never keeps it from one.
class TestTextFilter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsInABlockIsNeverMissed_data()
    {
        QTest::addColumn<int>("blocks");
        QTest::addColumn<int>("payload");
        QTest::newRow("a full run") << 256 << 1'000'000;
        QTest::newRow("a run that is folded") << 256 << 50;
        QTest::newRow("some blocks") << 37 << 1'000'000;
        QTest::newRow("one block") << 1 << 1'000;
    }
    void whatIsInABlockIsNeverMissed()
    {
        QFETCH(int, blocks);
        QFETCH(int, payload);
        World world(blocks, 40);
        const auto run = world.filter(1'000, payload);
        QVERIFY(run);
        QCOMPARE(run->lastBlock, 999 + blocks);
        Packer packer;
        TextFilterRun look;
        for (int i = 0; i < 2'000; ++i) {
            const auto at = world.random() % world.blocks.size();
            const std::string needle =
                world.needleFrom(i % 4 == 0 ? world.ownTexts[at] : world.blocks[at]);
            const TextChoice texts =
                i % 3 == 0 ? TextChoice{"nowhere to be found", needle} : TextChoice{needle};
            look.look(run->lastBlock, run->bytes, texts, packer);
            const auto block = static_cast<std::int64_t>(1'000 + at);
            QVERIFY(look.covers(block));
            QVERIFY2(look.mayHold(block), needle.c_str());
        }
        QVERIFY(!look.covers(999));
        QVERIFY(!look.covers(run->lastBlock + 1));
    }

    void mostBlocksAreLeftOut()
    {
        World world(256, 40);
        world.blocks[77] += "the pallet with the XYLOPHONES is missing";
        const auto run = world.filter(1, 1'000'000);
        Packer packer;
        TextFilterRun look;
        look.look(run->lastBlock, run->bytes, {"xylophone"}, packer);
        int left = 0;
        for (std::int64_t block = 1; block <= 256; ++block)
            left += look.mayHold(block) ? 1 : 0;
        QVERIFY(look.mayHold(78));
        QVERIFY2(left < 8, qPrintable(QString::number(left)));
        // In all of them, and without a gram: all may hold it.
        for (const char* text : {"driving", "12", "deadbeef", ""}) {
            look.look(run->lastBlock, run->bytes, {text}, packer);
            for (std::int64_t block = 1; block <= 256; ++block)
                QVERIFY2(look.mayHold(block), text);
        }
    }

    void blocksThatCannotBeReadMayHoldAnything()
    {
        TextFilterBuilder builder;
        QVERIFY(!builder.add(1, "nothing of interest", {}, 100'000));
        QVERIFY(!builder.addUnknown(2));
        const auto run = builder.take();
        Packer packer;
        TextFilterRun look;
        look.look(run->lastBlock, run->bytes, {"xylophone"}, packer);
        QVERIFY(!look.mayHold(1));
        QVERIFY(look.mayHold(2));
        QVERIFY(!builder.take());
    }

    void damagedBytesLeaveNothingOut()
    {
        World world(64, 20);
        const auto run = world.filter(1, 1'000'000);
        Packer packer;
        for (int i = 0; i < 500; ++i) {
            std::string bytes = run->bytes;
            if (i % 2 == 0)
                bytes.resize(world.random() % bytes.size());
            else
                bytes[5 + world.random() % (bytes.size() - 5)] ^= static_cast<char>(1 << i % 8);
            const auto at = world.random() % world.blocks.size();
            const std::string needle = world.needleFrom(world.blocks[at]);
            TextFilterRun look;
            look.look(run->lastBlock, bytes, {needle}, packer);
            const auto block = static_cast<std::int64_t>(1 + at);
            QVERIFY(!look.covers(block) || look.mayHold(block));
        }
    }

    void aFilterIsAsSmallAsItMustBe()
    {
        World world(256, 300);
        std::int64_t bytes = 0;
        for (const std::string& block : world.blocks)
            bytes += static_cast<std::int64_t>(block.size());
        const std::int64_t payload = bytes / 256 / 3;
        const auto run = world.filter(1, payload);
        QVERIFY2(static_cast<std::int64_t>(run->bytes.size()) <= 256 * payload / 50,
                 qPrintable(QString::number(run->bytes.size())));
    }
};

QTEST_GUILESS_MAIN(TestTextFilter)
#include "tst_textfilter.moc"
