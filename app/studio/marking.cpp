// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "marking.h"

#include "mainwindow.h"
#include "views/base/markerfollower.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"

#include <QInputDialog>
#include <QMenu>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostListed = 30;
constexpr qsizetype kWidestText = 60;

QString titleOf(const Marker& marker)
{
    QString text = marker.text.left(kWidestText);
    return shownClock(fromNs(marker.time)) + u"  "_s + text.replace(u'&', u"&&"_s);
}

/// The markers nearest to a moment, by time.
std::vector<Marker> nearest(const std::vector<Marker>& all, std::int64_t time)
{
    if (all.size() <= kMostListed)
        return all;
    const auto at = std::ranges::lower_bound(all, time, {}, &Marker::time) - all.begin();
    const auto most = static_cast<std::ptrdiff_t>(kMostListed);
    const auto first = std::clamp<std::ptrdiff_t>(at - most / 2, 0, std::ssize(all) - most);
    return {all.begin() + first, all.begin() + first + most};
}

} // namespace

Marking::Marking(MainWindow& window, QObject* parent)
    : QObject(parent)
    , m_window(window)
    , m_follower(new MarkerFollower(window.shared()))
{
    connect(m_follower, &MarkerFollower::failed, this,
            [this](const Error& error) { m_window.showFailure(error); });
}

void Marking::markHere()
{
    if (m_window.shared()->session() == nullptr)
        return;
    const TimePoint moment = m_window.shared()->playhead();
    auto* dialog = new QInputDialog(&m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Mark this moment"));
    dialog->setLabelText(tr("What happened at %1?").arg(shownClock(moment)));
    connect(dialog, &QInputDialog::textValueSelected, this, [this, moment](const QString& text) {
        if (!text.trimmed().isEmpty())
            m_follower->add({toNs(moment), text.simplified(), 0});
    });
    dialog->open();
}

void Marking::follow(QMenu* menu)
{
    connect(menu, &QMenu::aboutToShow, this, [this, menu] { fill(menu); });
}

void Marking::fill(QMenu* menu)
{
    menu->clear();
    SharedView* shared = m_window.shared();
    const auto& all = MarkerBoard::of(shared)->markers();
    if (all.empty()) {
        menu->addAction(tr("Nothing was marked yet"))->setEnabled(false);
        return;
    }
    const std::vector<Marker> listed = nearest(all, toNs(shared->playhead()));
    for (const Marker& marker : listed) {
        menu->addAction(titleOf(marker), this, [shared, marker] {
            shared->setPlayhead(fromNs(marker.time));
            if (marker.seq != 0)
                shared->selectMessage(marker.seq);
        });
    }
    QMenu* forget = nullptr;
    for (const Marker& marker : listed) {
        if (marker.seq != 0)
            continue; // what was said on the bus stays said
        if (forget == nullptr) {
            menu->addSeparator();
            forget = menu->addMenu(tr("&Forget"));
        }
        forget->addAction(titleOf(marker), this, [this, marker] { m_follower->remove(marker); });
    }
}

} // namespace murmur
