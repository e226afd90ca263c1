// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// An agent for tests, a process of its own at a hub: doubles the number that it is asked for. As
// told by its second argument it does that as always ("same"), takes its time ("slower"), has
// learnt something else ("different"), or has a word to add ("more").

#include <QCoreApplication>
#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>
#include <QUrl>
#include <QUuid>
#include <QWebSocket>

#include <chrono>
#include <cstdio>

using namespace Qt::StringLiterals;

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = app.arguments();
    const QString manner = arguments.value(2);
    QWebSocket socket;
    QObject::connect(&socket, &QWebSocket::connected, &socket, [&socket] {
        socket.sendTextMessage(u"{\"op\":\"subscribe\",\"topics\":[\"tasks\"]}"_s);
    });
    QObject::connect(&socket, &QWebSocket::disconnected, &app, &QCoreApplication::quit);
    QObject::connect(&socket, &QWebSocket::textMessageReceived, &socket, [&](const QString& text) {
        const QJsonObject asked = QJsonDocument::fromJson(text.toUtf8()).object();
        if (asked.contains(u"op")) {
            std::puts("ready");
            std::fflush(stdout);
            return;
        }
        const int number = asked[u"payload"][u"n"].toInt();
        const bool isOdd = manner == u"different"_s && number == 3;
        const QJsonObject answer{
            {u"topic"_s, u"answers"_s},
            {u"from"_s, u"worker"_s},
            {u"to"_s, asked[u"from"]},
            {u"kind"_s, u"reply"_s},
            {u"id"_s, QUuid::createUuid().toString(QUuid::WithoutBraces)},
            {u"correlation_id"_s, asked[u"id"]},
            {u"timestamp"_s, QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs)},
            {u"payload"_s, QJsonObject{{u"double"_s, isOdd ? 7 : 2 * number},
                                       {u"at"_s, QDateTime::currentMSecsSinceEpoch()}}}};
        const auto time =
            manner == u"slower"_s ? std::chrono::milliseconds(1500) : std::chrono::milliseconds(2);
        const auto say = [&socket](const QJsonObject& what) {
            socket.sendTextMessage(
                QString::fromUtf8(QJsonDocument(what).toJson(QJsonDocument::Compact)));
        };
        QTimer::singleShot(time, &socket, [say, answer] { say(answer); });
        if (manner == u"more"_s && number == 2)
            say({{u"topic"_s, u"thoughts"_s}, {u"from"_s, u"worker"_s}, {u"payload"_s, u"hm"_s}});
    });
    socket.open(QUrl(arguments.value(1)));
    return QCoreApplication::exec();
}
