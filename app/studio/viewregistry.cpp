// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "viewregistry.h"

#include "views/agents/agentsview.h"
#include "views/agents/stateview.h"
#include "views/base/theme.h"
#include "views/compare/compareview.h"
#include "views/conversations/conversationsview.h"
#include "views/conversations/deliveryview.h"
#include "views/facets/facetsview.h"
#include "views/filter/filterline.h"
#include "views/filter/recordingvalues.h"
#include "views/findings/findingsview.h"
#include "views/heatmap/differencesview.h"
#include "views/heatmap/latencyview.h"
#include "views/heatmap/matrixview.h"
#include "views/inject/composerview.h"
#include "views/inject/replayview.h"
#include "views/llm/transcriptview.h"
#include "views/map/mapview.h"
#include "views/messages/inspectorview.h"
#include "views/messages/messagesview.h"
#include "views/replay/transportbar.h"
#include "views/sequence/sequenceview.h"
#include "views/timeline/overviewstrip.h"
#include "views/timeline/timelineview.h"
#include "views/topology/topologyview.h"
#include "views/triggers/triggersview.h"
#include "views/wall/wallview.h"

#include <QCoreApplication>

#include <array>

namespace murmur {

namespace {

template<typename Class>
View* make(const ViewContext& context, QWidget* parent)
{
    return new Class(context, parent);
}

/// The strip carries the transport where the others have their names.
View* makeOverview(const ViewContext& context, QWidget* parent)
{
    auto* view = new OverviewStrip(context, parent);
    view->setCorner(new TransportBar(context.shared, view));
    return view;
}

/// A line for a filter: it completes from what the recording has.
QLineEdit* makeFilterLine(SharedView* shared)
{
    auto* line = new FilterLine;
    auto* values = new RecordingValues(shared, line);
    line->setSource([values] { return values->source(); });
    QObject::connect(values, &RecordingValues::grew, line, &FilterLine::refreshList);
    return line;
}

View* makeReplay(const ViewContext& context, QWidget* parent)
{
    return new ReplayView(context, parent,
                          [shared = context.shared] { return makeFilterLine(shared); });
}

View* makeTriggers(const ViewContext& context, QWidget* parent)
{
    return new TriggersView(context, parent, makeFilterLine(context.shared));
}

/// The heatmap's columns stand under those of the timeline.
View* makeHeatmap(const ViewContext& context, QWidget* parent)
{
    auto* view = new LatencyView(context, parent);
    view->setGutter(Theme::current().axisLeft);
    view->setRightGutter(Theme::current().axisRight);
    return view;
}

constexpr std::array kViews{
    ViewEntry{"findings", QT_TRANSLATE_NOOP("Views", "Findings"), Place::Left, make<FindingsView>},
    ViewEntry{"agents", QT_TRANSLATE_NOOP("Views", "Agents"), Place::Left, make<AgentsView>},
    ViewEntry{"facets", QT_TRANSLATE_NOOP("Views", "Facets"), Place::Left, make<FacetsView>},
    ViewEntry{"overview", QT_TRANSLATE_NOOP("Views", "Overview"), Place::Center, makeOverview},
    ViewEntry{"timeline", QT_TRANSLATE_NOOP("Views", "Timeline"), Place::Center,
              make<TimelineView>},
    ViewEntry{"heatmap", QT_TRANSLATE_NOOP("Views", "Latency"), Place::Center, makeHeatmap},
    ViewEntry{"messages", QT_TRANSLATE_NOOP("Views", "Messages"), Place::CenterBottom,
              make<MessagesView>},
    ViewEntry{"conversations", QT_TRANSLATE_NOOP("Views", "Conversations"), Place::CenterBottom,
              make<ConversationsView>},
    ViewEntry{"sequence", QT_TRANSLATE_NOOP("Views", "Sequence"), Place::CenterBottom,
              make<SequenceView>},
    ViewEntry{"topology", QT_TRANSLATE_NOOP("Views", "Topology"), Place::CenterBottom,
              make<TopologyView>},
    ViewEntry{"wall", QT_TRANSLATE_NOOP("Views", "Wall"), Place::CenterBottom, make<WallView>},
    ViewEntry{"map", QT_TRANSLATE_NOOP("Views", "Map"), Place::CenterBottom, make<MapView>},
    ViewEntry{"delivery", QT_TRANSLATE_NOOP("Views", "Delivery"), Place::CenterBottom,
              make<DeliveryView>},
    ViewEntry{"transcript", QT_TRANSLATE_NOOP("Views", "Transcript"), Place::CenterBottom,
              make<TranscriptView>},
    ViewEntry{"matrix", QT_TRANSLATE_NOOP("Views", "Matrix"), Place::CenterBottom,
              make<MatrixView>},
    ViewEntry{"differences", QT_TRANSLATE_NOOP("Views", "What differs"), Place::CenterBottom,
              make<DifferencesView>},
    ViewEntry{"compare", QT_TRANSLATE_NOOP("Views", "Compare"), Place::CenterBottom,
              make<CompareView>},
    ViewEntry{"inject", QT_TRANSLATE_NOOP("Views", "Compose"), Place::CenterBottom,
              make<ComposerView>},
    ViewEntry{"replay", QT_TRANSLATE_NOOP("Views", "Replay onto a bus"), Place::CenterBottom,
              makeReplay},
    ViewEntry{"triggers", QT_TRANSLATE_NOOP("Views", "Triggers"), Place::CenterBottom,
              makeTriggers},
    ViewEntry{"inspector", QT_TRANSLATE_NOOP("Views", "Message"), Place::Right,
              make<InspectorView>},
    ViewEntry{"state", QT_TRANSLATE_NOOP("Views", "State"), Place::Right, make<StateView>},
};

} // namespace

std::span<const ViewEntry> viewEntries() noexcept
{
    return kViews;
}

const ViewEntry* viewEntry(QStringView id) noexcept
{
    for (const ViewEntry& entry : kViews)
        if (id == QLatin1StringView(entry.id))
            return &entry;
    return nullptr;
}

bool isForStage(const ViewEntry& entry) noexcept
{
    constexpr std::array<std::string_view, 10> kStage{
        "findings", "agents",   "overview", "timeline", "heatmap",
        "messages", "sequence", "topology", "wall",     "map"};
    return std::ranges::find(kStage, std::string_view(entry.id)) != kStage.end();
}

QString viewTitle(const ViewEntry& entry)
{
    return QCoreApplication::translate("Views", entry.title);
}

} // namespace murmur
