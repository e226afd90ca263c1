// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/connectdialog.h"

#include "bus/fleet.h"
#include "bus/listening.h"
#include "session/intake.h"
#include "views/base/theme.h"
#include "views/connect/profileform.h"
#include "views/connect/profilelist.h"
#include "views/connect/secretrow.h"
#include "views/connect/topicchooser.h"
#include "views/connect/trialpane.h"
#include "views/connect/urlitems.h"

#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

QString draggedFile(const QMimeData* data)
{
    const auto urls = data->urls();
    return urls.size() == 1 ? urls.front().toLocalFile() : QString();
}

} // namespace

ConnectDialog::ConnectDialog(Options options, QWidget* parent)
    : QDialog(parent)
    , m_options(std::move(options))
    , m_list(new ProfileList(this))
    , m_form(new ProfileForm(this))
    , m_trial(new TrialPane(this))
    , m_note(new QLabel(this))
{
    setWindowTitle(tr("Connect"));
    setAcceptDrops(true);
    resize(1080, 760);
    build();
    load();
    const auto last = m_profiles.find(m_options.lastProfile);
    if (last)
        showProfile(last->name);
    else if (!m_profiles.all().empty())
        showProfile(m_profiles.all().front().name);
    else
        newProfile();
}

ConnectDialog::~ConnectDialog() = default;

void ConnectDialog::build()
{
    auto* right = new QSplitter(Qt::Vertical, this);
    right->addWidget(m_form);
    right->addWidget(m_trial);
    right->setStretchFactor(0, 3);
    right->setStretchFactor(1, 2);
    right->setChildrenCollapsible(false);
    right->setHandleWidth(1);
    right->setSizes({380, 320});
    m_list->setFixedWidth(276);
    auto* across = new QHBoxLayout;
    across->setSpacing(18);
    across->addWidget(m_list);
    across->addWidget(right, 1);

    m_test = new QPushButton(tr("&Test"), this);
    m_save = new QPushButton(tr("&Save"), this);
    auto* close = new QPushButton(tr("&Close"), this);
    m_attach = new QPushButton(tr("&Attach"), this);
    m_test->setToolTip(tr("Attach without recording, and show the first messages (Ctrl+T)"));
    m_test->setShortcut(QKeySequence(u"Ctrl+T"_s));
    m_save->setShortcut(QKeySequence::Save);
    m_save->setToolTip(tr("Keep this as a profile (Ctrl+S)"));
    m_attach->setToolTip(m_options.isRecording
                             ? tr("Add it to the recording that is running (Ctrl+Enter)")
                             : tr("Record what is said from now on (Ctrl+Enter)"));
    for (QPushButton* button : {m_test, m_save, close})
        button->setAutoDefault(false);
    m_attach->setDefault(true);
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_note->setAccessibleName(tr("What came of it"));
    auto* foot = new QHBoxLayout;
    foot->addWidget(m_note, 1);
    foot->setSpacing(8);
    for (QPushButton* button : {m_test, m_save, close, m_attach}) {
        button->setMinimumSize(88, 30);
        foot->addWidget(button);
    }

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(18, 16, 18, 14);
    column->setSpacing(12);
    column->addLayout(across, 1);
    column->addLayout(foot);

    connect(m_test, &QPushButton::clicked, this, &ConnectDialog::test);
    connect(m_save, &QPushButton::clicked, this, &ConnectDialog::save);
    connect(m_attach, &QPushButton::clicked, this, &ConnectDialog::attach);
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_form, &ProfileForm::edited, this, &ConnectDialog::keepDraft);
    connect(m_form, &ProfileForm::topicsRequested, this, &ConnectDialog::chooseTopicsOfLine);
    connect(m_list, &ProfileList::chosen, this, &ConnectDialog::showProfile);
    connect(m_list, &ProfileList::activated, this, &ConnectDialog::attach);
    connect(m_list, &ProfileList::newRequested, this, [this] { newProfile(); });
    connect(m_list, &ProfileList::duplicateRequested, this, [this] {
        Profile copy = m_form->profile();
        for (QString* place : {&copy.token, &copy.password, &copy.keyPassword}) {
            // What lies in the keychain lies there under the other name.
            if (*place == u"keychain"_s)
                place->clear();
        }
        copy.name = freeName(copy.name);
        newProfile(copy);
    });
    connect(m_list, &ProfileList::deleteRequested, this, &ConnectDialog::remove);
    connect(m_list, &ProfileList::undoRequested, this, &ConnectDialog::undoRemove);
    connect(m_list, &ProfileList::importRequested, this, &ConnectDialog::askForImport);
    connect(m_list, &ProfileList::exportRequested, this, &ConnectDialog::askForExport);
    connect(m_trial, &TrialPane::ended, this, [this] { m_isBusy = false; });
    connect(m_trial, &TrialPane::narrowRequested, this, &ConnectDialog::narrow);
}

void ConnectDialog::load()
{
    auto profiles = Profiles::load(m_options.profilesPath);
    if (!profiles) {
        say(profiles.error().message, true);
        m_save->setEnabled(false); // it would overwrite what could not be read
        return;
    }
    m_profiles = std::move(*profiles);
    m_list->setProfiles(m_profiles.all());
}

void ConnectDialog::say(const QString& sentence, bool isBad)
{
    QPalette palette = m_note->palette();
    palette.setColor(QPalette::WindowText,
                     isBad ? Theme::current().bad : Theme::current().secondary);
    m_note->setPalette(palette);
    m_note->setText(sentence);
}

void ConnectDialog::newProfile(const Profile& from)
{
    m_current.clear();
    m_list->select({});
    m_form->setProfile(from);
    m_trial->end();
    say({});
    m_form->focusConnections();
}

void ConnectDialog::showProfile(const QString& name)
{
    const auto profile = m_profiles.find(name);
    if (!profile)
        return;
    if (name != m_current)
        m_trial->end();
    m_current = name;
    m_form->setProfile(m_drafts.value(name, *profile));
    m_list->select(name);
    say({});
}

void ConnectDialog::keepDraft()
{
    say({});
    if (m_current.isEmpty())
        return;
    const auto saved = m_profiles.find(m_current);
    const Profile now = m_form->profile();
    if (saved && *saved == now)
        m_drafts.remove(m_current);
    else
        m_drafts[m_current] = now;
    m_list->setEdited(QSet<QString>(m_drafts.keyBegin(), m_drafts.keyEnd()));
}

void ConnectDialog::withOptions(std::function<void(const ConnectionOptions&)> then)
{
    auto options = std::make_shared<ConnectionOptions>();
    auto open = std::make_shared<int>(static_cast<int>(std::size(kSecretKinds)));
    auto hasFailed = std::make_shared<bool>(false);
    Profile profile = m_form->profile();
    // The keychain knows it by its saved name.
    if (!m_current.isEmpty())
        profile.name = m_current;
    for (const SecretKind kind : kSecretKinds) {
        QByteArray& place = kind == SecretKind::Token      ? options->token
                            : kind == SecretKind::Password ? options->password
                                                           : options->keyPassword;
        const auto take = [this, options, open, hasFailed, then, kind,
                           &place](const Result<QByteArray>& secret) {
            if (!secret && !std::exchange(*hasFailed, true)) {
                m_isBusy = false;
                m_form->showSecretError(kind, secret.error().message);
            } else if (secret) {
                place = *secret;
            }
            if (--*open == 0 && !*hasFailed)
                then(*options);
        };
        if (const QByteArray typed = m_form->typed(kind); !typed.isEmpty())
            take(typed);
        else
            m_options.secrets->read(profile, kind).then(this, take);
    }
}

void ConnectDialog::test()
{
    // A test says of each bus how it is.
    if (m_isBusy || !m_form->check(false, false))
        return;
    m_isBusy = true;
    say({});
    withOptions([this](const ConnectionOptions& options) {
        const Profile profile = m_form->profile();
        const auto urls = profile.urls();
        const auto begin = [this, urls = *urls, options, rules = rulesOf(profile)] {
            m_isBusy = false;
            if (auto begun = m_trial->begin(urls, options, rules); !begun)
                say(begun.error().message, true);
        };
        // A port of ours is free only when the last test has let go of it.
        connect(m_trial, &TrialPane::ended, this, begin, Qt::SingleShotConnection);
        m_trial->end();
    });
}

void ConnectDialog::attach()
{
    if (m_isBusy || m_isAttaching || !m_form->check(false))
        return;
    m_isBusy = true;
    withOptions([this](const ConnectionOptions& options) {
        m_isBusy = false;
        const Profile profile = m_form->profile();
        AttachWish wish;
        wish.urls = *profile.urls();
        wish.options = options;
        wish.rules = rulesOf(profile);
        if (wish.urls.size() == 1)
            wish.options.name = profile.name;
        // Of one that names no topic a person chooses first.
        chooseTopics(this, wish, [this](const AttachWish& chosen) { leaveWith(chosen); });
    });
}

/// A port of ours must be free before the recording wants it.
void ConnectDialog::leaveWith(const AttachWish& wish)
{
    if (std::exchange(m_isAttaching, true))
        return;
    connect(
        m_trial, &TrialPane::ended, this,
        [this, wish] {
            accept();
            Q_EMIT attachRequested(wish);
        },
        Qt::SingleShotConnection);
    m_trial->end();
}

void ConnectDialog::chooseTopicsOfLine()
{
    const QString line = m_form->currentConnection();
    const auto urls = fleetFromText(line);
    if (line.isEmpty() || !urls || urls->size() != 1) {
        m_form->showConnectionError(
            urls ? tr("Put the cursor on the line of one bus, to choose its topics.")
                 : urls.error().message);
        return;
    }
    withOptions([this, url = urls->front()](const ConnectionOptions& options) {
        auto* chooser = new TopicChooser(url, options, this);
        chooser->setAttribute(Qt::WA_DeleteOnClose);
        connect(chooser, &TopicChooser::chosen, this, [this](const PickedTopics& picked) {
            QStringList lines;
            for (const QUrl& chosen : picked.urls)
                lines << chosen.toString(QUrl::FullyEncoded);
            m_form->replaceConnection(lines, picked.exclude);
        });
        chooser->open();
    });
}

void ConnectDialog::narrow(const QUrl& url, const QStringList& patterns)
{
    const auto narrowed = narrowedUrl(url, patterns);
    if (!narrowed) {
        say(narrowed.error().message, true);
        return;
    }
    const QString text = narrowed->toString(QUrl::FullyEncoded);
    QStringList lines = m_form->profile().connections;
    for (QString& line : lines) {
        const auto urls = fleetFromText(line);
        if (!urls || std::ranges::find(*urls, url) == urls->end())
            continue;
        for (const QString& item : {u"pattern"_s, u"subject"_s, u"topic"_s}) {
            if (!urlItem(text, item).isEmpty())
                line = withUrlItem(line, item, patterns.join(u','));
        }
    }
    m_form->setConnections(lines);
    say(tr("It will listen to %1. Test it again, save it, or attach.").arg(patterns.join(u", "_s)));
}

void ConnectDialog::dragEnterEvent(QDragEnterEvent* event)
{
    if (!draggedFile(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void ConnectDialog::dropEvent(QDropEvent* event)
{
    event->acceptProposedAction();
    importFile(draggedFile(event->mimeData()));
}

void ConnectDialog::keyPressEvent(QKeyEvent* event)
{
    // In a field of several lines Enter is a new line.
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) &&
        event->modifiers().testFlag(Qt::ControlModifier)) {
        attach();
        return;
    }
    QDialog::keyPressEvent(event);
}

void ConnectDialog::done(int result)
{
    m_trial->end();
    forgetRemoved();
    QDialog::done(result);
}

} // namespace murmur
