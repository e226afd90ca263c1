// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recordings.h"

#include "await.h"
#include "codec/codecrule.h"
#include "command.h"

#include <CLI/CLI.hpp>

#include <QFile>
#include <QFileInfo>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur::cli {

void addSessionOptions(CLI::App& app, SessionFiles& files)
{
    app.add_flag("--keep-apart", files.keepApart,
                 "Several recordings: agents and topics of one name stay different, as label/name");
    app.add_option("--offset", files.offsets,
                   "Several recordings: move one in time, for example north=+1.5s or "
                   "north=-2s±20ms")
        ->allow_extra_args(false);
}

void addCodecOption(CLI::App& app, std::vector<std::string>& codecs)
{
    app.add_option("--codec", codecs,
                   "Read payloads of some topics so: 'fleet/*=msgpack', 'orders=avro:order.avsc', "
                   "'pose=protobuf:robot.pb#robot.Pose'; may be repeated")
        ->allow_extra_args(false);
}

Status useCodecs(const std::vector<std::string>& codecs, const Dictionaries& names)
{
    for (const std::string& given : codecs) {
        auto rule = codecRuleFromText(QString::fromStdString(given));
        if (!rule)
            return rule.error();
        names.codecs().setRule(std::move(*rule));
    }
    return Done{};
}

Result<SessionOptions> sessionOptions(const SessionFiles& files)
{
    SessionOptions options;
    options.keepApart = files.keepApart;
    for (const std::string& given : files.offsets) {
        const auto offset = offsetFromText(QString::fromStdString(given));
        if (!offset)
            return offset.error();
        options.offsets.push_back(*offset);
    }
    return options;
}

QStringList pathsOf(const std::vector<std::string>& files)
{
    QStringList paths;
    for (const std::string& file : files)
        paths << QFile::decodeName(file.c_str());
    return paths;
}

Result<std::unique_ptr<Session>> openSession(const SessionFiles& files, int& code)
{
    const auto options = sessionOptions(files);
    if (!options)
        return options.error();
    auto session = Session::open(pathsOf(files.files), *options);
    if (!session)
        return session;
    if (auto used = useCodecs(files.codecs, *(*session)->dictionaries()); !used)
        return used.error();
    for (const RecordingInfo& recording : (*session)->recordings()) {
        if (recording.isShown)
            continue;
        report(recording.problem);
        code = exitCodeOf(ErrorCode::Unreadable);
    }
    return session;
}

std::vector<QString> labelsOf(const std::vector<std::string>& files)
{
    std::vector<QString> labels;
    for (const std::string& file : files) {
        const QString base = QFileInfo(QFile::decodeName(file.c_str())).completeBaseName();
        QString label = base;
        for (int n = 2; std::ranges::find(labels, label) != labels.end(); ++n)
            label = u"%1-%2"_s.arg(base).arg(n);
        labels.push_back(label);
    }
    return labels;
}

Result<MessageDetail> messageNamed(Session& session, const std::string& name)
{
    const auto seq = await(session.seqNamed(QString::fromStdString(name)));
    if (!seq)
        return seq.error();
    return await(session.message(*seq));
}

Result<std::vector<OpenRecording>> openRecordings(const std::vector<std::string>& files)
{
    const std::vector<QString> labels = labelsOf(files);
    std::vector<OpenRecording> recordings;
    for (std::size_t i = 0; i < files.size(); ++i) {
        auto session = Session::open(QFile::decodeName(files[i].c_str()));
        if (!session)
            return session.error();
        recordings.push_back({std::move(session).value(), labels[i]});
    }
    return recordings;
}

} // namespace murmur::cli
