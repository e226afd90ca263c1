// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/findings/findingsview.h"

#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/findings/findingdelegate.h"
#include "views/findings/findingmodel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QListView>
#include <QVBoxLayout>
#include <QtConcurrent>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kPause = 500; // milliseconds between two looks at what grows

} // namespace

FindingsView::FindingsView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Findings"), this))
    , m_list(new QListView(this))
    , m_model(new FindingModel(this))
    , m_note(new EmptyNote(m_list))
{
    setAccessibleName(tr("Findings"));
    setAccessibleDescription(tr("What went wrong, the worst first. Return shows it in all views."));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new FindingDelegate(m_list));
    m_list->setAccessibleName(tr("Findings"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setResizeMode(QListView::Adjust); // sentences break elsewhere
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_list, 1);
    setFocusProxy(m_list);

    m_soon.setSingleShot(true);
    m_soon.setInterval(kPause);
    connect(&m_soon, &QTimer::timeout, this, &FindingsView::look);
    connect(m_list, &QListView::clicked, this, &FindingsView::pick);
    connect(m_list, &QListView::activated, this, &FindingsView::pick);
    connect(shared(), &SharedView::sessionChanged, this, &FindingsView::onSessionChanged);
    connect(shared(), &SharedView::dataGrew, this, [this] {
        if (m_job.isBusy())
            m_hasMore = true;
        else if (!m_soon.isActive())
            m_soon.start();
    });
    onSessionChanged();
}

FindingsView::~FindingsView() = default;

void FindingsView::onSessionChanged()
{
    m_job.cancel();
    m_soon.stop();
    m_pass.reset();
    m_failure.clear();
    m_messages = 0;
    m_isWhole = m_hasMore = false;
    m_model->update({});
    if (shared()->session() != nullptr) {
        m_pass = std::make_shared<FindingsPass>(DetectorChoice());
        look();
    }
    updateNote();
}

void FindingsView::look()
{
    if (!m_pass || m_job.isBusy() || shared()->session() == nullptr)
        return;
    m_hasMore = false;
    // The job keeps what it works with: the view may go on to another session meanwhile.
    m_job.start(
        this,
        [pass = m_pass, source = shared()->session()->source()](const std::stop_token& stop) {
            return QtConcurrent::run([pass, source, stop]() -> Result<FindingsReport> {
                if (auto status = pass->advance(*source, {}, stop); !status)
                    return status.error();
                return pass->report();
            });
        },
        [this](Result<FindingsReport> report) {
            m_isWhole = true;
            if (report)
                present(*report);
            else if (report.error().code != ErrorCode::Cancelled)
                m_failure = report.error().message;
            updateNote();
            if (m_hasMore)
                m_soon.start();
        });
    updateNote();
}

void FindingsView::present(const FindingsReport& report)
{
    m_messages = report.messages;
    const QModelIndex current = m_list->currentIndex();
    const Finding* picked = m_model->finding(current);
    const std::int64_t seen = picked != nullptr ? picked->seen : 0;
    const std::string detector = picked != nullptr ? std::string(picked->detector) : std::string();
    m_model->update(report.findings);
    if (seen == 0 || m_list->currentIndex().isValid())
        return;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const Finding* finding = m_model->finding(m_model->index(row));
        if (finding->seen == seen && finding->detector == detector)
            m_list->setCurrentIndex(m_model->index(row));
    }
}

void FindingsView::updateNote()
{
    const int count = m_model->rowCount();
    const Theme& theme = Theme::current();
    const auto& findings = m_model->findings();
    const bool isBad = std::ranges::any_of(
        findings, [](const Finding& finding) { return finding.severity == Severity::Critical; });
    if (count > 0)
        m_header->setFacts(numberText(count), isBad ? theme.bad : theme.warning);
    else
        m_header->setFacts(m_pass && !m_isWhole ? tr("looking…") : QString());
    if (count > 0 || shared()->session() == nullptr) {
        m_note->say({});
    } else if (!m_failure.isEmpty()) {
        m_note->say(tr("Not looked at"), m_failure);
    } else if (!m_isWhole) {
        m_note->say(tr("Looking…"));
    } else {
        m_note->say(tr("Nothing found"),
                    tr("%1 messages were looked at.").arg(numberText(m_messages)));
    }
}

void FindingsView::pick(const QModelIndex& index)
{
    const Finding* finding = m_model->finding(index);
    if (finding == nullptr)
        return;
    // A little of before and after, so that one sees what changed.
    const std::int64_t length =
        std::max<std::int64_t>(finding->end - finding->start, 1'000'000'000);
    const std::int64_t margin = length / 4;
    const TimeRange window{fromNs(finding->start - margin),
                           fromNs(finding->start + length + margin)};
    const AgentId agent = finding->agents.empty() ? AgentId{} : finding->agents.front();
    const Seq first = finding->messages.empty() ? 0 : finding->messages.front();
    const TimePoint start = fromNs(finding->start);
    shared()->setWindow(window);
    shared()->setPlayhead(start);
    if (index != m_list->currentIndex())
        m_list->setCurrentIndex(index);
    if (murmur::index(agent) != 0)
        shared()->selectAgent(agent);
    if (first != 0)
        shared()->selectMessage(first);
}

QString FindingsView::asText() const
{
    QString text = tr("severity\tdetector\twhat\twhen\n");
    for (const Finding& finding : m_model->findings()) {
        const std::string_view severity = severityName(finding.severity);
        text +=
            QString::fromUtf8(severity.data(), static_cast<qsizetype>(severity.size())) + u'\t' +
            QString::fromUtf8(finding.detector.data(),
                              static_cast<qsizetype>(finding.detector.size())) +
            u'\t' + QString::fromStdString(finding.summary) + u'\t' + findingFacts(finding) + u'\n';
    }
    return text;
}

bool FindingsView::isSettled() const
{
    return !m_job.isBusy() && (m_isWhole || !m_pass);
}

void FindingsView::changeEvent(QEvent* event)
{
    View::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        updateNote();
}

void FindingsView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        const Finding* finding = m_model->finding(m_list->currentIndex());
        QGuiApplication::clipboard()->setText(finding != nullptr
                                                  ? QString::fromStdString(finding->summary) +
                                                        u'\n' + findingFacts(*finding)
                                                  : asText());
        return;
    }
    View::keyPressEvent(event);
}

} // namespace murmur
