// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "bus/position.h"
#include "bus/tlsoptions.h"

#include <QString>
#include <QStringList>
#include <QUrl>

#include <cstdint>
#include <initializer_list>
#include <optional>

namespace murmur {

/// Reads the items of a connection's URL one by one, and keeps the first thing that is wrong with
/// them: so a bus asks for all it knows and looks once, at `finish`. Items that nobody asked for
/// are refused there by name, as is a secret in the URL, which would be shown and stored.
class UrlReader
{
public:
    /// `bus` begins sentences: "Redis". `now` in ns, for relative positions.
    UrlReader(QUrl url, QString bus, std::int64_t now);

    [[nodiscard]] const QUrl& url() const { return m_url; }
    [[nodiscard]] QString host(const QString& otherwise = QStringLiteral("127.0.0.1")) const;
    [[nodiscard]] std::uint16_t port(std::uint16_t otherwise) const;
    [[nodiscard]] QString user() const { return m_url.userName(QUrl::FullyDecoded); }

    QString text(const QString& name, const QString& otherwise = {});
    /// The item may be given several times, and each may list several by commas. One that lists
    /// nothing is refused: it would mean everything.
    QStringList list(const QString& name);
    /// The item is read by somebody else.
    void leave(const QString& name) { m_known << name; }
    bool flag(const QString& name, bool otherwise = false);
    std::int64_t number(const QString& name, std::int64_t least, std::int64_t most,
                        std::int64_t otherwise);
    std::int64_t bytes(const QString& name, std::int64_t least, std::int64_t most,
                       std::int64_t otherwise);
    nanoseconds duration(const QString& name, nanoseconds least, nanoseconds most,
                         nanoseconds otherwise);
    QString choice(const QString& name, std::initializer_list<const char*> known,
                   const QString& otherwise);
    Position position(const QString& name, const Position& otherwise);
    /// Refuses an end that is before the beginning. Places are compared by the bus.
    void checkOrder(const Position& from, const Position& to);
    /// Asks for the items of TlsOptions; `isOn` by the scheme.
    TlsOptions tls(bool isOn, const QByteArray& keyPassword);

    /// Something of the bus's own is wrong. `sentence` goes behind the URL and a colon.
    void refuse(const QString& sentence, ErrorCode code = ErrorCode::WrongUse);
    /// The first thing that was wrong, or Done.
    [[nodiscard]] Status finish();

private:
    [[nodiscard]] std::optional<QString> single(const QString& name);

    QUrl m_url;
    QString m_bus;
    std::int64_t m_now;
    QList<std::pair<QString, QString>> m_items;
    QStringList m_known;
    std::optional<Error> m_error;
};

} // namespace murmur
