// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/webhookaction.h"

#include "bus/connection.h"

#include <QHostAddress>
#include <QNetworkProxy>
#include <QNetworkReply>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// By what the URL says: names that somebody else resolves are not this machine.
bool isLoopbackHost(const QString& host)
{
    return host.compare(u"localhost"_s, Qt::CaseInsensitive) == 0 ||
           QHostAddress(host).isLoopback();
}

} // namespace

WebhookAction::WebhookAction(QUrl url, std::chrono::milliseconds patience)
    : m_url(std::move(url))
    , m_patience(patience)
{
    m_network.setProxy(QNetworkProxy::NoProxy);
    m_network.setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
}

WebhookAction::~WebhookAction()
{
    for (QNetworkReply* reply : std::set(m_running)) {
        reply->disconnect(this);
        reply->abort();
    }
}

void WebhookAction::perform(const TriggerFiring& firing)
{
    if (m_waiting.size() >= kMostWaiting) {
        Q_EMIT told(u"%1 was not told: %2 wait for their turn already."_s.arg(shownUrl(m_url))
                        .arg(m_waiting.size()),
                    true);
        return;
    }
    m_waiting.push_back(firing.toJson());
    postNext();
}

void WebhookAction::postNext()
{
    while (!m_waiting.empty() && m_running.size() < kMostAtOnce) {
        QNetworkRequest request(m_url);
        request.setHeader(QNetworkRequest::ContentTypeHeader, u"application/json"_s);
        request.setHeader(QNetworkRequest::UserAgentHeader, u"murmurscope/" MURMUR_VERSION ""_s);
        request.setTransferTimeout(static_cast<int>(m_patience.count()));
        QNetworkReply* reply = m_network.post(request, m_waiting.front());
        m_waiting.pop_front();
        m_running.insert(reply);
        connect(reply, &QNetworkReply::finished, this, [this, reply] { end(reply); });
        // The answer is of no interest, and may be large.
        connect(reply, &QNetworkReply::readyRead, this, [reply] { reply->readAll(); });
    }
}

void WebhookAction::end(QNetworkReply* reply)
{
    if (m_running.erase(reply) == 0)
        return;
    const int code = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QString where = shownUrl(m_url);
    if (code >= 200 && code < 300)
        Q_EMIT told(u"told %1"_s.arg(where), false);
    else if (code >= 300 && code < 400)
        Q_EMIT told(
            u"%1 sends us elsewhere (%2), and redirects are not followed."_s.arg(where).arg(code),
            true);
    else if (code != 0)
        Q_EMIT told(u"%1 answered %2."_s.arg(where).arg(code), true);
    else if (reply->error() == QNetworkReply::OperationCanceledError)
        Q_EMIT told(u"%1 did not answer within %2."_s.arg(where, durationText(m_patience)), true);
    else
        Q_EMIT told(u"%1 could not be told: %2."_s.arg(where, reply->errorString()), true);
    reply->deleteLater();
    postNext();
}

void WebhookAction::stop()
{
    if (!m_waiting.empty() || !m_running.empty())
        Q_EMIT told(u"%1 was not told %2 times more: the recording is over."_s.arg(shownUrl(m_url))
                        .arg(m_waiting.size() + m_running.size()),
                    true);
    m_waiting.clear();
    for (QNetworkReply* reply : std::exchange(m_running, {})) {
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
    }
}

Result<std::unique_ptr<TriggerAction>> createWebhookAction(const QString& argument,
                                                           const TriggerRules& rules)
{
    const QUrl url(argument, QUrl::StrictMode);
    const bool isHttp = url.scheme() == u"http" || url.scheme() == u"https";
    if (!url.isValid() || !isHttp || url.host().isEmpty())
        return Error{
            ErrorCode::WrongUse,
            u"webhook needs a URL such as http://127.0.0.1:8080/alert; \"%1\" is none."_s.arg(
                argument)};
    if (!url.userInfo().isEmpty())
        return Error{ErrorCode::WrongUse,
                     u"webhook takes no name and no password in a URL: URLs are kept and shown. "
                     "Leave out what stands before the @ of %1; where it asks for a password, let "
                     "run:PROGRAM tell it."_s.arg(url.host())};
    const bool isAllowed = rules.webhookHosts.contains(url.host(), Qt::CaseInsensitive);
    if (!isLoopbackHost(url.host()) && !isAllowed)
        return Error{ErrorCode::WrongUse,
                     u"Nothing is told to %1: it is not this machine. Allow it with "
                     "--allow-webhook %1, or in the window under the triggers."_s.arg(url.host())};
    return std::unique_ptr<TriggerAction>(std::make_unique<WebhookAction>(url));
}

} // namespace murmur
