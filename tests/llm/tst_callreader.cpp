// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "callcorpus.h"

#include <QDir>
#include <QTest>

using namespace murmur;
using namespace murmur::tests;

namespace {

std::vector<CallCase> allCases()
{
    std::vector<CallCase> all;
    const QDir folder(QStringLiteral(CORPUS));
    for (const QString& name : folder.entryList({QStringLiteral("*.txt")})) {
        auto cases = callCases(folder.filePath(name).toStdString());
        all.insert(all.end(), cases.begin(), cases.end());
    }
    return all;
}

} // namespace

class CallReaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySourceIsReadAsItsCorpusSays()
    {
        const auto cases = allCases();
        QVERIFY(cases.size() > 40);
        CallReader reader;
        for (const CallCase& one : cases) {
            const std::string found = describe(reader.read(one.raw, one.raw, one.kind));
            QVERIFY2(found == one.expected, ("of " + one.file + "\n" + one.raw + "\nread  " +
                                             found + "\nwanted " + one.expected)
                                                .c_str());
        }
    }

    void cutOffAnywhereItIsNoCallAndNoHarm()
    {
        CallReader reader;
        for (const CallCase& one : allCases()) {
            for (std::size_t size = 0; size < one.raw.size(); ++size) {
                const std::string cut = one.raw.substr(0, size);
                QCOMPARE(describe(reader.read(cut, cut, one.kind)), "none");
            }
        }
    }

    void otherValuesInAllPlacesAreNoHarm()
    {
        // Each value of each message becomes another kind of value, one at a time.
        CallReader reader;
        for (const CallCase& one : allCases()) {
            for (std::size_t colon = one.raw.find(':'); colon != std::string::npos;
                 colon = one.raw.find(':', colon + 1)) {
                for (const std::string_view other :
                     {"null", "-1", "[[[]]]", "{}", "true", "1e308"}) {
                    const std::size_t end = one.raw.find_first_of(",}]", colon);
                    const std::string raw = one.raw.substr(0, colon + 1) + std::string(other) +
                                            one.raw.substr(std::min(end, one.raw.size()));
                    (void)describe(reader.read(raw, raw, one.kind));
                }
            }
        }
    }

    void deepAndWideInputsAreBounded()
    {
        CallReader reader;
        std::string deep = R"({"model":"m","messages":)";
        deep.append(900, '[').append(900, ']').append("}");
        QVERIFY(describe(reader.read(deep, deep, Kind::Event)).starts_with("plain"));
        std::string wide = R"({"model":"m","messages":[)";
        for (int i = 0; i < 20'000; ++i)
            wide += std::string(i > 0 ? "," : "") + R"({"role":"user","content":"x"})";
        wide += "]}";
        const auto call = reader.read(wide, wide, Kind::Event);
        QVERIFY(call && call->prompt.size() == 4096);
    }

    void thePayloadIsLookedAtWhereTheWholeSaysNothing()
    {
        CallReader reader;
        const std::string body = R"({"model":"m","messages":[{"role":"user","content":"hi"}]})";
        const std::string raw = R"({"from":"a","payload":)" + body + "}";
        QCOMPARE(describe(reader.read(raw, body, Kind::Request)),
                 "plain prompt model=m < user: 'hi'");
        QCOMPARE(describe(reader.read(raw, raw, Kind::Request)), "none");
    }

    void aRequestTookNothingYet()
    {
        // A span is heard twice with the same bytes: when it began, and when it ended.
        CallReader reader;
        for (const CallCase& one : allCases()) {
            const auto call = reader.read(one.raw, one.raw, Kind::Request);
            if (!call)
                continue;
            QVERIFY(call->usage.isEmpty());
            QVERIFY(call->answer.empty());
            QVERIFY(call->finish.empty());
        }
    }
};

QTEST_GUILESS_MAIN(CallReaderTest)
#include "tst_callreader.moc"
