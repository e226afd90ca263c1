// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/recordingmaker.h"

#include "codec/codecbook.h"
#include "dialect/dialectrules.h"
#include "recording/writer.h"
#include "session/interpreter.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QSysInfo>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMadeRunBytes = std::size_t(32) << 10;
constexpr std::size_t kMadeRunRows = 1024;
constexpr std::size_t kMadeCommitBytes = std::size_t(32) << 20;

} // namespace

struct RecordingMaker::Private
{
    QString path;
    QString part; ///< the file until it is whole
    Dictionaries names;
    Interpreter interpreter{names};
    Intake intake;
    std::unique_ptr<RecordingWriter> writer;
    Chunk run;
    std::vector<std::int64_t> received; ///< by connection id
    std::int64_t messages = 0;

    Status flush()
    {
        if (run.columns.size() == 0)
            return Done{};
        if (auto status = named(writer->append(run)); !status)
            return status;
        run.clear();
        if (writer->pendingBytes() < kMadeCommitBytes)
            return Done{};
        if (auto status = named(writer->commit()); !status)
            return status;
        writer->checkpoint();
        return Done{};
    }
    /// With the name that the person gave.
    [[nodiscard]] Status named(Status status) const
    {
        if (status)
            return status;
        Error error = status.error();
        error.message.replace(part, path);
        return error;
    }
    void discard()
    {
        writer.reset();
        for (const auto suffix : {""_L1, "-wal"_L1, "-shm"_L1})
            QFile::remove(part + suffix);
    }
};

RecordingMaker::RecordingMaker()
    : d(std::make_unique<Private>())
{
}

RecordingMaker::~RecordingMaker()
{
    if (d->writer)
        d->discard();
}

Result<std::unique_ptr<RecordingMaker>> RecordingMaker::create(const QString& path,
                                                               const RecordingMakerOptions& options)
{
    if (QFileInfo::exists(path))
        return Error{
            ErrorCode::Unwritable,
            u"Cannot write %1: the file exists; choose another name or move it away."_s.arg(path)};
    std::unique_ptr<RecordingMaker> maker(new RecordingMaker);
    Private& d = *maker->d;
    d.path = path;
    d.part = u"%1.%2.part"_s.arg(path).arg(QCoreApplication::applicationPid());
    auto intake = Intake::from(options.rules, options.dialect);
    if (!intake)
        return intake.error();
    d.intake = std::move(*intake);
    const auto kept = rulesKept(options.keptDialects.toStdString());
    auto dialects = dialectRules(options.dialect.toStdString(), kept);
    if (!dialects)
        return dialects.error();
    dialects->insert(dialects->begin(), kept.begin(), kept.end());
    RecordingFacts facts;
    facts.program = "murmurscope " MURMUR_VERSION;
    facts.host = QSysInfo::machineHostName().toStdString();
    facts.started = toNs(wallNow());
    facts.rules = d.intake.rulesText();
    facts.redaction = d.intake.redactionText();
    facts.dialects = keptRules(*dialects);
    d.interpreter.useDialects(std::move(*dialects));
    auto writer = RecordingWriter::create(d.part, d.names, facts);
    if (!writer)
        return d.named(writer.error()).error();
    d.writer = std::move(*writer);
    return maker;
}

ConnectionId RecordingMaker::connection(const QString& url, const QString& name)
{
    return d->names.connection(url.toStdString(), name.toStdString());
}

Status RecordingMaker::add(HeardMessage& message)
{
    const std::size_t connection = index(message.connection);
    if (connection >= d->received.size())
        d->received.resize(connection + 1);
    ++d->received[connection];
    ++d->messages;
    d->intake.apply(message);
    d->interpreter.interpret(message, d->run);
    if (d->run.bytes.size() < kMadeRunBytes && d->run.columns.size() < kMadeRunRows)
        return Done{};
    return d->flush();
}

void RecordingMaker::describe(Schema schema)
{
    d->names.codecs().add(std::move(schema));
}

Status RecordingMaker::note(const Gap& gap)
{
    return d->named(d->writer->add(gap));
}

Status RecordingMaker::tick(std::int64_t time, double busQueue, double writerQueue)
{
    if (auto status = d->flush(); !status)
        return status;
    return d->named(d->writer->addTick(time, busQueue, writerQueue));
}

std::int64_t RecordingMaker::messages() const
{
    return d->messages;
}

Status RecordingMaker::finish()
{
    if (auto status = d->flush(); !status)
        return status;
    for (std::size_t id = 1; id < d->received.size(); ++id)
        d->writer->setReceived(ConnectionId(static_cast<std::uint32_t>(id)), d->received[id]);
    if (auto status = d->named(d->writer->close()); !status)
        return status;
    d->writer.reset();
    // Neither overwrites what somebody put there meanwhile.
    if (QFile::rename(d->part, d->path))
        return Done{};
    d->discard();
    return Error{ErrorCode::Unwritable,
                 u"The recording could not be given its name %1."_s.arg(d->path)};
}

} // namespace murmur
