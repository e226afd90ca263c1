// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/foundbuses.h"

#include "views/base/theme.h"
#include "views/connect/sparkdelegate.h"

#include <QHeaderView>
#include <QScrollBar>
#include <QShortcut>
#include <QTreeView>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::seconds kLookForBuses{10};
constexpr int kMostShown = 8; // rows

} // namespace

FoundBuses::FoundBuses(QWidget* parent)
    : QWidget(parent)
    , m_model(new FoundBusModel(this))
    , m_list(new QTreeView(this))
    , m_probes(Discovery::usualProbes())
{
    m_list->setModel(m_model);
    m_list->setAccessibleName(tr("Buses on this machine"));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->setHeaderHidden(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->viewport()->setCursor(Qt::PointingHandCursor);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setItemDelegateForColumn(FoundBusModel::Traffic, new SparkDelegate(m_list));
    QHeaderView* header = m_list->header();
    header->setMinimumSectionSize(40);
    header->setStretchLastSection(false);
    header->setSectionResizeMode(QHeaderView::Fixed);
    header->setSectionResizeMode(FoundBusModel::Version, QHeaderView::Stretch);
    header->resizeSection(FoundBusModel::Bus, 130);
    header->resizeSection(FoundBusModel::Place, 220);
    header->resizeSection(FoundBusModel::Topics, 100);
    header->resizeSection(FoundBusModel::Rate, 150);
    header->resizeSection(FoundBusModel::Traffic, 180);
    setFocusProxy(m_list);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_list);

    // Not `activated`, which on most desktops is a double click: like the files below, one is
    // enough.
    const auto choose = [this](const QModelIndex& index) {
        if (index.isValid() && m_model->flags(index).testFlag(Qt::ItemIsEnabled))
            Q_EMIT busChosen(m_model->at(index.row()));
    };
    connect(m_list, &QTreeView::clicked, this, choose);
    for (const Qt::Key key : {Qt::Key_Return, Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(key, m_list, nullptr, nullptr, Qt::WidgetShortcut);
        connect(shortcut, &QShortcut::activated, this,
                [this, choose] { choose(m_list->currentIndex()); });
    }
    connect(&m_discovery, &Discovery::busFound, m_model, &FoundBusModel::put);
    connect(&m_discovery, &Discovery::busChanged, m_model,
            [this](const FoundBus& bus, bool isThere) {
                if (isThere)
                    m_model->put(bus);
                else
                    m_model->remove(bus);
            });
    connect(&m_discovery, &Discovery::finished, this, [this] {
        m_model->keepOnly(m_discovery.found());
        if (isVisible())
            m_again.start();
    });
    for (const auto change : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(m_model, change, this, &FoundBuses::fitHeight);
    m_again.setSingleShot(true);
    m_again.setInterval(kLookForBuses);
    connect(&m_again, &QTimer::timeout, this, &FoundBuses::look);
    m_second.setInterval(std::chrono::seconds(1));
    connect(&m_second, &QTimer::timeout, m_model, &FoundBusModel::advance);
    fitHeight();
}

void FoundBuses::setProbes(std::vector<BusProbe> probes)
{
    m_probes = std::move(probes);
    if (isVisible())
        look();
}

void FoundBuses::look()
{
    m_discovery.start(m_probes);
}

void FoundBuses::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_discovery.setWatching(true);
    m_second.start();
    look();
}

void FoundBuses::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_discovery.setWatching(false);
    m_again.stop();
    m_second.stop();
}

/// As high as its rows, so that a page with it has no empty ground.
void FoundBuses::fitHeight()
{
    const int rows = m_model->rowCount();
    const int height = rows == 0 ? 0 : m_list->sizeHintForRow(0);
    m_list->setFixedHeight(std::min(rows, kMostShown) * height + 2 * m_list->frameWidth());
    Q_EMIT foundAny(rows > 0);
}

QString FoundBuses::asText() const
{
    QString text;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        QStringList words;
        for (int column = 0; column < FoundBusModel::ColumnCount; ++column) {
            const QString word = m_model->index(row, column).data().toString();
            if (!word.isEmpty())
                words << word;
        }
        text += words.join(u"  "_s) + u'\n';
    }
    return text;
}

} // namespace murmur
