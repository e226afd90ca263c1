// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "session/session.h"

#include <QString>

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace murmur::cli {

/// The recordings that a command reads as one session, and how.
struct SessionFiles
{
    std::vector<std::string> files;
    bool keepApart = false;
    std::vector<std::string> offsets; ///< "label=+1.5s" or "label=-2s±20ms"
    std::vector<std::string> codecs;  ///< "fleet/*=msgpack", "orders=avro:order.avsc"
};

/// Declares --keep-apart and --offset.
void addSessionOptions(CLI::App& app, SessionFiles& files);
/// Declares --codec, for what shows payloads.
void addCodecOption(CLI::App& app, std::vector<std::string>& codecs);
/// Reads payloads of the session as these rules say.
Status useCodecs(const std::vector<std::string>& codecs, const Dictionaries& names);
/// Reads them; WrongUse says what an offset looks like.
Result<SessionOptions> sessionOptions(const SessionFiles& files);
QStringList pathsOf(const std::vector<std::string>& files);
/// Opens them as one session. Tells of each that cannot be read; `code` becomes the exit code for
/// that when others are shown.
Result<std::unique_ptr<Session>> openSession(const SessionFiles& files, int& code);

/// The message that a person names: "8812", or "north:8812" where there are several recordings.
Result<MessageDetail> messageNamed(Session& session, const std::string& name);

/// A recording named on the command line.
struct OpenRecording
{
    std::unique_ptr<Session> session;
    QString label; ///< the file's name without its ending, unique among the files
};

/// Opens all of them; the error names the first that cannot be read.
Result<std::vector<OpenRecording>> openRecordings(const std::vector<std::string>& files);
/// The label of each file, in their order.
std::vector<QString> labelsOf(const std::vector<std::string>& files);

} // namespace murmur::cli
