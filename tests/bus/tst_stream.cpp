// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/message.h"
#include "bus/stream/linecutter.h"
#include "bus/stream/streamconnection.h"
#include "support/attached.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

using State = ConnectionStatus::State;

QByteArray numbered(int from, int count)
{
    QByteArray text;
    for (int i = from; i < from + count; ++i)
        text += "{\"n\":" + QByteArray::number(i) + "}\n";
    return text;
}

/// Empty when the messages are `numbered` from 0 on, each once and in order.
QByteArray wrongIn(const std::vector<HeardMessage>& messages, int count)
{
    if (messages.size() != static_cast<std::size_t>(count))
        return QByteArray::number(messages.size()) + " messages, not " + QByteArray::number(count);
    for (int i = 0; i < count; ++i) {
        if (messages[std::size_t(i)].raw != "{\"n\":" + QByteArray::number(i) + '}')
            return "at " + QByteArray::number(i) + ": " + messages[std::size_t(i)].raw;
    }
    return {};
}

/// Puts a pipe in the place of standard input, and gives its other end.
class PipedStdin
{
public:
    PipedStdin()
        : m_kept(::dup(STDIN_FILENO))
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            return;
        ::dup2(ends[0], STDIN_FILENO);
        ::close(ends[0]);
        m_writer = ends[1];
    }
    ~PipedStdin()
    {
        close();
        ::dup2(m_kept, STDIN_FILENO);
        ::close(m_kept);
    }
    PipedStdin(const PipedStdin&) = delete;
    PipedStdin& operator=(const PipedStdin&) = delete;

    [[nodiscard]] bool write(const QByteArray& bytes) const
    {
        return ::write(m_writer, bytes.constData(), std::size_t(bytes.size())) == bytes.size();
    }
    void close()
    {
        if (m_writer >= 0)
            ::close(std::exchange(m_writer, -1));
    }

private:
    int m_kept;
    int m_writer = -1;
};

std::vector<std::pair<std::string, bool>> cutInto(std::string_view bytes, std::size_t step,
                                                  char separator = '\n')
{
    LineCutter lines(separator, 10, 4);
    std::vector<std::pair<std::string, bool>> out;
    const LineCutter::Take take = [&](std::string_view line, bool isTruncated) {
        out.emplace_back(line, isTruncated);
    };
    for (std::size_t at = 0; at < bytes.size(); at += step)
        lines.feed(bytes.substr(at, step), take);
    lines.finish(take);
    return out;
}

} // namespace

class TestStream : public QObject
{
    Q_OBJECT

    QTemporaryDir m_directory;

    [[nodiscard]] QString path(const QString& name) const { return m_directory.filePath(name); }
    void write(const QString& name, const QByteArray& bytes,
               QIODevice::OpenMode mode = QIODevice::WriteOnly) const
    {
        QFile file(path(name));
        QVERIFY(file.open(mode));
        QCOMPARE(file.write(bytes), bytes.size());
    }

private Q_SLOTS:
    void linesAreCut_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("lines");
        QTest::newRow("two") << QByteArray("a\nbc\n") << QByteArray("a|bc");
        QTest::newRow("no end") << QByteArray("a\nbc") << QByteArray("a|bc");
        QTest::newRow("empty") << QByteArray("\n\n\r\n a\n\n") << QByteArray(" a");
        QTest::newRow("nothing") << QByteArray() << QByteArray();
        QTest::newRow("CRLF") << QByteArray("a\r\nb\rc\r\n\r") << QByteArray("a|b\rc");
        QTest::newRow("longest") << QByteArray("0123456789\nx") << QByteArray("0123456789|x");
        QTest::newRow("too long") << QByteArray("0123456789a\nx\n0123456789ab")
                                  << QByteArray("0123...|x|0123...");
        QTest::newRow("not UTF-8") << QByteArray("\xff\xfe\n\x80") << QByteArray("\xff\xfe|\x80");
    }
    void linesAreCut()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, lines);
        for (std::size_t step = 1; step <= 16; ++step) {
            QByteArray text;
            for (const auto& [line, isTruncated] :
                 cutInto({bytes.constData(), std::size_t(bytes.size())}, step)) {
                text += (text.isEmpty() ? "" : "|") + QByteArray::fromStdString(line) +
                        (isTruncated ? "..." : "");
            }
            QCOMPARE(text, lines);
        }
    }

    void linesDividedByZeroBytes()
    {
        using namespace std::string_literals;
        const auto lines = cutInto("a\nb\r\0c\0\0"s, 2, '\0');
        QCOMPARE(lines.size(), 2u);
        QCOMPARE(lines[0].first, "a\nb\r"s);
        QCOMPARE(lines[1].first, "c"s);
    }

    void aFileIsReadToItsEnd()
    {
        constexpr int kCount = 200'000;
        write(u"all.jsonl"_s, numbered(0, kCount) + "\r\n\n");
        Attached file(createStreamConnection, u"file:"_s + path(u"all.jsonl"_s));
        QCOMPARE(file.error, QString());
        QVERIFY(file.waitFor(State::Stopped, 30s));
        QCOMPARE(wrongIn(file.sink.messages(), kCount), QByteArray());
        const ConnectionStatus status = file.status();
        QCOMPARE(status.received, std::uint64_t(kCount));
        QVERIFY2(status.detail.startsWith(u"The input ended"), qPrintable(status.detail));
        QCOMPARE(file.sink.messages().front().topic, QByteArray("all.jsonl"));
        QVERIFY(file.sink.messages().front().peer.isEmpty());
        QVERIFY(file.sink.gaps().empty());
        file.stop();
        QVERIFY(file.status().detail.startsWith(u"The input ended"));
    }

    void theNameMayBeRelativeAndTheTopicAnother()
    {
        const QString before = QDir::currentPath();
        QVERIFY(QDir::setCurrent(m_directory.path()));
        write(u"a b.txt"_s, "x");
        Attached file(createStreamConnection, u"file:a%20b.txt?topic=logs.x"_s);
        QVERIFY(QDir::setCurrent(before));
        QVERIFY2(file.error.isEmpty(), qPrintable(file.error));
        QVERIFY(file.waitFor(State::Stopped, 30s));
        QCOMPARE(file.sink.dump(), QByteArray("logs.x|x"));
    }

    void topicsAreThoseThatMessagesName()
    {
        write(u"named"_s, "{\"topic\":\"a.b\",\"n\":1}\n{\"n\":2}\nthe \"topic\" is words\n");
        for (const char* clock : {"received", "stated"}) {
            Attached file(createStreamConnection,
                          u"file:%1?topic=usual&clock=%2"_s.arg(path(u"named"_s),
                                                                QString::fromLatin1(clock)));
            QVERIFY(file.waitFor(State::Stopped, 30s));
            const auto messages = file.sink.messages();
            QCOMPARE(messages.size(), 3u);
            QCOMPARE(messages[0].topic, "a.b"_ba);
            QCOMPARE(messages[1].topic, "usual"_ba);
            QCOMPARE(messages[2].topic, "usual"_ba);
        }
    }

    void aLineThatIsTooLongIsCut()
    {
        QByteArray bytes = "before\n";
        bytes += QByteArray(qsizetype(LineCutter::kMost) + 1, 'x') + "\nbehind\n";
        bytes += QByteArray(qsizetype(LineCutter::kMost), 'y');
        write(u"long"_s, bytes);
        Attached file(createStreamConnection, u"file:"_s + path(u"long"_s));
        QVERIFY(file.waitFor(State::Stopped, 60s));
        const auto messages = file.sink.messages();
        QCOMPARE(messages.size(), 4u);
        QCOMPARE(messages[1].raw, QByteArray(qsizetype(LineCutter::kKept), 'x'));
        QCOMPARE(messages[1].flags, Flags(Flag::Truncated));
        QCOMPARE(headersFromBytes(messages[1].headers.toStdString()),
                 (HeaderList{{"murmur-length", std::to_string(LineCutter::kMost + 1)}}));
        QVERIFY(messages[2].headers.isEmpty());
        QCOMPARE(messages[2].raw, QByteArray("behind"));
        QCOMPARE(messages[2].flags, Flags(0));
        QCOMPARE(messages[3].raw.size(), qsizetype(LineCutter::kMost));
        QCOMPARE(messages[3].flags, Flags(0));
    }

    void aFileThatGrowsIsFollowed()
    {
        write(u"grows"_s, numbered(0, 10) + "{\"n\":");
        Attached file(createStreamConnection, u"file:"_s + path(u"grows"_s) + u"?follow=1"_s);
        QVERIFY(file.waitCount(10, 20s));
        QVERIFY(file.status().state == State::Up);
        write(u"grows"_s, "10}\n", QIODevice::Append);
        QVERIFY(file.waitCount(11, 20s));
        write(u"grows"_s, numbered(11, 5), QIODevice::Append);
        QVERIFY(file.waitCount(16, 20s));
        QCOMPARE(wrongIn(file.sink.messages(), 16), QByteArray());
        // The end of a line that has begun may never come: what is there is kept, and marked.
        write(u"grows"_s, "{\"half", QIODevice::Append);
        file.stop();
        QCOMPARE(file.sink.messages().back().raw, QByteArray("{\"half"));
        QCOMPARE(file.sink.messages().back().flags, Flags(Flag::Truncated));
        QVERIFY(file.status().state == State::Stopped);
    }

    void aFileOfThePastSaysItsTimesAndTopics()
    {
        write(u"past"_s, "{\"received_at\":1767225601,\"received\":1,\"topic\":\"tasks\"}\n"
                         "{\"timestamp\":\"2026-01-01T00:00:02Z\"}\nno time\n");
        Attached file(createStreamConnection, u"file:"_s + path(u"past"_s));
        QVERIFY(file.waitCount(3, 20s));
        const auto messages = file.sink.messages();
        QCOMPARE(messages[0].stated, 1'767'225'601'000'000'000);
        QCOMPARE(messages[0].topic, "tasks"_ba);
        QCOMPARE(messages[1].stated, 1'767'225'602'000'000'000);
        QCOMPARE(messages[1].topic, "past"_ba);
        QCOMPARE(messages[2].stated, 1'767'225'602'000'000'000);
        QVERIFY(messages[0].received > messages[0].stated);
        Attached live(createStreamConnection, u"file:"_s + path(u"past"_s) + u"?clock=received"_s);
        QVERIFY(live.waitCount(3, 20s));
        QCOMPARE(live.sink.messages()[0].stated, kNoTime);
    }

    void onlyWhatIsNewWhenAskedFor()
    {
        write(u"old"_s, numbered(0, 10));
        Attached file(createStreamConnection, u"file:"_s + path(u"old"_s) + u"?follow&from=now"_s);
        QVERIFY(file.waitUp());
        write(u"old"_s, "new\n", QIODevice::Append);
        QVERIFY(file.waitCount(1, 20s));
        QCOMPARE(file.sink.dump(), QByteArray("old|new"));
    }

    void aFileThatIsReplacedIsFinishedFirst()
    {
        write(u"log"_s, "a\n");
        Attached file(createStreamConnection, u"file:"_s + path(u"log"_s) + u"?follow=1"_s);
        QVERIFY(file.waitCount(1, 20s));
        QVERIFY(QFile::rename(path(u"log"_s), path(u"log.1"_s)));
        // Its writer goes on for a while, as one that was not told.
        write(u"log.1"_s, "b\n", QIODevice::Append);
        QVERIFY(file.waitCount(2, 20s));
        write(u"log.1"_s, "c", QIODevice::Append);
        write(u"log"_s, "d\n");
        QVERIFY(file.waitCount(4, 20s));
        QCOMPARE(file.sink.dump(), QByteArray("log|a\nlog|b\nlog|c\nlog|d"));
        QVERIFY(file.status().detail.contains(u"replaced (1 times"));
        QVERIFY(file.sink.gaps().empty());
    }

    void aFileThatWasEmptiedAndIsLongerAlreadyBeginsAgain()
    {
        write(u"rotated"_s, numbered(0, 10));
        Attached file(createStreamConnection, u"file:"_s + path(u"rotated"_s) + u"?follow=1"_s);
        QVERIFY(file.waitCount(10, 20s));
        QTest::qWait(200); // it has looked at the end
        // At once, so that nobody sees the file short.
        QFile other(path(u"rotated"_s));
        QVERIFY(other.open(QIODevice::ReadWrite));
        QByteArray longer;
        for (int i = 0; i < 40; ++i)
            longer += "line " + QByteArray::number(1000 + i) + '\n';
        QVERIFY(longer.size() > other.size());
        QCOMPARE(other.write(longer), longer.size());
        other.close();
        QVERIFY(file.waitCount(50, 20s));
        QCOMPARE(file.sink.messages()[10].raw, QByteArray("line 1000"));
        QCOMPARE(file.sink.gaps().size(), 1u);
    }

    void aFileThatBecomesShorterBeginsAgain()
    {
        write(u"cut"_s, numbered(0, 100));
        Attached file(createStreamConnection, u"file:"_s + path(u"cut"_s) + u"?follow=1"_s);
        QVERIFY(file.waitCount(100, 20s));
        write(u"cut"_s, "again\n", QIODevice::WriteOnly | QIODevice::Truncate);
        QVERIFY(file.waitCount(101, 20s));
        QCOMPARE(file.sink.messages().back().raw, QByteArray("again"));
        QVERIFY(file.status().detail.contains(u"began anew"));
        const auto gaps = file.sink.gaps();
        QCOMPARE(gaps.size(), 1u);
        QCOMPARE(gaps[0].cause, std::string("trimmed"));
        QVERIFY(gaps[0].lostIs == LostIs::Unknown);
    }

    void aFileMayComeLater()
    {
        Attached file(createStreamConnection, u"file:"_s + path(u"later"_s) + u"?follow=1"_s);
        QCOMPARE(file.error, QString());
        QVERIFY(file.status().state == State::Retrying);
        QVERIFY(file.status().detail.contains(u"There is no file"));
        write(u"later"_s, "here\n");
        QVERIFY(file.waitUp());
        QVERIFY(file.waitCount(1, 20s));
    }

    void whatCannotBeReadIsSaid_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QString>("words");
        QTest::newRow("missing") << u"file:/nowhere/x.jsonl"_s << u"There is no file /nowhere"_s;
        QTest::newRow("folder") << u"file:/tmp"_s << u"is a folder"_s;
        QTest::newRow("host") << u"file://box/x"_s << u"files of other machines"_s;
        QTest::newRow("no name") << u"file:"_s << u"name of the file is missing"_s;
        QTest::newRow("item") << u"file:/tmp/x?folow=1"_s << u"has no option “folow”"_s;
        QTest::newRow("format") << u"stdin:?format=xml"_s << u"format is one of lines, json, nul"_s;
        QTest::newRow("follow stdin") << u"stdin:?follow=1"_s << u"has no option “follow”"_s;
        QTest::newRow("stdin with a name") << u"stdin:x"_s << u"is written stdin:"_s;
    }
    void whatCannotBeReadIsSaid()
    {
        QFETCH(QString, url);
        QFETCH(QString, words);
        Attached file(createStreamConnection, url);
        QVERIFY2(file.error.contains(words), qPrintable(file.error));
    }

    void standardInput()
    {
        PipedStdin input;
        Attached stdIn(createStreamConnection, u"stdin:"_s);
        QCOMPARE(stdIn.error, QString());
        QVERIFY(stdIn.waitUp());
        QCOMPARE(stdIn.status().presence.size(), 1);
        Attached second(createStreamConnection, u"stdin:"_s);
        QVERIFY2(second.error.contains(u"by another connection already"), qPrintable(second.error));
        QVERIFY(input.write("one\r\ntwo\nth"));
        QVERIFY(stdIn.waitCount(2, 20s));
        QVERIFY(input.write("ree\nlast"));
        QVERIFY(stdIn.waitCount(3, 20s));
        input.close();
        QVERIFY(stdIn.waitFor(State::Stopped, 20s));
        QCOMPARE(stdIn.sink.dump(), QByteArray("stdin|one\nstdin|two\nstdin|three\nstdin|last"));
        QCOMPARE(stdIn.status().detail, u"The input ended."_s);
    }

    void aPipeThatStallsDoesNotHoldUpTheEnd()
    {
        PipedStdin input;
        Attached stdIn(createStreamConnection, u"stdin:"_s);
        QVERIFY(input.write("one\n"));
        QVERIFY(stdIn.waitCount(1, 20s));
        QElapsedTimer timer;
        timer.start();
        stdIn.stop();
        QVERIFY2(timer.elapsed() < 5000, QByteArray::number(timer.elapsed()).constData());
        QCOMPARE(stdIn.status().detail, u"Stopped."_s);
    }

    void aNamedPipe()
    {
        const QString fifo = path(u"fifo"_s);
        QCOMPARE(::mkfifo(QFile::encodeName(fifo).constData(), 0600), 0);
        Attached pipe(createStreamConnection, u"file:"_s + fifo);
        QVERIFY(pipe.waitUp());
        QProcess writer;
        writer.start(u"sh"_s, {u"-c"_s, u"seq 1 1000 > \"$1\""_s, u"sh"_s, fifo});
        QVERIFY(writer.state() == QProcess::NotRunning || writer.waitForFinished(20'000));
        QVERIFY(pipe.waitFor(State::Stopped, 20s));
        QCOMPARE(pipe.sink.count(), 1000u);
    }

    /// A sink that has no room holds up the reader and loses nothing.
    void aSinkWithoutRoomIsWaitedFor()
    {
        class NarrowSink final : public MessageSink
        {
        public:
            void hear(std::vector<HeardMessage>&& batch) override { kept.hear(std::move(batch)); }
            bool hearIfRoom(std::vector<HeardMessage>& batch) override
            {
                if (--left >= 0)
                    hear(std::move(batch));
                else
                    ++refused;
                return left >= 0;
            }
            void note(Gap gap) override { kept.note(std::move(gap)); }

            CollectingSink kept;
            std::atomic<int> left = 2;
            std::atomic<int> refused = 0;
        } sink;
        write(u"much"_s, numbered(0, 5000));
        auto made = createStreamConnection(QUrl(u"file:"_s + path(u"much"_s)),
                                           ConnectionContext{ConnectionId{1}, &sink, {}});
        QVERIFY(made.ok());
        QVERIFY((*made)->start().ok());
        QVERIFY(Attached::waitUntil([&] { return sink.refused > 3; }, 20s));
        QCOMPARE(sink.kept.count(), 1024u);
        sink.left = 1'000'000;
        QVERIFY(
            Attached::waitUntil([&] { return (*made)->status().state == State::Stopped; }, 20s));
        QCOMPARE(wrongIn(sink.kept.messages(), 5000), QByteArray());
        (*made)->stop();
        QCOMPARE(sink.kept.count(), 5000u);
    }
};

QTEST_GUILESS_MAIN(TestStream)
#include "tst_stream.moc"
