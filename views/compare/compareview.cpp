// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/compare/compareview.h"

#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/compare/comparemodel.h"

#include <QClipboard>
#include <QComboBox>
#include <QDataStream>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QIODevice>
#include <QKeyEvent>
#include <QTableView>
#include <QVBoxLayout>
#include <QtConcurrent>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

CompareView::CompareView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Compare"), this))
    , m_againstBox(new QComboBox(this))
    , m_table(new QTableView(this))
    , m_model(new CompareModel(this))
    , m_note(new EmptyNote(m_table))
{
    setAccessibleName(tr("Compare"));
    setAccessibleDescription(
        tr("What is new, missing, slower or different in the window. Return goes to a message of "
           "the window that shows it, Shift and Return to one of before."));
    m_againstBox->addItem(tr("with the same length before"));
    m_againstBox->addItem(tr("with all before"));
    m_againstBox->addItem(tr("with another recording…"));
    m_againstBox->setAccessibleName(tr("What the window is compared with"));
    m_header->addWidget(m_againstBox);
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Differences"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(
        std::max(Theme::current().tableRow, fontMetrics().height() + 4));
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setStretchLastSection(true);
    const QFontMetrics metrics(Theme::current().interfaceFont(9.5));
    const std::array texts{
        u"✓ fewer errors"_s, u"conversations"_s, u"planner-000 → vision-llm-000"_s,
        u"conversations"_s,  u"8888.8 ms"_s,     u"8888.8 ms"_s};
    for (int column = 0; std::cmp_less(column, texts.size()); ++column)
        m_table->setColumnWidth(
            column, metrics.horizontalAdvance(texts[static_cast<std::size_t>(column)]) + 24);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_table, 1);
    setFocusProxy(m_table);
    m_soon.setSingleShot(true);
    m_soon.setInterval(300ms);
    m_ticker.setInterval(150ms);

    connect(&m_soon, &QTimer::timeout, this, &CompareView::ask);
    connect(&m_ticker, &QTimer::timeout, this, &CompareView::updateHeader);
    connect(m_againstBox, &QComboBox::activated, this, &CompareView::choose);
    connect(m_table, &QTableView::clicked, this,
            [this](const QModelIndex& index) { follow(index.row(), false); });
    connect(m_note, &EmptyNote::actionTaken, this, &CompareView::chooseFile);
    connect(shared(), &SharedView::sessionChanged, this, [this] {
        m_job.cancel();
        m_hasCompared = false;
        m_model->show({});
        onChanged();
    });
    connect(shared(), &SharedView::windowChanged, this, [this] {
        // What follows live would be compared for ever.
        if (shared()->mode() != SharedView::Mode::Live)
            onChanged();
    });
    connect(shared(), &SharedView::namesChanged, this, &CompareView::onChanged);
    updateHeader();
}

CompareView::~CompareView() = default;

void CompareView::onChanged()
{
    m_isStale = true;
    if (isVisible())
        m_soon.start();
    updateHeader();
}

void CompareView::showEvent(QShowEvent* event)
{
    View::showEvent(event);
    if (m_isStale)
        ask();
}

void CompareView::choose(int index)
{
    if (static_cast<Against>(index) == Against::OtherRecording)
        chooseFile();
    else
        setAgainst(static_cast<Against>(index));
}

void CompareView::chooseFile()
{
    auto* dialog =
        new QFileDialog(this, tr("Compare with"), {}, tr("Recordings (*.murmur);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        setOther({path, {}, {}});
    });
    connect(dialog, &QFileDialog::rejected, this,
            [this] { m_againstBox->setCurrentIndex(static_cast<int>(m_against)); });
    dialog->open();
}

void CompareView::setAgainst(Against against)
{
    m_against = against;
    m_againstBox->setCurrentIndex(static_cast<int>(against));
    onChanged();
}

void CompareView::setOther(const CompareSide& side)
{
    m_other = side;
    QString name = QFileInfo(side.file).fileName();
    if (!side.from.isEmpty() || !side.until.isEmpty())
        name += u'@' + side.from + u".."_s + side.until;
    m_againstBox->setItemText(static_cast<int>(Against::OtherRecording), tr("with %1…").arg(name));
    setAgainst(Against::OtherRecording);
}

TimeRange CompareView::rangeBefore() const
{
    const TimeRange window = shared()->window();
    const TimeRange all = shared()->session()->seen().time;
    const TimePoint end = std::clamp(window.begin, all.begin, all.end);
    if (m_against == Against::AllBefore)
        return {all.begin, end};
    return {std::max(all.begin, end - window.length()), end};
}

void CompareView::ask()
{
    m_isStale = false;
    m_job.cancel();
    m_failure.clear();
    const Session* session = shared()->session();
    const bool isOther = m_against == Against::OtherRecording;
    if (session == nullptr || session->seen().last == 0 ||
        (isOther ? m_other.file.isEmpty() : rangeBefore().isEmpty())) {
        m_hasCompared = false;
        m_model->show({});
        updateHeader();
        return;
    }
    CompareRequest request;
    request.after = session->source();
    request.afterRange = shared()->window();
    if (!isOther) {
        request.before = session->source();
        request.beforeRange = rangeBefore();
    }
    m_isOtherSame = isOther && QFileInfo(m_other.file).canonicalFilePath() ==
                                   QFileInfo(session->path()).canonicalFilePath();
    m_passed = std::make_shared<Passed>();
    request.progress = [passed = m_passed](std::int64_t done, std::int64_t total) {
        passed->done = done;
        passed->total = std::max<std::int64_t>(1, total);
    };
    m_ticker.start();
    m_job.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return QtConcurrent::run(
                [request = std::move(request),
                 side = isOther ? m_other : CompareSide()]() mutable -> Result<Compared> {
                    if (side.file.isEmpty())
                        return compareJob(request);
                    auto other = Session::open(side.file);
                    if (!other)
                        return other.error();
                    request.before = (*other)->source();
                    const auto range = rangeOf(side, (*other)->seen().time);
                    if (!range)
                        return range.error();
                    request.beforeRange = *range;
                    return compareJob(request);
                });
        },
        [this](const Result<Compared>& compared) { take(compared); });
    updateHeader();
}

void CompareView::take(const Result<Compared>& compared)
{
    m_ticker.stop();
    if (!compared) {
        if (compared.error().code != ErrorCode::Cancelled)
            m_failure = compared.error().message;
        updateHeader();
        return;
    }
    m_hasCompared = true;
    const auto side = [](const TalkProfile& profile) {
        return tr("%1 messages in %2")
            .arg(numberText(profile.messages), durationText(profile.range.length()));
    };
    m_facts = tr("before %1 · now %2").arg(side(compared->before), side(compared->after));
    m_header->setToolTip(compared->remarks().join(u'\n'));
    m_model->show(compared->lines);
    updateHeader();
}

/// Of the other side messages can be shown only where they are of the same recording.
void CompareView::follow(int row, bool isBefore)
{
    const CompareLine* line = m_model->line(row);
    if (line == nullptr)
        return;
    const bool canGoBack = m_against != Against::OtherRecording || m_isOtherSame;
    const bool wantsBefore = canGoBack && (isBefore || line->after3.empty());
    const std::vector<Seq>& seqs = wantsBefore ? line->before3 : line->after3;
    if (!seqs.empty())
        shared()->selectMessage(seqs.front());
}

void CompareView::updateHeader()
{
    const Session* session = shared()->session();
    m_note->offer({});
    if (m_job.isBusy() && m_passed) {
        m_header->setFacts(tr("comparing, %1 %").arg(100 * m_passed->done / m_passed->total));
        m_note->say(m_model->rowCount() > 0 ? QString() : tr("Comparing…"));
        return;
    }
    m_header->setFacts(m_hasCompared ? m_facts : QString());
    if (session == nullptr)
        m_note->say(tr("No recording is open"), tr("Open one, or attach to a bus."));
    else if (!m_failure.isEmpty())
        m_note->say(tr("Not compared"), m_failure);
    else if (m_model->rowCount() > 0)
        m_note->say({});
    else if (m_hasCompared)
        m_note->say(tr("Nothing is different"),
                    tr("What there is, chance explains: no topic, pair, agent or conversation is "
                       "new, missing, slower or fails more."));
    else if (m_against == Against::OtherRecording) {
        m_note->say(tr("Compared with which recording?"));
        m_note->offer(tr("Choose one…"));
    } else {
        m_note->say(tr("Nothing lies before this window"),
                    tr("Move the window to later, or compare with another recording."));
        m_note->offer(tr("Another recording…"));
    }
}

bool CompareView::isSettled() const
{
    return !m_job.isBusy() && !m_soon.isActive();
}

QString CompareView::asText() const
{
    return m_header->title() + u'\t' + m_header->facts() + u'\n' +
           (m_model->rowCount() > 0 ? m_model->asText() : m_note->title() + u'\n');
}

QByteArray CompareView::saveState() const
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    out << qint32(1)
        << static_cast<qint32>(m_against == Against::OtherRecording ? Against::TimeBefore
                                                                    : m_against)
        << m_table->horizontalHeader()->saveState();
    return bytes;
}

void CompareView::restoreState(const QByteArray& state)
{
    QDataStream in(state);
    qint32 version = 0, against = 0;
    QByteArray header;
    in >> version >> against >> header;
    if (version != 1 || in.status() != QDataStream::Ok || against < 0 || against > 1)
        return;
    setAgainst(static_cast<Against>(against));
    m_table->horizontalHeader()->restoreState(header);
}

void CompareView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        QGuiApplication::clipboard()->setText(asText());
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        follow(m_table->currentIndex().row(), event->modifiers().testFlag(Qt::ShiftModifier));
    else
        View::keyPressEvent(event);
}

} // namespace murmur
