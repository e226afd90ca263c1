// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The widgets of the composer, and what they do.

#include "views/inject/composerview.h"

#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/inject/answerpane.h"
#include "views/inject/draftfields.h"
#include "views/inject/headertable.h"
#include "views/inject/payloadedit.h"
#include "views/inject/sequencepane.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QToolButton>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

/// Its words never move what stands beside it: what does not fit ends in dots.
class VerdictLabel final : public QLabel
{
public:
    using QLabel::QLabel;
    [[nodiscard]] QSize minimumSizeHint() const override
    {
        return {0, QLabel::minimumSizeHint().height()};
    }

protected:
    void paintEvent(QPaintEvent* /*event*/) override
    {
        QPainter painter(this);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter,
                         fontMetrics().elidedText(text(), Qt::ElideRight, width()));
    }
};

QToolButton* menuButton(const QString& text, QMenu* menu, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setMenu(menu);
    return button;
}

} // namespace

void ComposerView::build()
{
    setAccessibleName(tr("Compose"));
    setAccessibleDescription(tr("Writes a message and sends it to a bus that is armed."));
    m_columns = new QSplitter(Qt::Horizontal, this);
    auto* split = m_columns;
    auto* left = new QWidget(split);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(12, 6, 6, 6);
    column->setSpacing(6);
    column->addWidget(buildTarget());
    column->addWidget(buildEditors(), 1);
    column->addWidget(buildSend());
    m_sequence = new SequencePane(m_memory, split);
    m_sequence->hide();
    m_answers = new AnswerPane(split);
    split->addWidget(left);
    split->addWidget(m_sequence);
    split->addWidget(m_answers);
    split->setStretchFactor(0, 4);
    split->setStretchFactor(1, 3);
    split->setStretchFactor(2, 1);
    split->setSizes({700, 0, 200});
    split->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(split, 1);
    setFocusProxy(m_payload);
}

QWidget* ComposerView::buildTarget()
{
    auto* row = new QWidget(this);
    m_target = new QComboBox(row);
    m_target->setAccessibleName(tr("Bus to send to"));
    m_target->setEditable(true);
    m_target->setInsertPolicy(QComboBox::NoInsert);
    m_target->setMinimumContentsLength(18);
    m_target->lineEdit()->setPlaceholderText(tr("bus, for example nats://127.0.0.1"));
    m_environment = new QLabel(row);
    m_host = new QLineEdit(row);
    m_host->setAccessibleName(tr("Host name, to confirm"));
    m_host->setMaximumWidth(180);
    m_arm = new QPushButton(row);
    m_topic = new QLineEdit(row);
    m_topic->setAccessibleName(tr("Topic"));
    m_topic->setPlaceholderText(tr("topic"));
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins({});
    line->setSpacing(6);
    line->addWidget(new QLabel(tr("To"), row));
    line->addWidget(m_target, 3);
    line->addWidget(new QLabel(tr("topic"), row));
    line->addWidget(m_topic, 3);
    line->addWidget(m_environment);
    line->addWidget(m_host);
    line->addWidget(m_arm);
    return row;
}

QWidget* ComposerView::buildEditors()
{
    auto* split = new QSplitter(Qt::Horizontal, this);
    m_payload = new PayloadEdit(split);
    m_extras = new QWidget(split);
    m_headers = new HeaderTable(m_extras);
    m_fields = new DraftFields(m_extras);
    auto* column = new QVBoxLayout(m_extras);
    column->setContentsMargins({});
    column->setSpacing(4);
    column->addWidget(m_headers, 1);
    column->addWidget(m_fields);
    column->addStretch();
    split->addWidget(m_payload);
    split->addWidget(m_extras);
    split->setStretchFactor(0, 5);
    split->setStretchFactor(1, 2);
    return split;
}

QWidget* ComposerView::buildSend()
{
    auto* box = new QWidget(this);
    m_origin = new QLabel(box);
    m_verdict = new VerdictLabel(box);
    m_verdict->setObjectName(u"verdict"_s);
    m_verdict->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* format = new QToolButton(box);
    format->setText(tr("Format"));
    format->setToolTip(tr("JSON with line breaks"));
    connect(format, &QToolButton::clicked, m_payload, &PayloadEdit::format);
    auto* variables = new QMenu(box);
    for (const char* variable : {"{{uuid}}", "{{now}}", "{{now_ms}}", "{{counter}}",
                                 "{{random 1 100}}", "{{message.topic}}", "{{message.id}}",
                                 "{{message.payload.PATH}}", "{{reply.payload.PATH}}"}) {
        const QString text = QString::fromLatin1(variable);
        connect(variables->addAction(text), &QAction::triggered, this,
                [this, text] { insert(text); });
    }
    m_memoryMenu = new QMenu(box);
    m_memoryMenu->setObjectName(u"history"_s);
    connect(m_memoryMenu, &QMenu::aboutToShow, this, &ComposerView::fillMenus);
    m_repeat = new QSpinBox(box);
    m_repeat->setRange(1, 1'000'000);
    m_repeat->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_repeat->setPrefix(u"× "_s);
    m_repeat->setToolTip(tr("How often it is sent"));
    m_repeat->setAccessibleName(tr("How often"));
    m_rate = new QDoubleSpinBox(box);
    m_rate->setRange(0.1, 100'000);
    m_rate->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_rate->setDecimals(1);
    m_rate->setValue(1);
    m_rate->setSuffix(tr(" /s"));
    m_rate->setAccessibleName(tr("So many a second"));
    m_wantsReply = new QCheckBox(tr("wait for a reply"), box);
    m_showsSequence = new QToolButton(box);
    m_showsSequence->setText(tr("Sequence"));
    m_showsSequence->setCheckable(true);
    m_showsSequence->setToolTip(tr("Several messages, sent as one"));
    m_send = new QPushButton(tr("Send  ⏎"), box);
    auto* line = new QHBoxLayout;
    line->setSpacing(6);
    line->addWidget(m_verdict, 1);
    line->addWidget(m_origin);
    line->addWidget(m_wantsReply);
    line->addWidget(m_repeat);
    line->addWidget(m_rate);
    line->addWidget(m_send);
    m_command = new QLineEdit(box);
    m_command->setReadOnly(true);
    m_command->setFrame(false);
    m_command->setFont(Theme::current().numberFont(9));
    m_command->setAccessibleName(tr("The same on the command line"));
    auto* copy = new QToolButton(box);
    copy->setText(tr("Copy"));
    copy->setToolTip(tr("Copy the command that sends the same"));
    connect(copy, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(command()); });
    auto* second = new QHBoxLayout;
    second->setSpacing(6);
    second->addWidget(format);
    second->addWidget(menuButton(tr("Insert"), variables, box));
    second->addWidget(menuButton(tr("History"), m_memoryMenu, box));
    second->addWidget(m_showsSequence);
    second->addWidget(m_command, 1);
    second->addWidget(copy);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins({});
    column->setSpacing(4);
    column->addLayout(line);
    column->addLayout(second);
    return box;
}

void ComposerView::connectParts()
{
    connect(m_target, &QComboBox::currentTextChanged, this, [this] {
        showTarget();
        onEdited();
    });
    connect(m_topic, &QLineEdit::textChanged, this, &ComposerView::onEdited);
    connect(m_host, &QLineEdit::textChanged, this, &ComposerView::onEdited);
    connect(m_payload, &QPlainTextEdit::textChanged, this, &ComposerView::onEdited);
    connect(m_fields, &DraftFields::edited, this, &ComposerView::onEdited);
    connect(m_headers, &HeaderTable::edited, this, &ComposerView::onEdited);
    connect(m_repeat, &QSpinBox::valueChanged, this, &ComposerView::onEdited);
    connect(m_rate, &QDoubleSpinBox::valueChanged, this, &ComposerView::onEdited);
    connect(m_wantsReply, &QCheckBox::toggled, this, &ComposerView::onEdited);
    connect(m_payload, &PayloadEdit::sendWanted, this, &ComposerView::send);
    connect(m_topic, &QLineEdit::returnPressed, this, &ComposerView::send);
    connect(m_host, &QLineEdit::returnPressed, this, [this] {
        if (m_desk->isArmedFor(target()))
            send();
        else
            toggleArmed();
    });
    connect(m_send, &QPushButton::clicked, this, [this] {
        if (m_desk->isRunning())
            m_desk->stop();
        else
            send();
    });
    connect(m_arm, &QPushButton::clicked, this, &ComposerView::toggleArmed);
    connect(m_desk, &InjectionDesk::armingChanged, this, &ComposerView::showArming);
    connect(m_desk, &InjectionDesk::armingChanged, this, &ComposerView::armingChanged);
    connect(m_desk, &InjectionDesk::happened, m_answers, &AnswerPane::add);
    connect(m_answers->followButton(), &QPushButton::clicked, this, [this] {
        if (m_sentRow)
            Q_EMIT effectsWanted(*m_sentRow);
    });
    connect(m_desk, &InjectionDesk::ended, this, &ComposerView::onEnded);
    connect(shared(), &SharedView::sessionChanged, this, &ComposerView::onSessionChanged);
    connect(shared(), &SharedView::dataGrew, this, &ComposerView::lookForSent);
    connect(shared(), &SharedView::dataGrew, this, &ComposerView::lookForAnswer);
}

void ComposerView::insert(const QString& variable)
{
    m_payload->insertPlainText(variable);
    m_payload->setFocus();
}

void ComposerView::fillMenus()
{
    qDeleteAll(m_memoryMenu->findChildren<QMenu*>(Qt::FindDirectChildrenOnly));
    m_memoryMenu->clear();
    const auto use = [this](const InjectionDraft& draft) {
        InjectionDraft filled = draft;
        filled.target = target();
        setDraft(filled);
    };
    const QString own = ComposerMemory::busKey(target());
    QMenu* forget = nullptr;
    for (const QString& bus :
         own.isEmpty() ? QStringList{QString()} : QStringList{own, QString()}) {
        for (const QString& name : m_memory.names(bus)) {
            const QString shown =
                u"★ "_s + (bus.isEmpty() ? name : tr("%1   (%2 only)").arg(name, bus));
            connect(m_memoryMenu->addAction(shown), &QAction::triggered, this,
                    [this, name, bus, use] {
                        if (const InjectionDraft* draft = m_memory.snippet(name, bus))
                            use(*draft);
                    });
            if (forget == nullptr)
                forget = new QMenu(tr("Forget"), m_memoryMenu);
            connect(forget->addAction(shown), &QAction::triggered, this,
                    [this, name, bus] { m_memory.forget(name, bus); });
        }
    }
    connect(m_memoryMenu->addAction(tr("Keep this…")), &QAction::triggered, this,
            [this] { askForName({}); });
    if (!own.isEmpty())
        connect(m_memoryMenu->addAction(tr("Keep this for %1 only…").arg(own)), &QAction::triggered,
                this, [this, own] { askForName(own); });
    if (forget != nullptr)
        m_memoryMenu->addMenu(forget);
    m_memoryMenu->addSeparator();
    for (const InjectionDraft& draft : m_memory.history()) {
        const QString text = QString::fromUtf8(draft.topic) + u"   "_s +
                             QString::fromUtf8(draft.payload.left(60)).simplified();
        connect(m_memoryMenu->addAction(text), &QAction::triggered, this,
                [draft, use] { use(draft); });
    }
    if (m_memory.history().empty())
        m_memoryMenu->addAction(tr("Nothing was sent yet"))->setEnabled(false);
}

/// Under which it is kept; one of that name is replaced.
void ComposerView::askForName(const QString& bus)
{
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Keep the message"));
    dialog->setLabelText(bus.isEmpty() ? tr("Its name, for every bus:")
                                       : tr("Its name, for %1 only:").arg(bus));
    dialog->setTextValue(m_topic->text());
    connect(dialog, &QInputDialog::textValueSelected, this,
            [this, bus](const QString& name) { m_memory.keep(name, draft(), bus); });
    dialog->open();
}

} // namespace murmur
