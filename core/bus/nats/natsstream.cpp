// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natsstream.h"

#include "base/transport.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kMaxNames = 100;

} // namespace

QStringList natsStreamNames(jsCtx* js)
{
    QStringList names;
    jsStreamNamesList* list = nullptr;
    if (js_StreamNames(&list, js, nullptr, nullptr) == NATS_OK && list != nullptr) {
        for (int i = 0; i < std::min(list->Count, kMaxNames); ++i)
            names << QString::fromUtf8(list->List[i]);
    }
    jsStreamNamesList_Destroy(list);
    return names;
}

std::optional<NatsFailure> readStreamState(jsCtx* js, const NatsSettings& settings,
                                           const std::string& stream, NatsStreamState& state)
{
    const QString name = QString::fromStdString(stream);
    jsStreamInfo* raw = nullptr;
    jsErrCode code{};
    const natsStatus status = js_GetStreamInfo(&raw, js, stream.c_str(), nullptr, &code);
    const NatsStreamInfo info(raw);
    if (status == NATS_OK && raw != nullptr && raw->Config != nullptr) {
        state.first = std::max<std::uint64_t>(raw->State.FirstSeq, 1);
        state.last = raw->State.LastSeq;
        state.messages = raw->State.Msgs;
        state.bytes = raw->State.Bytes;
        if (state.messages == 0)
            state.first = state.last + 1;
        state.created = raw->Created;
        state.isWorkedOff = raw->Config->Retention != js_LimitsPolicy;
        state.subjects.clear();
        for (int i = 0; i < raw->Config->SubjectsLen; ++i)
            state.subjects.emplace_back(raw->Config->Subjects[i]);
        return std::nullopt;
    }
    const QString reason = natsReason();
    if (code == JSStreamNotFoundErr) {
        QString sentence = u"There is no stream “%1” at %2."_s.arg(name, settings.where());
        if (const QStringList names = natsStreamNames(js); !names.isEmpty())
            sentence += u" There is: %1."_s.arg(names.join(u", "_s));
        return NatsFailure{sentence, true};
    }
    if (status == NATS_NO_RESPONDERS || code == JSNotEnabledErr ||
        code == JSNotEnabledForAccountErr) {
        return NatsFailure{u"NATS at %1 keeps no streams for this login: JetStream is switched off "
                           "there (nats-server -js switches it on)."_s.arg(settings.where()),
                           true};
    }
    if (status == NATS_TIMEOUT) {
        return NatsFailure{u"NATS at %1 does not answer what the stream “%2” holds. The login may "
                           "not be permitted to ask ($JS.API.STREAM.INFO.%2), or JetStream is "
                           "just starting. Trying again."_s.arg(settings.where(), name),
                           false};
    }
    return NatsFailure{u"The stream “%1” at %2 cannot be read: %3. Trying again."_s.arg(
                           name, settings.where(), reason),
                       false};
}

std::int64_t NatsStreamReader::expectedBytes() const
{
    const std::int64_t messages = expected();
    return messages < 0 || m_meanBytes < 0 ? -1 : messages * m_meanBytes;
}

HeardMessage NatsStreamReader::heardFromStream(natsMsg* message, std::uint64_t sequence,
                                               std::int64_t stored, std::uint64_t attempt) const
{
    const std::string number = std::to_string(sequence);
    HeaderList ours{{std::string(transport::kId), m_stream + ':' + number},
                    {std::string(transport::kSequence), number}};
    if (attempt > 0)
        ours.emplace_back(transport::kAttempt, std::to_string(attempt));
    if (!m_settings.isHistory())
        ours.emplace_back("Nats-Time-Stamp", natsTimeText(stored));
    HeardMessage heard = heardFromNats(m_intake->context().id, message, std::move(ours));
    if (m_settings.isHistory())
        heard.stated = stored;
    return heard;
}

void NatsStreamReader::tellLost(const char* cause, std::uint64_t count, std::int64_t from,
                                std::int64_t to) const
{
    if (count > 0)
        m_intake->note(
            Gap{{}, {}, cause, from, to, static_cast<std::int64_t>(count), LostIs::Exact});
}

} // namespace murmur
