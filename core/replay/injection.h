// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/publisher.h"
#include "replay/guards.h"
#include "replay/mark.h"
#include "replay/template.h"
#include "session/session.h"

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <chrono>
#include <optional>

namespace murmur {

/// The recorded message that a draft was made of.
struct InjectionOrigin
{
    Seq seq = 0; ///< 0: none, the draft is new
    std::int64_t time = kNoTime;
    QByteArray topic;
    QByteArray type;
    QByteArray raw;
    Flags flags = 0;
    QUrl bus;          ///< where it was heard
    QString recording; ///< the file, for the command line
    Seq answeredBy = 0;
    QByteArray answer; ///< its recorded answer, when that is known
    nanoseconds answerLatency{-1};
};

/// A message as a person writes it. Topic, payload and values of headers may hold variables.
struct InjectionDraft
{
    QUrl target;
    QByteArray topic;
    QByteArray payload; ///< the bytes that subscribers get
    HeaderList headers;
    QByteArray key; ///< null: none
    QByteArray correlation;
    bool retain = false;
    bool isBinary = false;
    bool isTombstone = false;
    int repeat = 1;
    double rate = 1; ///< a second, where it is repeated
    bool wantsReply = false;
    nanoseconds replyWait = std::chrono::seconds(2);
    InjectionOrigin origin = {};
    TemplateMessage message = {}; ///< what {{message.…}} speaks of
    bool hasMessage = false;
};

/// "Edit and send": the message as it was heard, without what its bus wrote on it.
InjectionDraft draftOf(const MessageDetail& message, const Dictionaries& names, const QUrl& target);
/// What `{{reply.…}}` speaks of.
struct SpokenReply
{
    const TemplateMessage* message = nullptr;
    bool isStillToCome = false; ///< leave it as it stands
};
/// The draft, its variables filled in; not yet marked. Where a hub's object names its own topic and
/// the draft another, the object gets that.
Result<OutgoingMessage> messageOf(const InjectionDraft& draft, std::int64_t counter, TimePoint now,
                                  const SpokenReply& reply = {});

/// One message of a sequence, which goes out once.
struct InjectionStep
{
    InjectionDraft draft;
    nanoseconds pause{0};      ///< before it
    bool isAfterReply = false; ///< … and the one before is answered: {{reply.…}}
};

/// A sending, with all that is asked before.
struct InjectionRun
{
    InjectionDraft draft;
    std::vector<InjectionStep> sequence = {}; ///< these instead, in order, if there are any
    std::int64_t counted = 0;                 ///< {{counter}} goes on behind it
    ConnectionOptions options;
    Arming arming;
    QString id = newJobId();
    QString typedHost;
    QStringList toxic = usualToxicTypes();
    std::vector<QUrl> sources;              ///< where the open recording was heard
    QSet<QByteArray> heardTopics;           ///< at the target
    std::optional<Environment> environment; ///< nothing: environmentOf(target)
};

/// What goes out, and where its mark stands.
struct PreparedInjection
{
    OutgoingMessage message;
    MarkPlace mark = MarkPlace::Nowhere;
};
/// How many messages it has.
std::int64_t countOf(const InjectionRun& run);
/// The draft of message `number`, from 1.
const InjectionDraft& draftAt(const InjectionRun& run, std::int64_t number);
Guards guardsOf(const InjectionRun& run, const PublisherTraits& traits);
/// Fills in, asks the guards that look at messages, and marks. The error is what a person reads.
Result<PreparedInjection> prepared(const InjectionRun& run, const Guards& guards,
                                   const PublisherTraits& traits, std::int64_t counter,
                                   TimePoint now, const SpokenReply& reply = {});
/// Each of a sequence, else the first, before anything is sent.
Result<std::vector<PreparedInjection>> preparedAll(const InjectionRun& run, const Guards& guards,
                                                   const PublisherTraits& traits, TimePoint now);

/// The line that does the same on the command line.
QString injectCommand(const InjectionDraft& draft);
/// One word of a command line, quoted where a shell needs it.
QString shellWord(const QString& text);

} // namespace murmur
