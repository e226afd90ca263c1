// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "corpus.h"

#include <QDir>
#include <QTest>

#include <random>

using namespace murmur;
using namespace murmur::test;

namespace {

const QString kFolder =
    QStringLiteral(CORPUS); // not by __FILE__, of which ccache makes a path relative to the build

QString pathOf(std::string_view id)
{
    return kFolder + QLatin1Char('/') + QString::fromLatin1(id.data(), qsizetype(id.size())) +
           QStringLiteral(".txt");
}

std::vector<CorpusMessage> corpusOf(std::string_view id)
{
    return readCorpus(pathOf(id).toStdString());
}

std::vector<std::string> systems()
{
    std::vector<std::string> ids;
    for (const DialectEntry& entry : dialects())
        ids.emplace_back(entry.id);
    return ids;
}

/// Takes what no system claims: on a topic of a system that is a misfit.
bool isPlain(const std::string& id)
{
    return id == "json" || id == "opaque";
}

/// One line; of a payload the beginning.
std::string briefly(Interpretation& out)
{
    constexpr std::size_t kEnough = 32;
    out.payload = out.payload.substr(0, kEnough);
    std::string line = describe(out);
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '.');
    return line;
}

std::string readBy(DialectChooser& chooser, const CorpusMessage& message, std::uint32_t topic = 1)
{
    const CorpusView view(message);
    Interpretation out;
    chooser.interpret(1, topic, view.view(), out);
    return view.holds(out) ? briefly(out) : "a text reaches behind the message";
}

std::string readAs(const std::string& id, const CorpusMessage& message)
{
    DialectChooser chooser;
    return chooser.force(id).ok() ? readBy(chooser, message) : "no such dialect";
}

/// The dialect that is surest.
std::string_view detected(const CorpusMessage& message)
{
    const CorpusView view(message);
    DialectChooser chooser;
    const std::vector<double> all = chooser.confidences(view.view());
    return dialects()[static_cast<std::size_t>(std::ranges::max_element(all) - all.begin())].id;
}

/// "beside": a message that is only known on a topic of its dialect.
bool isKnownAlone(const CorpusMessage& message)
{
    return std::ranges::find(message.states, "beside") == message.states.end();
}

bool hasWhatItStates(const CorpusMessage& message, const Interpretation& out)
{
    const auto has = [&out](IdField field) {
        return !out.ids[static_cast<std::size_t>(field)].empty();
    };
    if (!out.undecodable.empty())
        return false;
    return std::ranges::all_of(message.states, [&](const std::string& what) {
        if (what == "sender") // who has no name of its own speaks under that of its socket
            return !out.sender.empty() || !message.peer.empty();
        if (what == "correlation")
            return has(IdField::Correlation);
        if (what == "trace")
            return has(IdField::Trace);
        if (what == "kind")
            return out.kind != Kind::Event;
        return what == "beside";
    });
}

/// Writes what is read now in place of what is expected: to be looked at before it is believed.
void rewrite(const std::string& id)
{
    std::string text;
    std::size_t next = 0;
    const auto corpus = corpusOf(id);
    QFile file(pathOf(id));
    if (!file.open(QFile::ReadWrite))
        return;
    for (const QByteArray& line : file.readAll().split('\n')) {
        text += line.startsWith("= ") ? "= " + readAs(id, corpus.at(next++)) : line.toStdString();
        text += '\n';
    }
    text.pop_back();
    file.resize(0);
    file.write(QByteArray::fromStdString(text));
}

} // namespace

class TestDialects : public QObject
{
    Q_OBJECT

private:
    static void addMessages()
    {
        QTest::addColumn<QByteArray>("id");
        QTest::addColumn<int>("number");
        for (const std::string& id : systems()) {
            int number = 0;
            for (const CorpusMessage& message : corpusOf(id))
                QTest::newRow((id + ':' + std::to_string(message.line)).c_str())
                    << QByteArray::fromStdString(id) << number++;
        }
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!qEnvironmentVariableIsSet("MURMUR_WRITE_CORPUS"))
            return;
        for (const std::string& id : systems())
            rewrite(id);
        QFAIL("The corpora were written anew; look at the difference.");
    }

    void everySystemHasACorpus()
    {
        for (const std::string& id : systems())
            QVERIFY2(corpusOf(id).size() >= 4, id.c_str());
    }

    void aMessageIsKnownAndRead_data() { addMessages(); }
    void aMessageIsKnownAndRead()
    {
        QFETCH(QByteArray, id);
        QFETCH(int, number);
        const CorpusMessage message =
            corpusOf(id.toStdString()).at(static_cast<std::size_t>(number));
        const QString expected = QString::fromStdString(message.expected);
        QCOMPARE(QString::fromStdString(readAs(id.toStdString(), message)), expected);
        if (!isKnownAlone(message))
            return;
        QCOMPARE(detected(message), std::string_view(id.constData()));
        DialectChooser chooser;
        QCOMPARE(QString::fromStdString(readBy(chooser, message)), expected);
    }

    void allSystemsOnOneTopicAreToldApart()
    {
        std::vector<CorpusMessage> mixed;
        for (const std::string& id : systems()) {
            for (CorpusMessage& message : corpusOf(id)) {
                if (isKnownAlone(message) && !isPlain(id))
                    mixed.push_back(std::move(message));
            }
        }
        std::mt19937 random(7);
        std::ranges::shuffle(mixed, random);
        DialectChooser chooser;
        for (int round = 0; round < 3; ++round) {
            for (const CorpusMessage& message : mixed)
                QCOMPARE(QString::fromStdString(readBy(chooser, message)),
                         QString::fromStdString(message.expected));
        }
    }

    void whatMessagesStateIsFound()
    {
        for (const std::string& id : systems()) {
            const auto corpus = corpusOf(id);
            std::size_t found = 0;
            for (const CorpusMessage& message : corpus) {
                const CorpusView view(message);
                DialectChooser chooser;
                if (!isKnownAlone(message))
                    QVERIFY(chooser.force(id).ok());
                Interpretation out;
                chooser.interpret(1, 1, view.view(), out);
                found += hasWhatItStates(message, out) ? 1 : 0;
            }
            const double share =
                100.0 * static_cast<double>(found) / static_cast<double>(corpus.size());
            qInfo("%-12s %3zu messages, %5.1f %% with all that they state", id.c_str(),
                  corpus.size(), share);
            QVERIFY2(share >= 99, id.c_str());
        }
    }

    /// Nothing is read behind the end, and what is cut says so or is read as far as it goes.
    void messagesCutAtEveryByte_data() { addMessages(); }
    void messagesCutAtEveryByte()
    {
        QFETCH(QByteArray, id);
        QFETCH(int, number);
        const CorpusMessage message =
            corpusOf(id.toStdString()).at(static_cast<std::size_t>(number));
        DialectChooser forced;
        QVERIFY(forced.force(id.toStdString()).ok());
        DialectChooser free;
        Interpretation out;
        for (std::size_t size = 0; size < message.raw.size(); ++size) {
            const CorpusView cut(message, std::string_view(message.raw).substr(0, size));
            for (DialectChooser* chooser : {&forced, &free}) {
                chooser->interpret(1, 1, cut.view(), out);
                QVERIFY2(cut.holds(out), std::to_string(size).c_str());
                QVERIFY(!describe(out).empty());
            }
        }
    }

    void damagedMessages_data() { addMessages(); }
    void damagedMessages()
    {
        QFETCH(QByteArray, id);
        QFETCH(int, number);
        CorpusMessage message = corpusOf(id.toStdString()).at(static_cast<std::size_t>(number));
        if (message.raw.empty())
            return;
        DialectChooser forced;
        QVERIFY(forced.force(id.toStdString()).ok());
        std::mt19937 random(static_cast<unsigned>(number));
        Interpretation out;
        for (int round = 0; round < 200; ++round) {
            std::string raw = message.raw;
            static constexpr std::string_view kBytes = "\"{}[]:,\\0-\xff\x01n";
            raw[random() % raw.size()] = kBytes[random() % kBytes.size()];
            raw.erase(random() % raw.size(), random() % 3);
            const CorpusView damaged(message, raw);
            forced.interpret(1, 1, damaged.view(), out);
            QVERIFY(damaged.holds(out));
            QVERIFY(!describe(out).empty());
        }
    }

    void hostileNesting()
    {
        const auto repeated = [](std::string_view text, int times) {
            std::string all;
            for (int i = 0; i < times; ++i)
                all += text;
            return all;
        };
        std::vector<std::string> raws;
        for (const int depth : {100, 1'000, 100'000}) {
            for (const std::string_view open : {"[", "{\"params\":", "{\"data\":", "{\"payload\":",
                                                "{\"metadata\":", "{\"packet\":", "42["}) {
                raws.push_back(repeated(open, depth));
            }
        }
        raws.push_back(repeated("[", 900) + repeated("]", 900));
        const std::string debug = R"({"type":"debug","step":1,"ns":[],"data":)";
        raws.push_back(repeated(debug, 300) + "{}" + repeated("}", 300));
        for (const DialectEntry& entry : dialects()) {
            DialectChooser forced;
            QVERIFY(forced.force(entry.id).ok());
            for (const std::string& raw : raws) {
                CorpusMessage message;
                const CorpusView view(message, raw);
                Interpretation out;
                forced.interpret(1, 1, view.view(), out);
                QVERIFY2(view.holds(out), entry.id);
            }
        }
    }

    void aDialectHoldsForTheTopicsThatItWasNamedFor()
    {
        CorpusMessage message;
        message.topic = "robots/7/pose";
        message.raw = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
        DialectChooser chooser;
        QVERIFY(chooser.force("robots/*=opaque,json").ok());
        QCOMPARE(readBy(chooser, message, 1), std::string("kind=event"));
        message.topic = "tools";
        QCOMPARE(readBy(chooser, message, 2), std::string("kind=heartbeat type=ping id=1"));
        DialectChooser twice;
        QVERIFY(twice.force("json").ok());
        QVERIFY(twice.force("too?s=jsonrpc").ok());
        QCOMPARE(readBy(twice, message, 2), std::string("kind=request type=ping corr=1"));
        QVERIFY(!twice.force("robots/*=klingon").ok());
        QVERIFY(!twice.force("robots/*=").ok());
    }
};

QTEST_APPLESS_MAIN(TestDialects)
#include "tst_dialects.moc"
