// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/findings/findingsview.h"

#include "findings/checkfile.h"
#include "query/messagefield.h"
#include "views/base/emptynote.h"
#include "views/base/findingboard.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/findings/findingdelegate.h"
#include "views/findings/findingmodel.h"
#include "views/findings/findingsfeed.h"
#include "views/findings/findingtext.h"
#include "views/findings/findingtrail.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QInputDialog>
#include <QKeyEvent>
#include <QListView>
#include <QMenu>
#include <QSplitter>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <QtConcurrent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

FindingsView::FindingsView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Findings"), this))
    , m_list(new QListView)
    , m_model(new FindingModel(this))
    , m_note(new EmptyNote(m_list))
    , m_details(new QTextBrowser)
    , m_feed(new FindingsFeed(context.shared, this))
    , m_trail(new FindingTrail(context.shared, this))
    , m_board(FindingBoard::of(context.shared))
{
    setAccessibleName(tr("Findings"));
    setAccessibleDescription(tr("What went wrong, the worst incident first, in the order of cause. "
                                "Return shows it in all views, the menu key what can be done."));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new FindingDelegate(m_list));
    m_list->setAccessibleName(tr("Findings"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setResizeMode(QListView::Adjust);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_details->setFrameShape(QFrame::NoFrame);
    m_details->setAccessibleName(tr("About this finding"));
    // The pane takes from its neighbours what it needs to say why.
    m_details->setMinimumHeight(QFontMetrics(m_details->font()).height() * 10);
    m_list->setMinimumHeight(QFontMetrics(m_list->font()).height() * 7);
    m_details->setOpenLinks(false);
    m_details->hide();
    auto* parts = new QSplitter(Qt::Vertical, this);
    parts->setHandleWidth(1);
    parts->addWidget(m_list);
    parts->addWidget(m_details);
    parts->setCollapsible(0, false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(parts, 1);
    setFocusProxy(m_list);

    connect(m_list, &QListView::clicked, this, &FindingsView::pick);
    connect(m_list, &QListView::activated, this, &FindingsView::pick);
    connect(m_list, &QListView::customContextMenuRequested, this, &FindingsView::openMenu);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] {
        const Finding* finding = m_model->finding(m_list->currentIndex());
        if (m_details->isVisible() && finding != nullptr)
            explain(*finding);
    });
    connect(m_details, &QTextBrowser::anchorClicked, this, [this](const QUrl& link) {
        if (link.scheme() == "message"_L1)
            this->shared()->selectMessage(link.path().toLongLong());
    });
    connect(m_feed, &FindingsFeed::changed, this, &FindingsView::present);
    connect(m_feed, &FindingsFeed::notKept, this, &FindingsView::failed);
    connect(m_board, &FindingBoard::picked, this, &FindingsView::pointAtFinding);
    connect(m_board, &FindingBoard::shown, this, &FindingsView::showFinding);
    connect(m_trail, &FindingTrail::told, this, &FindingsView::noted);
    connect(m_trail, &FindingTrail::failed, this, &FindingsView::failed);
    connect(shared(), &SharedView::sessionChanged, m_details, &QWidget::hide);
    present();
}

FindingsView::~FindingsView() = default;

void FindingsView::present()
{
    const Finding* picked = m_model->finding(m_list->currentIndex());
    const std::uint64_t id = picked != nullptr ? picked->id : 0;
    m_model->update(m_feed->report(), m_feed->judgements(), m_showsQuiet);
    if (id != 0 && !m_list->currentIndex().isValid())
        m_list->setCurrentIndex(m_model->indexOf(id));
    fillBoard();
    updateNote();
}

/// What stands in pictures is what stands in the list.
void FindingsView::fillBoard()
{
    std::vector<FindingMark> marks;
    for (const Finding& finding : m_feed->report().findings) {
        if (finding.standing != Standing::Open)
            continue;
        marks.push_back({finding.id, finding.severity, finding.start, finding.end,
                         finding.agents.empty() ? AgentId{} : finding.agents.front(),
                         finding.detector == "silent-agent", detectorTitle(finding.detector),
                         QString::fromStdString(finding.summary)});
    }
    m_board->set(std::move(marks));
}

void FindingsView::updateNote()
{
    const Theme& theme = Theme::current();
    const FindingsReport& report = m_feed->report();
    const auto open = m_feed->openIncidents();
    const auto count = static_cast<std::int64_t>(report.findings.size());
    const std::int64_t quiet = count - countOf(report, Standing::Open);
    const bool isBad =
        !open.empty() && report.incidents[open.front()].severity == Severity::Critical;
    if (!open.empty()) {
        const std::int64_t told = count - quiet;
        const QString facts = countText(static_cast<std::int64_t>(open.size()), tr("1 incident"),
                                        tr("%1 incidents")) +
                              u" · "_s + numberText(told) +
                              (quiet > 0 ? tr(", %1 quiet").arg(numberText(quiet)) : QString());
        m_header->setFacts(facts, isBad ? theme.bad : theme.warning);
    } else if (quiet > 0) {
        m_header->setFacts(tr("%1 quiet").arg(numberText(quiet)));
    } else {
        m_header->setFacts(shared()->session() != nullptr && !m_feed->isWhole() ? tr("looking…")
                                                                                : QString());
    }
    if (m_model->rowCount() > 0 || shared()->session() == nullptr)
        m_note->say({});
    else if (!m_feed->failure().isEmpty())
        m_note->say(tr("Not looked at"), m_feed->failure());
    else if (!m_feed->isWhole())
        m_note->say(tr("Looking…"));
    else if (quiet > 0)
        m_note->say(tr("Nothing new"),
                    tr("%1 findings are accepted, muted or held back; the menu shows them.")
                        .arg(numberText(quiet)));
    else if (report.messages == 0)
        m_note->say(tr("No message yet"),
                    tr("What goes wrong stands here in a sentence, the worst first."));
    else
        m_note->say(tr("Nothing found"),
                    tr("%1 messages were looked at.").arg(numberText(report.messages)));
}

void FindingsView::reveal(std::int64_t start, std::int64_t end, AgentId agent, Seq message)
{
    // A little of before and after, so that one sees what changed.
    const std::int64_t length = std::max<std::int64_t>(end - start, 1'000'000'000);
    const std::int64_t margin = length / 4;
    shared()->setWindow({fromNs(start - margin), fromNs(start + length + margin)});
    shared()->setPlayhead(fromNs(start));
    if (murmur::index(agent) != 0)
        shared()->selectAgent(agent);
    if (message != 0)
        shared()->selectMessage(message);
}

void FindingsView::pick(const QModelIndex& index)
{
    const Incident* incident = m_model->incident(index);
    if (incident == nullptr)
        return;
    if (index != m_list->currentIndex())
        m_list->setCurrentIndex(index);
    const Finding* finding = m_model->finding(index);
    const Finding& first =
        finding != nullptr ? *finding : m_model->report().findings[incident->cause()];
    const auto gone = static_cast<std::size_t>(goneOf(first, m_model->report()));
    const Seq message = gone < first.messages.size() ? first.messages[gone] : 0;
    const AgentId agent = first.agents.empty() ? AgentId{} : first.agents.front();
    if (finding != nullptr)
        reveal(first.start, first.end, agent, message);
    else
        reveal(incident->start, incident->end, agent, message);
}

void FindingsView::showIncident(std::uint64_t id)
{
    pick(m_model->indexOfIncident(id));
}

void FindingsView::showFinding(std::uint64_t id)
{
    const QModelIndex index = m_model->indexOf(id);
    m_list->setCurrentIndex(index);
    pick(index);
}

void FindingsView::pointAt(std::uint64_t id)
{
    const Incident* incident = m_feed->incident(id);
    if (incident == nullptr)
        return;
    m_list->setCurrentIndex(m_model->indexOfIncident(id));
    const Finding& cause = m_feed->report().findings[incident->cause()];
    const Seq message =
        cause.messages.empty() || goneOf(cause, m_feed->report()) > 0 ? 0 : cause.messages.front();
    shared()->setPlayhead(fromNs(incident->start));
    if (!cause.agents.empty())
        shared()->selectAgent(cause.agents.front());
    if (message != 0)
        shared()->selectMessage(message);
}

void FindingsView::pointAtFinding(std::uint64_t id)
{
    const QModelIndex index = m_model->indexOf(id);
    const Finding* finding = m_model->finding(index);
    if (finding == nullptr)
        return;
    m_list->setCurrentIndex(index);
    m_list->scrollTo(index);
    const auto gone = static_cast<std::size_t>(goneOf(*finding, m_feed->report()));
    const Seq message = gone < finding->messages.size() ? finding->messages[gone] : 0;
    shared()->setPlayhead(fromNs(finding->start));
    if (!finding->agents.empty())
        shared()->selectAgent(finding->agents.front());
    if (message != 0)
        shared()->selectMessage(message);
}

void FindingsView::explain(const Finding& finding)
{
    showDetails(whyText(finding, m_feed->report(), m_feed->judgements().of(finding.id),
                        *shared()->session()->dictionaries()));
}

void FindingsView::explain(std::uint64_t id)
{
    const Incident* incident = m_feed->incident(id);
    if (incident == nullptr)
        return;
    const Finding& cause = m_feed->report().findings[incident->cause()];
    if (const QModelIndex row = m_model->indexOf(cause.id); row.isValid())
        m_list->setCurrentIndex(row);
    explain(cause);
}

void FindingsView::showDetails(const QString& text)
{
    m_details->document()->setDefaultFont(Theme::current().interfaceFont(9));
    m_details->setHtml(text);
    m_details->show();
}

void FindingsView::showAffected(std::uint64_t id)
{
    const Incident* incident = m_feed->incident(id);
    if (incident == nullptr || incident->agents.empty())
        return;
    const auto names = shared()->session()->dictionaries();
    QStringList quoted;
    for (const AgentId agent : incident->agents)
        quoted << filterText(QString::fromStdString(names->agentName(agent)));
    const QString list = quoted.join(u", ");
    const auto filter =
        parseFilter(u"from in [%1] or to in [%1]"_s.arg(list), shared()->session()->seen().time);
    if (filter)
        shared()->changeFilter(*filter, tr("affected agents only"));
    else
        Q_EMIT failed(filter.error());
}

void FindingsView::compare(std::uint64_t id)
{
    const Incident* found = m_feed->incident(id);
    if (found == nullptr)
        return;
    constexpr std::size_t kMost = 8;
    std::vector<AgentId> agents = found->agents;
    agents.resize(std::min(agents.size(), kMost));
    const nanoseconds length(std::max<std::int64_t>(found->end - found->start, 1'000'000'000));
    const TimePoint begin = fromNs(found->start);
    const auto ask = [&](TimePoint from, const std::stop_token& stop) {
        TileRequest request;
        request.range = {from, from + length};
        request.columns = 1;
        request.latency = true;
        request.agents = agents;
        request.stop = stop;
        return shared()->session()->tiles(std::move(request));
    };
    m_comparison.start(
        this,
        [&](const std::stop_token& stop) {
            return QtConcurrent::run([before = ask(begin - length, stop),
                                      now = ask(begin, stop)]() -> Result<std::vector<TileSlice>> {
                auto one = before.result();
                auto other = now.result();
                if (!one)
                    return one.error();
                if (!other)
                    return other.error();
                return std::vector<TileSlice>{std::move(*one), std::move(*other)};
            });
        },
        [this, agents, length, begin](Result<std::vector<TileSlice>> both) {
            // What lies outside of the recording was not silent.
            const TimeRange seen = shared()->session()->seen().time;
            const auto within = [&](TimePoint from) {
                return std::max(nanoseconds(0), nanoseconds(std::min(from + length, seen.end) -
                                                            std::max(from, seen.begin)));
            };
            const nanoseconds recorded[2] = {within(begin - length), within(begin)};
            if (both)
                showDetails(compareText(beforeAndNow(agents, both->front(), both->back(), recorded),
                                        recorded[0], *shared()->session()->dictionaries()));
            else if (both.error().code != ErrorCode::Cancelled)
                Q_EMIT failed(both.error());
        });
}

void FindingsView::makeCheck(std::uint64_t id)
{
    if (m_feed->incident(id) == nullptr)
        return;
    QString path = shared()->session()->path();
    if (path.endsWith(u".murmur"_s))
        path.chop(7);
    auto* dialog = new QFileDialog(this, tr("Make a check"), path + u"-check.json"_s,
                                   tr("Rules of murmur check (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    // Rules that are there are added to.
    dialog->setOption(QFileDialog::DontConfirmOverwrite);
    connect(dialog, &QFileDialog::fileSelected, this, [this, id](const QString& file) {
        if (const Status status = makeCheck(id, file); !status)
            Q_EMIT failed(status.error());
    });
    dialog->open();
}

Status FindingsView::makeCheck(std::uint64_t id, const QString& path)
{
    const Incident* incident = m_feed->incident(id);
    if (incident == nullptr)
        return Done{};
    std::vector<std::string> detectors;
    for (const std::size_t place : incident->findings) {
        const std::string detector(m_feed->report().findings[place].detector);
        if (std::ranges::find(detectors, detector) == detectors.end())
            detectors.push_back(detector);
    }
    auto status = addToCheck(path, detectors);
    if (status)
        Q_EMIT noted(
            tr("Written: murmur check FILE --rules '%1' fails when this happens again.").arg(path));
    return status;
}

std::uint64_t FindingsView::currentIncident() const
{
    const Incident* incident = m_model->incident(m_list->currentIndex());
    return incident != nullptr ? incident->id : 0;
}

QString FindingsView::asText() const
{
    QString text = tr("severity\tdetector\twhat\twhen\n");
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const Finding* finding = m_model->finding(m_model->index(row));
        if (finding == nullptr)
            continue;
        const std::string_view severity = severityName(finding->severity);
        text += QString::fromUtf8(severity.data(), static_cast<qsizetype>(severity.size())) +
                u'\t' +
                QString::fromUtf8(finding->detector.data(),
                                  static_cast<qsizetype>(finding->detector.size())) +
                u'\t' + QString::fromStdString(finding->summary) + u'\t' + findingFacts(*finding) +
                u'\n';
    }
    return text;
}

bool FindingsView::isSettled() const
{
    return !m_comparison.isBusy() && m_trail->isSettled() &&
           (m_feed->isWhole() || !m_feed->failure().isEmpty() || shared()->session() == nullptr);
}

void FindingsView::changeEvent(QEvent* event)
{
    View::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        updateNote();
}

} // namespace murmur
