// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "injecting.h"

#include "bus/endpoint.h"
#include "bus/profile.h"
#include "keychain/keychainstore.h"
#include "mainwindow.h"
#include "settings.h"
#include "statusline.h"
#include "studiosession.h"
#include "topbar.h"
#include "views/base/picks.h"
#include "views/base/theme.h"
#include "views/inject/composerview.h"
#include "views/inject/replayform.h"
#include "views/inject/replayview.h"
#include "views/messages/causewalk.h"
#include "views/messages/inspectorview.h"
#include "workspace.h"

#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kTwice = 700; // ms
constexpr std::size_t kMostSecrets = 256;

/// A thin frame over the whole window; nothing of it takes the mouse.
class ArmedFrame : public QWidget
{
public:
    explicit ArmedFrame(QWidget* parent)
        : QWidget(parent)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setAttribute(Qt::WA_NoSystemBackground);
        setAccessibleName(Injecting::tr("Armed: messages can be sent"));
        hide();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        const QColor color = Theme::current().bad;
        constexpr int width = 2;
        painter.fillRect(0, 0, this->width(), width, color);
        painter.fillRect(0, height() - width, this->width(), width, color);
        painter.fillRect(0, 0, width, height(), color);
        painter.fillRect(this->width() - width, 0, width, height(), color);
    }
};

QString disarmedNote()
{
    return Injecting::tr("Disarmed: observing only.");
}

qint64 steadyMilliseconds()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(steadyNow()).count();
}

} // namespace

Injecting::Injecting(MainWindow& window)
    : QObject(&window)
    , m_window(window)
    , m_composer(qobject_cast<ComposerView*>(window.workspace()->view(u"inject")))
    , m_replay(qobject_cast<ReplayView*>(window.workspace()->view(u"replay")))
    , m_frame(new ArmedFrame(&window))
{
    connect(m_composer, &ComposerView::edited, this, &Injecting::compose);
    connect(m_composer, &ComposerView::armingChanged, this, &Injecting::showArming);
    connect(m_composer, &ComposerView::effectsWanted, this, [this](const MessageRow& row) {
        if (auto* inspector =
                qobject_cast<InspectorView*>(m_window.workspace()->view(u"inspector")))
            inspector->walk()->showEffects(row);
    });
    // One bus is armed at a time, whoever sends.
    m_replay->setArming(m_composer->desk());
    connect(window.session(), &StudioSession::connectionsChanged, m_composer,
            [this] { shareConnections(); });
    m_composer->setSecrets([this](const QUrl& url) { return secretsOf(url); });
    m_replay->setSecrets([this](const QUrl& url) { return secretsOf(url); });
    connect(m_replay, &ReplayView::looked, this, [this] {
        if (m_replay->forecast())
            fetchSecrets(QUrl(m_replay->targets()->currentText().trimmed()));
    });
    connect(this, &Injecting::armingChanged, this, [this](bool isArmed) {
        if (isArmed)
            fetchSecrets(m_composer->desk()->arming().target());
    });
    window.installEventFilter(this);
    qApp->installEventFilter(this);
}

ConnectionOptions Injecting::secretsOf(const QUrl& url) const
{
    for (const auto& [attached, options] : m_secrets) {
        if (isSameBus(attached, url))
            return options;
    }
    return {};
}

void Injecting::fetchSecrets(const QUrl& url)
{
    const auto isIt = [&url](const QUrl& one) { return isSameBus(one, url); };
    const auto profiles = Profiles::load();
    if (!profiles ||
        std::ranges::any_of(m_secrets, isIt, [](const auto& one) { return one.first; }))
        return;
    for (const Profile& profile : profiles->all()) {
        const auto urls = profile.urls();
        const bool hasSecret = std::ranges::any_of(
            kSecretKinds, [&](SecretKind kind) { return !profile.placeOf(kind).isEmpty(); });
        if (!hasSecret || !urls || std::ranges::none_of(*urls, isIt))
            continue;
        if (!m_keychain)
            m_keychain = std::make_shared<Secrets>(createKeychain());
        m_keychain->optionsOf(profile).then(this,
                                            [this, url](const Result<ConnectionOptions>& options) {
                                                if (options)
                                                    keepSecrets({url}, *options);
                                                else
                                                    m_window.showFailure(options.error());
                                            });
        return;
    }
}

void Injecting::shareConnections()
{
    if (!m_window.session()->isRecording())
        return;
    m_composer->setConnections(m_window.session()->connections());
    m_replay->setConnections(m_window.session()->connections());
}

void Injecting::replay()
{
    m_replay->setOtherTargets(m_window.settings().recentUrls());
    // Rows that are selected are what is meant.
    const View* from = viewWithKeyboard(&m_window);
    if (from && from == m_window.workspace()->view(u"messages")) {
        if (const auto rows = from->picked())
            m_replay->form()->takeRegion(*rows);
    }
    m_window.workspace()->bringToFront(u"replay");
}

void Injecting::compose()
{
    m_window.workspace()->bringToFront(u"inject");
    m_composer->setFocus();
}

void Injecting::keepSecrets(const std::vector<QUrl>& urls, const ConnectionOptions& options)
{
    for (const QUrl& url : urls)
        m_secrets.insert(m_secrets.begin(), {url, options});
    m_secrets.resize(std::min(m_secrets.size(), kMostSecrets));
}

void Injecting::editSelected()
{
    m_composer->editSelected();
}

void Injecting::toggleArmed()
{
    compose();
    m_composer->toggleArmed();
}

void Injecting::stop()
{
    if (!isArmed())
        return;
    m_composer->desk()->disarm();
    m_window.statusLine()->say(disarmedNote());
}

bool Injecting::isArmed() const
{
    return m_composer && m_composer->desk()->isArmed();
}

void Injecting::showArming()
{
    const bool isArmedNow = isArmed();
    const QUrl bus = isArmedNow ? m_composer->desk()->arming().target() : QUrl();
    // Who arms another bus disarms the one before: the window names the one that is.
    if (std::exchange(m_wasArmed, isArmedNow) == isArmedNow && m_shownBus == bus)
        return;
    m_shownBus = bus;
    if (isArmedNow)
        m_window.statusLine()->takeBack(disarmedNote());
    m_window.topBar()->setArmed(isArmedNow);
    m_window.statusLine()->setArmed(isArmedNow ? shownUrl(bus) : QString());
    placeFrame();
    m_frame->setVisible(isArmedNow);
    Q_EMIT armingChanged(isArmedNow);
}

void Injecting::placeFrame()
{
    m_frame->setGeometry(m_window.rect());
    m_frame->raise();
}

bool Injecting::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == &m_window && event->type() == QEvent::Resize)
        placeFrame();
    // Before whatever else Esc does there: whoever wants it to stop does not look for the pane.
    if (event->type() == QEvent::ShortcutOverride && isArmed()) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Escape && !key->isAutoRepeat() && watched->isWidgetType()) {
            const qint64 now = steadyMilliseconds();
            // One press reaches several widgets.
            if (now - m_lastEscape > 30) {
                if (now - std::exchange(m_lastEscape, now) < kTwice)
                    stop();
            }
        }
    }
    return QObject::eventFilter(watched, event);
}

} // namespace murmur
