// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/dialect/dialectbar.h"

#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/dialect/coveragefigures.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostPlaces = 3;
constexpr int kWidestPlace = 34; ///< characters
constexpr int kReadingSteps = 1000;

/// A question stands on one line, shortened where there is no room; an answer may take several.
class BarLabel : public QLabel
{
public:
    using QLabel::QLabel;

    [[nodiscard]] QSize minimumSizeHint() const override
    {
        return wordWrap() ? QLabel::minimumSizeHint() : QSize(120, QLabel::sizeHint().height());
    }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        if (wordWrap()) {
            QLabel::paintEvent(event);
            return;
        }
        QPainter painter(this);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter,
                         fontMetrics().elidedText(text(), Qt::ElideRight, width()));
    }
};

QString barText(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString shortened(const QString& text)
{
    return text.size() <= kWidestPlace ? text : u"…"_s + text.right(kWidestPlace - 1);
}

QString tipOf(const Suggestion& one)
{
    QStringList examples;
    for (const std::string& example : one.examples)
        examples << barText(example);
    return DialectBar::tr("%1: %2.\nFor example %3.\nA click reads the whole recording so, and "
                          "keeps it as a dialect of yours. The messages stay as they are.")
        .arg(one.source.described(), one.why, examples.join(u", "_s));
}

} // namespace

QString placeText(const Suggestion& suggestion)
{
    const QString place = shortened(suggestion.source.described());
    // Every message comes by its connection; a share would say nothing.
    return suggestion.source.from == FieldSource::From::Connection
               ? place
               : place + u' ' + coverageText(suggestion.share());
}

QStringList placeTexts(const std::vector<Suggestion>& suggestions)
{
    QStringList texts;
    for (const Suggestion& one : suggestions) {
        const QString share = coverageText(one.share());
        const bool isAlone = std::ranges::none_of(suggestions, [&](const Suggestion& other) {
            return &other != &one && other.source.from != FieldSource::From::Connection &&
                   coverageText(other.share()) == share;
        });
        QString text = placeText(one);
        if (!isAlone && one.source.from != FieldSource::From::Connection)
            text += u", "_s + (one.distinct == 1
                                   ? DialectBar::tr("1 name")
                                   : DialectBar::tr("%1 names").arg(numberText(one.distinct)));
        texts << text;
    }
    return texts;
}

DialectBar::DialectBar(QWidget* parent)
    : QFrame(parent)
    , m_text(new BarLabel(this))
    , m_buttons(new QHBoxLayout)
    , m_progress(new QProgressBar(this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
    , m_close(new QPushButton(u"✕"_s, this))
{
    m_buttons->setContentsMargins(0, 0, 0, 0);
    m_buttons->setSpacing(6);
    m_progress->setRange(0, kReadingSteps);
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(220);
    m_progress->setMaximumHeight(10);
    m_close->setFlat(true);
    m_close->setFixedWidth(28);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(16, 5, 8, 5);
    line->setSpacing(12);
    line->addWidget(m_text);
    line->addLayout(m_buttons);
    line->addWidget(m_progress);
    line->addWidget(m_cancel);
    line->addStretch(1);
    line->addWidget(m_close);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        m_cancel->setEnabled(false);
        Q_EMIT cancelRequested();
    });
    connect(m_close, &QPushButton::clicked, this, [this] {
        clear();
        Q_EMIT dismissed();
    });
    m_progress->hide();
    m_cancel->hide();
    hide();
}

QPushButton* DialectBar::addButton(const QString& text, const QString& tip)
{
    auto* button = new QPushButton(text, this);
    button->setToolTip(tip);
    m_buttons->addWidget(button);
    return button;
}

void DialectBar::begin(const QString& sentence, bool isBad)
{
    while (QLayoutItem* item = m_buttons->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    m_isBad = isBad;
    m_text->setText(sentence);
    m_text->setToolTip(sentence);
    setWraps(false);
    setCloseText(tr("Do not ask again for this connection; Session > Who is talking? does"));
    setAccessibleName(sentence);
    m_progress->hide();
    m_cancel->hide();
    m_close->show();
    update();
    show();
}

void DialectBar::setCloseText(const QString& text)
{
    m_close->setAccessibleName(text);
    m_close->setToolTip(text);
}

void DialectBar::setWraps(bool wraps)
{
    m_text->setWordWrap(wraps);
    auto* line = static_cast<QHBoxLayout*>(layout());
    line->setStretch(line->indexOf(m_text), wraps ? 1 : 0);
    line->setStretch(line->indexOf(m_close) - 1, wraps ? 0 : 1);
}

void DialectBar::ask(const DialectQuestion& question)
{
    begin(tr("Who is talking? %1 of the messages of %2 name a sender. It may stand in:")
              .arg(question.share == 0 ? tr("None") : coverageText(question.share),
                   question.name.size() > 40 ? question.name.left(39) + u'…' : question.name),
          false);
    const QStringList texts = placeTexts(question.senders);
    for (std::size_t i = 0; i < question.senders.size(); ++i) {
        const Suggestion& one = question.senders[i];
        // The last resort stays in sight.
        if (i >= kMostPlaces && one.source.from != FieldSource::From::Connection)
            continue;
        QPushButton* button = addButton(texts[static_cast<qsizetype>(i)], tipOf(one));
        button->setAccessibleName(tr("Read the sender from %1, which %2 of the messages have")
                                      .arg(one.source.described(), coverageText(one.share())));
        connect(button, &QPushButton::clicked, this,
                [this, i] { Q_EMIT placeChosen(static_cast<qsizetype>(i)); });
    }
    QPushButton* edit =
        addButton(tr("Edit…"), tr("Look at all proposals, also for receivers, kinds and calls"));
    connect(edit, &QPushButton::clicked, this, &DialectBar::editRequested);
}

void DialectBar::showProgress(const QString& sentence, qint64 done, qint64 total)
{
    if (!isReading()) {
        begin(sentence, false);
        m_cancel->setEnabled(true);
        m_progress->setValue(0);
    }
    m_text->setText(total > 0 ? tr("%1 %2 of %3").arg(sentence, numberText(done), numberText(total))
                              : sentence);
    m_progress->setRange(0, total > 0 ? kReadingSteps : 0);
    if (total > 0)
        m_progress->setValue(static_cast<int>(kReadingSteps * static_cast<double>(done) /
                                              static_cast<double>(total)));
    m_progress->setAccessibleName(m_text->text());
    m_progress->show();
    m_cancel->show();
    m_close->hide();
}

void DialectBar::say(const QString& sentence, const QStringList& actions, bool isBad)
{
    begin(sentence, isBad);
    setWraps(true);
    setCloseText(tr("Dismiss this message"));
    for (qsizetype i = 0; i < actions.size(); ++i) {
        QPushButton* button = addButton(actions[i], {});
        connect(button, &QPushButton::clicked, this, [this, i] { Q_EMIT chosen(i); });
    }
}

void DialectBar::clear()
{
    begin({}, false);
    hide();
}

QString DialectBar::sentence() const
{
    return m_text->text();
}

QStringList DialectBar::offered() const
{
    QStringList texts;
    for (int i = 0; i < m_buttons->count(); ++i)
        texts << static_cast<QPushButton*>(m_buttons->itemAt(i)->widget())->text();
    return texts;
}

QPushButton* DialectBar::button(const QString& text) const
{
    for (int i = 0; i < m_buttons->count(); ++i) {
        auto* button = static_cast<QPushButton*>(m_buttons->itemAt(i)->widget());
        if (button->text() == text)
            return button;
    }
    return m_cancel->text() == text && !m_cancel->isHidden() ? m_cancel : nullptr;
}

bool DialectBar::isReading() const
{
    return !m_cancel->isHidden();
}

void DialectBar::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.header);
    painter.fillRect(0, 0, 4, height(), m_isBad ? theme.bad : theme.interaction);
    painter.fillRect(0, height() - 1, width(), 1, theme.hairline);
}

} // namespace murmur
