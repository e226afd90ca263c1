// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demomenu.h"

#include "bus/hubclient.h"
#include "demo/faultorder.h"
#include "mainwindow.h"
#include "studiosession.h"

#include <QAction>
#include <QMenu>

using namespace Qt::StringLiterals;

namespace murmur {

DemoMenu::DemoMenu(MainWindow& window, QMenu* menu, QObject* parent)
    : QObject(parent)
    , m_window(window)
{
    QMenu* faultMenu = menu->addMenu(tr("&Break something"));
    faultMenu->setToolTipsVisible(true);
    for (const FaultEntry& entry : faults()) {
        QString text = QString::fromUtf8(entry.description);
        text[0] = text.at(0).toUpper();
        QAction* action = faultMenu->addAction(text);
        action->setToolTip(
            tr("For %1 seconds; the detector %2 should find it.")
                .arg(QString::number(entry.lasts / 1'000'000'000), QString::fromUtf8(entry.id)));
        if (m_actions.size() < 9)
            action->setShortcut(QKeySequence(u"Ctrl+Alt+%1"_s.arg(m_actions.size() + 1)));
        connect(action, &QAction::triggered, this, [this, id = entry.id] { breakSomething(id); });
        m_actions.push_back(action);
    }
    update();
}

void DemoMenu::update()
{
    const bool isRunning = !hub().isEmpty();
    for (QAction* action : m_actions)
        action->setEnabled(isRunning);
}

QUrl DemoMenu::hub() const
{
    if (!m_window.session()->isRecording())
        return {};
    for (const ConnectionInfo& connection : m_window.session()->connections()) {
        if (connection.name.startsWith(u"demo:") && connection.state == ConnectionStatus::State::Up)
            return QUrl(connection.url);
    }
    return {};
}

bool DemoMenu::breakIt(const QString& fault)
{
    if (hub().isEmpty())
        return false;
    for (const FaultEntry& entry : faults()) {
        if (fault == QString::fromUtf8(entry.id)) {
            breakSomething(entry.id);
            return true;
        }
    }
    return false;
}

void DemoMenu::breakSomething(std::string_view fault)
{
    const QUrl url = hub();
    if (url.isEmpty())
        return;
    auto* client = new HubClient(url, {}, this);
    connect(client, &HubClient::opened, client, [client, fault] {
        (void)client->publish(faultOrder(fault));
        client->close(); // what was accepted goes out first
    });
    connect(client, &HubClient::closed, client, &QObject::deleteLater);
    connect(client, &HubClient::failed, this, [this, client](const QString& sentence) {
        m_window.showFailure({ErrorCode::Unreachable, sentence});
        client->deleteLater();
    });
    client->open();
}

} // namespace murmur
