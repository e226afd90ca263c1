// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/topicchooser.h"

#include "base/time.h"
#include "views/base/emptynote.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/connect/attachedit.h"
#include "views/connect/topicmodel.h"
#include "views/connect/topictree.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

#include <cmath>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Names that are too many for a line are counted.
QString shortList(const QStringList& names)
{
    constexpr qsizetype kNamed = 6;
    if (names.size() <= kNamed)
        return names.join(u", "_s);
    return TopicChooser::tr("%1 and %2 more")
        .arg(names.first(kNamed).join(u", "_s))
        .arg(names.size() - kNamed);
}

/// "6 of 7 topics · 200 of 204 messages/s · 8.6 KiB/s of 405 KiB/s"
QString sumWords(const TopicModel::Sum& chosen, const TopicModel::Sum& all)
{
    const QString rate = numberText(std::llround(chosen.perSecond));
    const QString bytes = bytesText(std::llround(chosen.bytesPerSecond));
    if (chosen.topics == all.topics) {
        return TopicChooser::tr("All %1 topics · %2 messages/s · %3/s")
            .arg(numberText(all.topics), rate, bytes);
    }
    return TopicChooser::tr("%1 of %2 topics · %3 of %4 messages/s · %5/s of %6/s")
        .arg(numberText(chosen.topics), numberText(all.topics), rate,
             numberText(std::llround(all.perSecond)), bytes,
             bytesText(std::llround(all.bytesPerSecond)));
}

} // namespace

TopicChooser::TopicChooser(const QUrl& url, const ConnectionOptions& options, QWidget* parent)
    : QDialog(parent)
    , m_url(url)
    , m_options(options)
    , m_model(new TopicModel(this))
    , m_order(new QSortFilterProxyModel(this))
    , m_does(new QLabel(this))
    , m_progress(new QProgressBar(this))
    , m_again(new QPushButton(tr("&Listen again"), this))
    , m_filter(new QLineEdit(this))
    , m_tree(new TopicTree(this))
    , m_note(new EmptyNote(m_tree))
    , m_notes(new QLabel(this))
    , m_takesNew(new QCheckBox(tr("Also topics that appear later"), this))
    , m_sum(new QLabel(this))
    , m_asks(new QLabel(this))
{
    setWindowTitle(tr("Choose topics"));
    resize(940, 620);
    auto* title = new QLabel(tr("What flows on %1").arg(shownUrl(url)), this);
    QFont large = Theme::current().interfaceFont(13);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    title->setTextFormat(Qt::PlainText);
    m_does->setForegroundRole(QPalette::PlaceholderText);
    m_does->setText(TopicSurvey::whatItDoes(url));
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(3);
    QSizePolicy stays = m_progress->sizePolicy();
    stays.setRetainSizeWhenHidden(true);
    m_progress->setSizePolicy(stays);
    m_progress->setAccessibleName(tr("Progress of the listening"));
    m_filter->setPlaceholderText(tr("Filter topics"));
    m_filter->setAccessibleName(tr("Filter topics"));
    m_filter->setClearButtonEnabled(true);
    m_notes->setWordWrap(true);
    m_notes->setForegroundRole(QPalette::PlaceholderText);
    m_takesNew->setToolTip(tr("Everything is then asked for; of what is not chosen the content is "
                              "left out when it arrives."));
    QFont bold = Theme::current().interfaceFont();
    bold.setBold(true);
    m_sum->setFont(bold);
    m_sum->setAccessibleName(tr("What is chosen"));
    m_asks->setWordWrap(true);
    m_asks->setTextFormat(Qt::PlainText);
    m_asks->setForegroundRole(QPalette::PlaceholderText);
    m_asks->setFont(Theme::current().numberFont(9));
    setUpTree();

    auto* all = new QPushButton(tr("&Choose shown"), this);
    all->setToolTip(tr("Choose all topics that the filter shows"));
    auto* none = new QPushButton(tr("Leave shown &out"), this);
    none->setToolTip(tr("Leave out all topics that the filter shows"));
    auto* buttons = new QDialogButtonBox(this);
    m_attach = buttons->addButton(tr("&Attach"), QDialogButtonBox::AcceptRole);
    buttons->addButton(QDialogButtonBox::Cancel)->setIcon({});
    m_attach->setDefault(true);
    for (QPushButton* button : {m_again, all, none})
        button->setAutoDefault(false);

    auto* said = new QHBoxLayout;
    said->addWidget(m_does, 1);
    said->addWidget(m_again);
    auto* line = new QHBoxLayout;
    line->addWidget(m_filter, 1);
    line->addWidget(all);
    line->addWidget(none);
    auto* end = new QHBoxLayout;
    end->addWidget(m_takesNew, 1);
    end->addWidget(buttons);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(title);
    column->addLayout(said);
    column->addWidget(m_progress);
    column->addLayout(line);
    column->addWidget(m_tree, 1);
    column->addWidget(m_notes);
    column->addWidget(m_sum);
    column->addWidget(m_asks);
    column->addLayout(end);

    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_order->setFilterFixedString(text);
        if (!text.isEmpty())
            m_tree->expandAll();
    });
    connect(m_model, &TopicModel::choiceChanged, this, &TopicChooser::updateSum);
    connect(m_takesNew, &QCheckBox::toggled, this, &TopicChooser::updateSum);
    connect(m_again, &QPushButton::clicked, this, &TopicChooser::survey);
    connect(all, &QPushButton::clicked, this, [this] { chooseShown(true); });
    connect(none, &QPushButton::clicked, this, [this] { chooseShown(false); });
    connect(buttons, &QDialogButtonBox::accepted, this, &TopicChooser::acceptChoice);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_filter->setFocus();
    updateSum();
}

TopicChooser::~TopicChooser()
{
    leaveSurvey();
}

void TopicChooser::setUpTree()
{
    m_order->setSourceModel(m_model);
    m_order->setRecursiveFilteringEnabled(true);
    m_order->setAutoAcceptChildRows(true);
    m_order->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_order->setFilterRole(TopicModel::kTextRole);
    m_order->setSortRole(TopicModel::kSortRole);
    m_order->setSortCaseSensitivity(Qt::CaseInsensitive);
    m_tree->setModel(m_order);
    m_tree->setAccessibleName(tr("Topics"));
    m_tree->setSortingEnabled(true);
    m_tree->sortByColumn(TopicModel::Bandwidth, Qt::DescendingOrder);
    QHeaderView* header = m_tree->header();
    header->resizeSection(TopicModel::Topic, 250);
    for (const int section : {TopicModel::Rate, TopicModel::Bandwidth, TopicModel::Size})
        header->resizeSection(section, 104);
    header->resizeSection(TopicModel::Traffic, 100);
    header->resizeSection(TopicModel::Form, 64);
}

void TopicChooser::showEvent(QShowEvent* event)
{
    QDialog::showEvent(event);
    if (!m_survey && m_model->topics().empty())
        survey();
}

void TopicChooser::survey()
{
    leaveSurvey();
    m_survey = std::make_unique<TopicSurvey>(m_url, m_options);
    connect(m_survey.get(), &TopicSurvey::changed, this,
            [this] { showResult(m_survey->result()); });
    if (const Status started = m_survey->start(); !started) {
        m_survey.reset();
        SurveyResult failed;
        failed.state = SurveyResult::State::Failed;
        failed.error = started.error();
        showResult(failed);
        return;
    }
    showResult(m_survey->result());
}

/// It ends by itself: nobody waits for it here.
void TopicChooser::leaveSurvey()
{
    if (!m_survey)
        return;
    TopicSurvey* const left = m_survey.release();
    left->disconnect(this);
    if (isOver(left->result())) {
        left->deleteLater();
        return;
    }
    connect(left, &TopicSurvey::finished, left, &QObject::deleteLater);
    left->stop();
}

void TopicChooser::showResult(const SurveyResult& result)
{
    using State = SurveyResult::State;
    QStringList open;
    for (int row = 0; row < m_order->rowCount(); ++row) {
        const QModelIndex top = m_order->index(row, 0);
        if (m_tree->isExpanded(top))
            open << top.data(TopicModel::kTextRole).toString();
    }
    m_model->setTopics(result.topics);
    for (int row = 0; row < m_order->rowCount(); ++row) {
        const QModelIndex top = m_order->index(row, 0);
        if (open.contains(top.data(TopicModel::kTextRole).toString()) ||
            !m_filter->text().isEmpty())
            m_tree->expand(top);
    }
    m_again->setEnabled(isOver(result));
    m_progress->setVisible(!isOver(result));
    m_progress->setValue(static_cast<int>(result.progress * 1000));
    const QString does = TopicSurvey::whatItDoes(m_url);
    switch (result.state) {
    case State::Asking:
        m_does->setText(tr("Asking what there is…"));
        break;
    case State::Reaching:
        m_does->setText(tr("Reaching the bus…"));
        break;
    case State::Listening:
        m_does->setText(does);
        break;
    case State::Done:
        m_does->setText(result.version.isEmpty()
                            ? tr("Rates are what was heard in a short while.")
                            : tr("%1 · rates are what was heard in a short while, or the bus's "
                                 "own count.")
                                  .arg(result.version));
        break;
    case State::Failed:
        m_does->setText({});
        break;
    }
    m_notes->setText(result.notes.join(u' '));
    m_notes->setVisible(!result.notes.isEmpty());
    if (result.state == State::Failed)
        m_note->say(tr("The topics are not known"), result.error.message);
    else if (!result.topics.empty())
        m_note->say({});
    else if (result.state == State::Done)
        m_note->say(
            tr("Nothing was said"),
            tr("No topic was heard or told of. Attach to hear what comes, or listen again."));
    else
        m_note->say(tr("Listening…"), does);
    updateSum();
}

void TopicChooser::chooseShown(bool isChosen)
{
    for (int row = 0; row < m_order->rowCount(); ++row) {
        const QModelIndex top = m_order->index(row, 0);
        const int below = m_order->rowCount(top);
        if (below == 0)
            m_model->choose(m_order->mapToSource(top), isChosen);
        for (int child = 0; child < below; ++child)
            m_model->choose(m_order->mapToSource(m_order->index(child, 0, top)), isChosen);
    }
}

PickedTopics TopicChooser::picked() const
{
    return pickTopics(m_url, m_model->wishes(), m_takesNew->isChecked());
}

void TopicChooser::updateSum()
{
    const TopicModel::Sum all = m_model->sum(false);
    const TopicModel::Sum chosen = m_model->sum(true);
    const PickedTopics asks = picked();
    m_attach->setEnabled(!asks.urls.empty());
    m_attach->setText(all.topics == 0 ? tr("Attach to everything") : tr("Attach"));
    m_takesNew->setVisible(all.topics > 0 && chosen.topics < all.topics);
    if (all.topics == 0) {
        m_sum->clear();
        m_asks->clear();
        return;
    }
    m_sum->setText(sumWords(chosen, all));
    QString words =
        asks.patterns.isEmpty() ? QString() : tr("Asks for %1").arg(shortList(asks.patterns));
    if (!asks.exclude.isEmpty()) {
        if (!words.isEmpty())
            words += u'\n';
        words += tr("Leaves out the content of %1").arg(shortList(asks.exclude));
    }
    m_asks->setText(words.isEmpty() ? tr("Choose at least one topic.") : words);
}

void TopicChooser::acceptChoice()
{
    const PickedTopics wanted = picked();
    if (wanted.urls.empty())
        return;
    accept();
    Q_EMIT chosen(wanted);
}

bool needsTopics(const AttachWish& wish)
{
    return wish.urls.size() == 1 && asksForEverything(wish.urls.front());
}

void chooseTopics(QWidget* parent, const AttachWish& wish,
                  std::function<void(const AttachWish&)> then)
{
    if (!needsTopics(wish)) {
        then(wish);
        return;
    }
    auto* dialog = new TopicChooser(wish.urls.front(), wish.options, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &TopicChooser::chosen, parent,
                     [wish, then = std::move(then)](const PickedTopics& picked) {
                         AttachWish chosen = wish;
                         chosen.urls = picked.urls;
                         chosen.rules.exclude += picked.exclude;
                         then(chosen);
                     });
    dialog->open();
}

} // namespace murmur
