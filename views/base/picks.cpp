// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/picks.h"

#include "query/messagefield.h"
#include "views/base/numbers.h"
#include "views/base/view.h"

#include <QApplication>
#include <QCoreApplication>
#include <QMenu>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostAgentsAsked = 200;

struct PicksTr
{
    Q_DECLARE_TR_FUNCTIONS(Views)
};

} // namespace

std::optional<Region> regionOfAgents(const SharedView& shared, const std::vector<AgentId>& agents)
{
    if (shared.session() == nullptr)
        return std::nullopt;
    const auto names = shared.session()->dictionaries();
    QStringList quoted;
    QString first;
    for (const AgentId agent : agents) {
        const QString name = QString::fromStdString(names->agentName(agent));
        if (name.isEmpty() || quoted.size() >= static_cast<qsizetype>(kMostAgentsAsked))
            continue;
        if (first.isEmpty())
            first = name;
        quoted << filterText(name);
    }
    if (quoted.isEmpty())
        return std::nullopt;
    Region region;
    region.time = shared.window();
    region.condition = quoted.size() == 1 ? u"agent == "_s + quoted.front()
                                          : u"agent in [%1]"_s.arg(quoted.join(u", "_s));
    region.title = quoted.size() == 1
                       ? first
                       : PicksTr::tr("%1 and %2 more").arg(first, numberText(quoted.size() - 1));
    return region;
}

View* viewWithKeyboard(const QWidget* window)
{
    for (QWidget* start : {QApplication::focusWidget(), window->focusWidget()}) {
        for (QWidget* widget = start; widget != nullptr; widget = widget->parentWidget()) {
            if (auto* view = qobject_cast<View*>(widget))
                return view;
        }
    }
    return nullptr;
}

void askWhatDiffersIn(const View& view)
{
    if (auto picked = view.picked())
        view.shared()->setRegion(std::move(picked));
    view.shared()->askWhatDiffers();
}

void addPickActions(QMenu& menu, View* view)
{
    QAction* differs = menu.addAction(PicksTr::tr("What differs here?"), view,
                                      [view] { askWhatDiffersIn(*view); });
    differs->setEnabled(view->picked().has_value());
    menu.addAction(PicksTr::tr("Copy link to this moment"), view,
                   [view] { view->shared()->askForLink(); });
}

} // namespace murmur
