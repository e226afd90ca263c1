// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/brokers.h"

namespace murmur::test {

using namespace Qt::StringLiterals;

class Mosquitto : public Broker
{
public:
    explicit Mosquitto(const QByteArray& more = "allow_anonymous true\n")
        : Broker(u"mosquitto"_s, {u"-c"_s, u"%2/mosquitto.conf"_s})
        , m_config(
              file(u"mosquitto.conf"_s, "listener %1 127.0.0.1\n"
                                        "user root\n" // what is not root may not change it anyway
                                        "log_dest file %2/log\n"
                                        "log_type notice\n"
                                        "log_type error\n"
                                        "sys_interval 1\n"
                                        "max_queued_messages 0\n" +
                                            more))
    {
    }
    [[nodiscard]] QString url(const QString& items = {}) const
    {
        return u"mqtt://127.0.0.1:%1?sys=0%2"_s.arg(port).arg(items);
    }
    [[nodiscard]] QByteArray log() const
    {
        QFile file(directory.filePath(u"log"_s));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private:
    QString m_config;
};

} // namespace murmur::test
