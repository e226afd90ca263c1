// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/firstpage.h"

#include "resources/icons.h"
#include "views/base/theme.h"
#include "views/connect/attachedit.h"
#include "views/connect/foundbuses.h"

#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QResizeEvent>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

/// At 100 %.
constexpr int kBeside = 760;

/// A ground with a hairline; the three choices stand on one each.
class Card : public QFrame
{
public:
    Card(const QString& sign, const QString& title, const QString& words, QWidget* parent)
        : QFrame(parent)
        , m_column(new QVBoxLayout(this))
    {
        auto* heading = new QLabel(title, this);
        QFont font = Theme::current().interfaceFont(13);
        font.setWeight(QFont::DemiBold);
        heading->setFont(font);
        auto* text = new QLabel(words, this);
        text->setWordWrap(true);
        text->setForegroundRole(QPalette::PlaceholderText);
        m_column->setContentsMargins(20, 18, 20, 18);
        m_column->setSpacing(10);
        auto* mark = new QLabel(this);
        mark->setPixmap(icon(sign).pixmap(QSize(20, 20)));
        auto* line = new QHBoxLayout;
        line->setSpacing(10);
        line->addWidget(mark);
        line->addWidget(heading, 1);
        m_column->addLayout(line);
        m_column->addWidget(text);
    }
    QVBoxLayout* column() { return m_column; }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Theme& theme = Theme::current();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(theme.hairline);
        painter.setBrush(theme.pane);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    }

private:
    QVBoxLayout* m_column;
};

QPushButton* bigButton(const QString& text, QWidget* parent)
{
    auto* button = new QPushButton(text, parent);
    button->setMinimumHeight(36);
    return button;
}

} // namespace

FirstPage::FirstPage(QWidget* parent)
    : QWidget(parent)
    , m_attach(new AttachEdit(this))
    , m_found(new FoundBuses(this))
    , m_foundTitle(new QLabel(tr("On this machine"), this))
    , m_recent(new QListWidget(this))
    , m_recentTitle(new QLabel(tr("Recent recordings"), this))
{
    auto* title = new QLabel(tr("Hear what your agents say to each other"), this);
    QFont large = Theme::current().interfaceFont(20);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    auto* promise = new QLabel(
        tr("Everything that is heard is recorded into one file. Nothing is ever sent until you "
           "arm it."),
        this);
    promise->setForegroundRole(QPalette::PlaceholderText);

    auto* demo = new Card(u"demo"_s, tr("Start the demo"),
                          tr("A warehouse swarm with planners, robots on three sites, a vision "
                             "model and a crew. It talks over a hub on this computer only."),
                          this);
    auto* demoButton = bigButton(tr("Start the demo s&warm"), demo);
    demoButton->setDefault(true);
    demo->column()->addStretch(1);
    demo->column()->addWidget(demoButton);

    auto* attach = new Card(u"plug"_s, tr("Attach to a bus"),
                            tr("Record what is said on it, from now on."), this);
    attach->column()->addStretch(1);
    attach->column()->addWidget(m_attach);
    auto* profiles = new QPushButton(tr("&Profiles, encryption, test…"), attach);
    profiles->setToolTip(tr("Save connections under a name, and try them first (Ctrl+Shift+O)"));
    attach->column()->addWidget(profiles);
    connect(profiles, &QPushButton::clicked, this, &FirstPage::connectRequested);

    auto* open =
        new Card(u"folder"_s, tr("Open a recording"),
                 tr("A .murmur file. You can also drag one anywhere into this window."), this);
    auto* openButton = bigButton(tr("&Open…"), open);
    open->column()->addStretch(1);
    open->column()->addWidget(openButton);

    m_cards = new QHBoxLayout;
    m_cards->setSpacing(16);
    m_cards->addWidget(demo, 3);
    m_cards->addWidget(attach, 4);
    m_cards->addWidget(open, 3);

    QFont bold = Theme::current().interfaceFont();
    bold.setBold(true);
    m_recentTitle->setFont(bold);
    m_foundTitle->setFont(bold);
    m_foundTitle->hide();
    m_attach->setLooksForBuses(false); // the list below does
    m_recent->setAccessibleName(tr("Recent recordings"));
    m_recent->setFrameShape(QFrame::NoFrame);
    m_recent->setMaximumHeight(240);
    m_recent->setMinimumHeight(60);

    auto* middle = new QWidget(this);
    middle->setMaximumWidth(1080);
    auto* column = new QVBoxLayout(middle);
    column->setSpacing(12);
    column->addWidget(title);
    column->addWidget(promise);
    column->addSpacing(12);
    column->addLayout(m_cards);
    column->addSpacing(16);
    column->addWidget(m_foundTitle);
    column->addWidget(m_found);
    column->addWidget(m_recentTitle);
    column->addWidget(m_recent);

    auto* across = new QHBoxLayout;
    across->addStretch(1);
    across->addWidget(middle, 20);
    across->addStretch(1);
    auto* page = new QVBoxLayout(this);
    page->addStretch(2);
    page->addLayout(across);
    page->addStretch(3);

    setFocusProxy(demoButton);
    setTabOrder(demoButton, m_attach);
    setTabOrder(m_attach, profiles);
    setTabOrder(profiles, openButton);
    setTabOrder(openButton, m_found);
    setTabOrder(m_found, m_recent);
    connect(demoButton, &QPushButton::clicked, this, &FirstPage::demoRequested);
    connect(openButton, &QPushButton::clicked, this, &FirstPage::browseRequested);
    connect(m_attach, &AttachEdit::attachRequested, this, &FirstPage::attachRequested);
    connect(m_attach, &AttachEdit::linkRequested, this, &FirstPage::linkRequested);
    connect(m_found, &FoundBuses::busChosen, m_attach, &AttachEdit::attachTo);
    connect(m_found, &FoundBuses::foundAny, m_foundTitle, &QLabel::setVisible);
    connect(m_recent, &QListWidget::itemActivated, this, [this](const QListWidgetItem* item) {
        Q_EMIT openRequested(item->data(Qt::UserRole).toString());
    });
    connect(m_recent, &QListWidget::itemClicked, m_recent, &QListWidget::itemActivated);
    showRecentFiles({});
}

void FirstPage::setRecentUrls(const QStringList& urls)
{
    m_attach->setRecentUrls(urls);
}

void FirstPage::setRecentFiles(const QStringList& paths)
{
    const quint64 generation = ++m_generation;
    lookAtFiles(paths).then(this, [this, generation](const std::vector<RecentFile>& files) {
        if (generation == m_generation)
            showRecentFiles(files);
    });
}

void FirstPage::showRecentFiles(const std::vector<RecentFile>& files)
{
    m_recent->clear();
    const QDateTime now = QDateTime::currentDateTime();
    for (const RecentFile& file : files) {
        const QFileInfo info(file.path);
        QString folder = QDir::toNativeSeparators(info.path());
        if (folder.startsWith(QDir::homePath()))
            folder.replace(0, QDir::homePath().size(), u"~"_s);
        auto* item =
            new QListWidgetItem(tr("%1    %2    %3", "file name, size and date, folder")
                                    .arg(info.fileName(), recentFileNote(file, now), folder),
                                m_recent);
        item->setData(Qt::UserRole, file.path);
        if (!file.exists)
            item->setFlags(item->flags() & ~Qt::ItemIsEnabled);
    }
    m_recentTitle->setVisible(!files.empty());
    m_recent->setVisible(!files.empty());
}

void FirstPage::focusUrl()
{
    m_attach->focusText();
}

void FirstPage::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), Theme::current().ground);
}

void FirstPage::resizeEvent(QResizeEvent* event)
{
    // Beside each other they would have no room for their words.
    const bool isNarrow = event->size().width() < kBeside * Theme::size().textPercent / 100;
    m_cards->setDirection(isNarrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    QWidget::resizeEvent(event);
}

} // namespace murmur
