// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "dialect/dialect.h"
#include "dialect/linefacts.h"
#include "exchange/importformat.h"

#include <functional>
#include <memory>
#include <string>

namespace murmur {

/// Makes messages of what stands in an input, and finds out when each was said: `received_at`, else
/// `received`, else its own time as its dialect reads it; else that of the message before it. Lines
/// that this program wrote become the messages that they were. One thread.
class ItemReader
{
public:
    /// `connectionFor` names the connection of a line that says where it was heard. `dialect` as of
    /// DialectChooser::force: what is forced need not be JSON.
    ItemReader(QByteArray topic, ConnectionId connection,
               std::function<ConnectionId(std::string_view url)> connectionFor);
    ~ItemReader();
    ItemReader(const ItemReader&) = delete;
    ItemReader& operator=(const ItemReader&) = delete;
    Status forceDialect(std::string_view dialect);

    struct Read
    {
        HeardMessage message;       ///< `received` is kNoTime when nothing tells a time
        std::int64_t key = kNoTime; ///< where it belongs among the others
        std::int64_t tie = 0;       ///< of those with the same key
        bool isDamaged = false;     ///< recorded as undecodable, with its line
        bool hasOwnTime = false;
    };
    Read read(const ImportedItem& item);

private:
    struct Own;
    bool readOwn(std::string_view line, Read& read);
    void markDamaged(const ImportedItem& item, std::string_view reason, Read& read);
    [[nodiscard]] std::int64_t dialectTime(const HeardMessage& message, std::string_view line);

    const QByteArray m_topic;
    const ConnectionId m_connection;
    const std::function<ConnectionId(std::string_view url)> m_connectionFor;
    bool m_isForced = false;
    LineFacts m_facts;
    DialectChooser m_chooser;
    Interpretation m_interpretation;
    std::unique_ptr<Own> m_own;
    std::string m_padded;
    std::int64_t m_lastTime = kNoTime;
    std::int64_t m_lastKey = kNoTime;
    std::int64_t m_lastSeq = 0; ///< of a line of our own
    std::int64_t m_damaged = 0;
};

} // namespace murmur
