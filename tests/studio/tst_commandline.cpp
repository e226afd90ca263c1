// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "commandline.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

CommandLine parse(std::vector<std::string> words)
{
    words.insert(words.begin(), "murmurscope");
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    return parseCommandLine(static_cast<int>(argv.size()), argv.data());
}

/// Sets a variable of the environment and puts the old value back.
class Variable
{
public:
    Variable(const char* name, const QByteArray& value)
        : m_name(name)
        , m_old(qgetenv(name))
    {
        qputenv(name, value);
    }
    ~Variable() { qputenv(m_name, m_old); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* m_name;
    QByteArray m_old;
};

} // namespace

class TestCommandLine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void urlsAndFilesAreToldApart()
    {
        QVERIFY(isUrl(u"listen://127.0.0.1:0"));
        QVERIFY(isUrl(u"demo://"));
        QVERIFY(!isUrl(u"a.murmur"));
        QVERIFY(!isUrl(u"/odd:name//x.murmur"));
        const CommandLine line = parse({"listen://127.0.0.1:0", "demo://?agents=20"});
        QVERIFY(!line.exitCode);
        QCOMPARE(line.arguments.urls.size(), std::size_t(2));
        QVERIFY(line.arguments.files.isEmpty());
        QVERIFY(line.arguments.note.isEmpty());
    }

    void everyOptionArrives()
    {
        const CommandLine line =
            parse({"x.murmur", "--at", "+10s", "--select", "42", "--where", "kind == error",
                   "--view", "heatmap", "--theme", "light", "--screenshot", "o.png", "--after",
                   "1.5s", "--present", "show.json"});
        QVERIFY(!line.exitCode);
        const StudioArguments& a = line.arguments;
        QCOMPARE(a.files, QStringList{u"x.murmur"_s});
        QCOMPARE(a.at, u"+10s"_s);
        QCOMPARE(a.select, u"42"_s);
        QCOMPARE(a.where, u"kind == error"_s);
        QCOMPARE(a.view, u"heatmap"_s);
        QVERIFY(a.theme == ThemeChoice::Light);
        QCOMPARE(a.screenshot, u"o.png"_s);
        QVERIFY(a.after == 1500ms);
        QCOMPARE(a.present, u"show.json"_s);
    }

    void wrongUseLeavesWithTwoAndHelpWithNought()
    {
        QCOMPARE(parse({"--theme", "pink"}).exitCode.value_or(-1), 2);
        QCOMPARE(parse({"--after", "5"}).exitCode.value_or(-1), 2);
        QCOMPARE(parse({"--nonsense"}).exitCode.value_or(-1), 2);
        QCOMPARE(parse({"--help"}).exitCode.value_or(-1), 0);
        QCOMPARE(parse({"--version"}).exitCode.value_or(-1), 0);
    }

    void severalRecordingsAreOneSession()
    {
        const CommandLine line = parse({"a.murmur", "b.murmur", "--offset", "b=-1.5s±20ms",
                                        "--keep-apart", "--select", "b:7"});
        QVERIFY(!line.exitCode);
        QCOMPARE(line.arguments.files, (QStringList{u"a.murmur"_s, u"b.murmur"_s}));
        QVERIFY(line.arguments.note.isEmpty());
        QVERIFY(line.arguments.session.keepApart);
        QCOMPARE(line.arguments.session.offsets.size(), std::size_t(1));
        QCOMPARE(line.arguments.session.offsets[0].label, u"b"_s);
        QVERIFY(line.arguments.session.offsets[0].offset == -1500ms);
        QVERIFY(line.arguments.session.offsets[0].error == 20ms);
        QCOMPARE(line.arguments.select, u"b:7"_s);
        QCOMPARE(parse({"a.murmur", "--offset", "1.5s"}).exitCode.value_or(-1), 2);
    }

    void aBusBesideARecordingIsNamedNotSwallowed()
    {
        const CommandLine line = parse({"a.murmur", "demo://"});
        QCOMPARE(line.arguments.files, QStringList{u"a.murmur"_s});
        QVERIFY(line.arguments.urls.empty());
        QVERIFY(!line.arguments.note.isEmpty());
    }

    void withoutADisplayTheSentenceNamesTheCommandsThatWork()
    {
        const Variable platform("QT_QPA_PLATFORM", {});
        const Variable wayland("WAYLAND_DISPLAY", {});
        {
            const Variable display("DISPLAY", {});
            const Status status = checkDisplay();
            QVERIFY(!status);
            QVERIFY(status.error().message.contains(u"murmur record"_s));
            QVERIFY(status.error().message.contains(u"murmur render"_s));
            QCOMPARE(exitCodeOf(status.error().code), 2);
        }
        const Variable display("DISPLAY", ":0");
        QVERIFY(checkDisplay());
    }
};

QTEST_APPLESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
