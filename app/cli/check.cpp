// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "await.h"
#include "checkrules.h"
#include "command.h"
#include "findingsof.h"
#include "output.h"
#include "recordings.h"
#include "stopsignals.h"
#include "work.h"

#include "sql/latencysummary.h"

#include <CLI/CLI.hpp>

#include <QFile>
#include <QSaveFile>
#include <QXmlStreamWriter>

#include <algorithm>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SessionFiles session;
    std::string rules;
    std::string junit;
    bool json = false;
};

/// One line of the result.
struct Verdict
{
    QString name;
    bool isRule = false; ///< else a detector
    bool holds = true;
    std::vector<QString> reasons; ///< why it does not, a sentence each
};

/// How many of the latencies are longer; to the width of their bucket, 1.6 %.
std::int64_t countAbove(const LatencyHistogram& histogram, nanoseconds limit)
{
    std::int64_t count = 0;
    for (const BucketCount& bucket : histogram.buckets()) {
        if (logLinearLow(bucket.bucket, kFineBits) > static_cast<std::uint64_t>(limit.count()))
            count += bucket.count;
    }
    return count;
}

class Check
{
public:
    Check(Session& session, const CheckRules& rules)
        : m_session(session)
        , m_rules(rules)
    {
    }

    Status run()
    {
        if (auto status = lookForFindings(); !status)
            return status;
        for (const CheckRule& rule : m_rules.rules) {
            auto status =
                rule.what == CheckRule::What::Answer ? judgeCalls(rule) : judgeMessages(rule);
            if (!status)
                return status;
        }
        return Done();
    }
    [[nodiscard]] const std::vector<Verdict>& verdicts() const { return m_verdicts; }
    [[nodiscard]] std::int64_t unreadable() const { return m_unreadable; }

private:
    Status lookForFindings()
    {
        DetectorChoice choice;
        choice.only = m_rules.only;
        choice.settings = m_rules.settings;
        auto report = findingsOf(m_session, choice);
        if (!report)
            return report.error();
        m_unreadable = report->unreadable;
        for (const DetectorEntry& entry : detectors()) {
            const std::string id = entry.id;
            const bool isWanted = m_rules.only.empty()
                                      ? !entry.isQuiet
                                      : std::ranges::find(m_rules.only, id) != m_rules.only.end();
            if (!isWanted || std::ranges::find(m_rules.ignore, id) != m_rules.ignore.end())
                continue;
            Verdict& verdict = m_verdicts.emplace_back();
            verdict.name = QString::fromStdString(id);
            for (const Finding& finding : report->findings) {
                // What people know of, or do not want, fails nothing.
                if (finding.detector != id || finding.severity < m_rules.failOn ||
                    finding.standing == Standing::Accepted || finding.standing == Standing::Muted)
                    continue;
                verdict.holds = false;
                verdict.reasons.push_back(clockTime(fromNs(finding.start)) + u": "_s +
                                          QString::fromStdString(finding.summary));
            }
        }
        return Done();
    }

    Status judgeMessages(const CheckRule& rule)
    {
        const auto filter = parseFilter(rule.filter, m_session.seen().time);
        if (!filter)
            return filter.error();
        std::stop_source stop;
        StopSignals signals;
        QObject::connect(&signals, &StopSignals::requested, &signals, [&] { stop.request_stop(); });
        MatchRequest request;
        request.filter = *filter;
        request.stop = stop.get_token();
        const auto found = await(m_session.search(std::move(request)));
        if (!found)
            return found.error();
        const auto count = static_cast<std::int64_t>(found->seqs.size());
        Verdict& verdict = m_verdicts.emplace_back();
        verdict.name = rule.name;
        verdict.isRule = true;
        if (rule.what == CheckRule::What::Forbid && count > rule.most) {
            verdict.holds = false;
            verdict.reasons.push_back(
                u"%1 messages match \"%2\", %3 are allowed; the first is %4."_s.arg(
                    grouped(count), rule.filter, grouped(rule.most),
                    QString::number(found->seqs.front())));
        } else if (rule.what == CheckRule::What::Require && count < rule.least) {
            verdict.holds = false;
            verdict.reasons.push_back(u"%1 messages match \"%2\", %3 are required."_s.arg(
                grouped(count), rule.filter, grouped(rule.least)));
        }
        return Done();
    }

    Status judgeCalls(const CheckRule& rule)
    {
        const auto filter = parseFilter(rule.filter, m_session.seen().time);
        if (!filter)
            return filter.error();
        auto summarizer = LatencySummarizer::over(m_session);
        if (!summarizer)
            return summarizer.error();
        auto summary = workWith<LatencySummary>([&](const StepProgress& show, const auto& stop) {
            LatencyRequest request;
            request.by = LatencyBy::All;
            request.filter = *filter;
            request.stop = stop;
            request.progress = [&](std::int64_t done, std::int64_t all) {
                show(rule.name, done, all);
            };
            return (*summarizer)->run(request);
        });
        if (!summary)
            return summary.error();
        std::int64_t calls = 0, open = 0, slow = 0;
        for (const LatencyLine& line : summary->lines) {
            calls += line.calls();
            open += line.open;
            slow += countAbove(line.latency, rule.within);
        }
        Verdict& verdict = m_verdicts.emplace_back();
        verdict.name = rule.name;
        verdict.isRule = true;
        const double good = static_cast<double>(calls - open - slow);
        if (calls > 0 && good < rule.share * static_cast<double>(calls) - 1e-9) {
            verdict.holds = false;
            verdict.reasons.push_back(
                u"Of %1 calls that match \"%2\" %3 took longer than %4 and %5 were not answered; "
                "%6 % must be in time."_s
                    .arg(grouped(calls), rule.filter, grouped(slow), durationText(rule.within),
                         grouped(open))
                    .arg(rule.share * 100));
        }
        return Done();
    }

    Session& m_session;
    const CheckRules& m_rules;
    std::vector<Verdict> m_verdicts;
    std::int64_t m_unreadable = 0;
};

/// As continuous integration reads it: a case per detector and rule.
Status writeJunit(const QString& path, const std::vector<Verdict>& verdicts)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return Error{ErrorCode::Unwritable,
                     u"%1 cannot be written: %2."_s.arg(path, file.errorString())};
    QXmlStreamWriter xml(&file);
    xml.setAutoFormatting(true);
    xml.writeStartDocument();
    xml.writeStartElement(u"testsuites"_s);
    xml.writeStartElement(u"testsuite"_s);
    xml.writeAttribute(u"name"_s, u"murmur check"_s);
    xml.writeAttribute(u"tests"_s, QString::number(verdicts.size()));
    xml.writeAttribute(u"failures"_s,
                       QString::number(std::ranges::count(verdicts, false, &Verdict::holds)));
    for (const Verdict& verdict : verdicts) {
        xml.writeStartElement(u"testcase"_s);
        xml.writeAttribute(u"classname"_s, verdict.isRule ? u"rule"_s : u"detector"_s);
        xml.writeAttribute(u"name"_s, printable(verdict.name));
        if (!verdict.holds) {
            xml.writeStartElement(u"failure"_s);
            xml.writeAttribute(u"message"_s, printable(verdict.reasons.front()));
            for (const QString& reason : verdict.reasons)
                xml.writeCharacters(printable(reason) + u'\n');
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }
    xml.writeEndDocument();
    if (!file.commit())
        return Error{ErrorCode::Unwritable,
                     u"%1 cannot be written: %2."_s.arg(path, file.errorString())};
    return Done();
}

std::string jsonOf(const Verdict& verdict)
{
    std::string line;
    JsonWriter json(line);
    json.beginObject();
    json.key(verdict.isRule ? "rule" : "detector");
    json.text(verdict.name);
    json.key("holds");
    json.boolean(verdict.holds);
    json.key("reasons");
    json.beginArray();
    for (const QString& reason : verdict.reasons)
        json.text(reason);
    json.endArray();
    json.endObject();
    line += '\n';
    return line;
}

int run(const Options& options)
{
    CheckRules rules;
    if (!options.rules.empty()) {
        auto read = readCheckRules(QFile::decodeName(options.rules.c_str()));
        if (!read)
            return failed(read.error());
        rules = std::move(*read);
    }
    int code = kDone;
    auto session = openSession(options.session, code);
    if (!session)
        return failed(session.error());
    Check check(**session, rules);
    if (auto status = check.run(); !status)
        return failed(status.error());

    StandardOutput output;
    std::int64_t broken = 0;
    for (const Verdict& verdict : check.verdicts()) {
        broken += verdict.holds ? 0 : 1;
        if (options.json) {
            output.write(jsonOf(verdict));
            continue;
        }
        if (verdict.holds && !verdict.isRule)
            continue;
        output.write((verdict.holds ? u"holds   "_s : u"FAILED  "_s).toStdString() +
                     printable(verdict.name).toStdString() + '\n');
        for (const QString& reason : verdict.reasons)
            output.write("        " + printable(reason).toStdString() + '\n');
    }
    if (!options.json)
        output.write(broken == 0
                         ? u"All of %1 checks hold.\n"_s.arg(check.verdicts().size()).toStdString()
                         : u"%1 of %2 checks failed.\n"_s.arg(broken)
                               .arg(check.verdicts().size())
                               .toStdString());
    if (!options.junit.empty()) {
        if (auto status = writeJunit(QFile::decodeName(options.junit.c_str()), check.verdicts());
            !status)
            return failed(status.error());
    }
    if (const int written = output.finish(); written != kDone)
        return written;
    if (check.unreadable() > 0)
        return failed(
            {ErrorCode::Unreadable,
             u"%1 messages cannot be read, their blocks are damaged."_s.arg(check.unreadable())});
    return broken > 0 ? kCheckFailed : code;
}

} // namespace

void addCheck(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->session.files, "Recordings to check; several are one session")
        ->required();
    app.add_option("--rules", options->rules, "File of rules; see \"murmur help check\"");
    app.add_option("--junit", options->junit, "Write the result as JUnit XML into this file");
    addSessionOptions(app, options->session);
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nExit code 0: all holds; 1: something does not.\n"
               "Examples:\n"
               "  murmur check night.murmur\n"
               "  murmur check night.murmur --rules swarm.json --junit result.xml");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
