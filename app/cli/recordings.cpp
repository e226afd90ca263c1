// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recordings.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur::cli {

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

TimeRange extentOf(const std::vector<OpenRecording>& recordings)
{
    TimeRange range;
    bool isFirst = true;
    for (const OpenRecording& recording : recordings) {
        const Extent extent = recording.session->seen();
        if (extent.last == 0)
            continue;
        range.begin = isFirst ? extent.time.begin : std::min(range.begin, extent.time.begin);
        range.end = isFirst ? extent.time.end : std::max(range.end, extent.time.end);
        isFirst = false;
    }
    return range;
}

} // namespace murmur::cli
