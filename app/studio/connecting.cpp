// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "connecting.h"

#include "historygate.h"
#include "keychain/keychainstore.h"
#include "mainwindow.h"
#include "settings.h"
#include "studiosession.h"
#include "topbar.h"
#include "views/connect/connectdialog.h"
#include "views/connect/connectionchips.h"
#include "views/connect/environmentband.h"
#include "views/connect/environmentcolor.h"
#include "views/connect/firstpage.h"

#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

const QString kLastKey = u"connect/profile"_s;
const QString kGeometryKey = u"connect/geometry"_s;

} // namespace

Connecting::Connecting(MainWindow& window, QObject* parent)
    : QObject(parent)
    , m_window(window)
    , m_secrets(std::make_shared<Secrets>(createKeychain()))
    , m_band(new EnvironmentBand(window.centralWidget()))
{
    if (auto* column = qobject_cast<QVBoxLayout*>(window.centralWidget()->layout()))
        column->insertWidget(0, m_band);
    connect(window.firstPage(), &FirstPage::connectRequested, this, &Connecting::open);
    if (const auto* top = window.findChild<TopBar*>())
        connect(top, &TopBar::connectRequested, this, &Connecting::open);
    // A window of one bus is narrowed where its URL is typed; several of them, here.
    if (const auto* gate = window.findChild<HistoryGate*>())
        connect(gate, &HistoryGate::narrowRequested, this, [this](const QStringList& urls) {
            if (urls.size() < 2)
                return;
            Profile profile;
            profile.connections = urls;
            open()->newProfile(profile);
        });
    StudioSession* session = window.session();
    connect(session, &StudioSession::connectionsChanged, this, &Connecting::updateBand);
    connect(session, &StudioSession::stateChanged, this, &Connecting::updateBand);
}

Connecting::~Connecting() = default;

void Connecting::updateBand()
{
    std::vector<QUrl> urls;
    if (m_window.session()->isRecording()) {
        for (const ConnectionInfo& connection : m_window.session()->connections())
            urls.emplace_back(connection.url);
    }
    if (urls == m_shown)
        return;
    m_shown = urls;
    const auto loaded = Profiles::load();
    const std::vector<Profile> profiles = loaded ? loaded->all() : std::vector<Profile>();
    m_band->setAttached(urls, profiles);
    QHash<QString, QColor> edges;
    if (!urls.empty()) {
        for (const ConnectionInfo& connection : m_window.session()->connections()) {
            if (const QColor color = colorOfBus(QUrl(connection.url), profiles); color.isValid())
                edges.insert(connection.url, color);
        }
    }
    if (const auto* top = m_window.findChild<TopBar*>())
        top->chips()->setEdges(edges);
}

ConnectDialog* Connecting::open()
{
    if (auto* there = m_window.findChild<ConnectDialog*>(); there && there->isVisible()) {
        there->raise();
        there->activateWindow();
        return there;
    }
    StudioSettings& settings = m_window.settings();
    ConnectDialog::Options options;
    options.secrets = m_secrets;
    options.lastProfile = QString::fromUtf8(settings.bytes(kLastKey));
    options.isRecording = m_window.session()->isRecording();
    auto* dialog = new ConnectDialog(std::move(options), &m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setModal(true);
    dialog->restoreGeometry(settings.bytes(kGeometryKey));
    connect(dialog, &ConnectDialog::attachRequested, this,
            [this](const AttachWish& wish) { m_window.attach(wish); });
    connect(dialog, &QDialog::finished, this, [dialog, &settings] {
        settings.setBytes(kLastKey, dialog->currentProfile().toUtf8());
        settings.setBytes(kGeometryKey, dialog->saveGeometry());
    });
    dialog->open();
    return dialog;
}

} // namespace murmur
