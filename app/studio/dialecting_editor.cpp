// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The editor of dialects: what it is opened with, and where a dialect holds from now on.

#include "bus/connection.h"
#include "bus/fleet.h"
#include "bus/profile.h"
#include "dialecting.h"
#include "mainwindow.h"
#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/dialect/dialecteditor.h"

#include <QFileInfo>
#include <QMenu>
#include <QUrl>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kLongestName = 48;
const QString kDialectItem = u"dialect="_s;

bool isSameHost(const QUrl& one, const QUrl& other)
{
    return one.scheme() == other.scheme() && one.host() == other.host() &&
           one.port() == other.port();
}

} // namespace

QString dialectNameFor(const QString& url)
{
    const QUrl bus(url);
    QString name = bus.scheme();
    if (!bus.host().isEmpty())
        name += u'-' + bus.host();
    if (bus.port() > 0)
        name += u'-' + QString::number(bus.port());
    QString safe;
    for (const QChar c : name) {
        const bool isPlain = c.isLetterOrNumber() || c == u'-' || c == u'_' || c == u'.';
        safe += isPlain ? c : u'-';
    }
    while (safe.startsWith(u'.') || safe.startsWith(u'-'))
        safe.remove(0, 1);
    // Not that of a dialect of ours, such as "rosbridge".
    return safe.isEmpty()         ? u"bus"_s
           : bus.host().isEmpty() ? safe.left(kLongestName) + u"-bus"_s
                                  : safe.left(kLongestName);
}

QString withDialect(const QString& connection, const QString& dialect)
{
    const qsizetype question = connection.indexOf(u'?');
    QStringList items;
    if (question >= 0)
        items = connection.mid(question + 1).split(u'&', Qt::SkipEmptyParts);
    items.removeIf([](const QString& item) { return item.startsWith(kDialectItem); });
    items << kDialectItem + QString::fromLatin1(QUrl::toPercentEncoding(dialect));
    return connection.left(question < 0 ? connection.size() : question) + u'?' + items.join(u'&');
}

bool Dialecting::takes(const QStringList& files)
{
    return files.size() == 1 && files.front().endsWith(u".dialect.json"_s, Qt::CaseInsensitive);
}

std::shared_ptr<const UserDialect> Dialecting::keptFor(std::uint32_t connection) const
{
    if (!m_looked.sample)
        return nullptr;
    for (const DialectRule& rule : m_looked.sample->kept) {
        if (!rule.connection || *rule.connection == connection)
            return rule.user;
    }
    return nullptr;
}

UserDialect Dialecting::proposedFor(std::uint32_t connection) const
{
    UserDialect dialect = dialectOf(m_looked.suggestions, connection, {});
    dialect.name = dialectNameFor(urlOf(connection)).toStdString();
    return dialect;
}

DialectEditor* Dialecting::edit()
{
    if (m_editor) {
        m_editor->raise();
        m_editor->activateWindow();
        return m_editor;
    }
    m_editor = new DialectEditor(UserDialects::usualDirectory(), &m_window);
    m_editor->setAttribute(Qt::WA_DeleteOnClose);
    wireEditor();
    m_editor->setSample(m_looked.sample);
    std::optional<std::uint32_t> connection =
        m_question ? std::optional(m_question->connection) : m_connection;
    if (!connection && !m_looked.suggestions.empty())
        connection = m_looked.suggestions.front().connection;
    if (!connection && m_looked.sample && !m_looked.sample->connections.empty())
        connection = m_looked.sample->connections.front().id;
    const auto kept = connection ? keptFor(*connection) : nullptr;
    const QString path = kept ? UserDialects::usualDirectory() + u'/' +
                                    QString::fromStdString(kept->name) + u".dialect.json"_s
                              : QString();
    if (connection)
        m_editor->setConnection(connection);
    if (kept && UserDialects::named(QString::fromStdString(kept->name)).ok())
        m_editor->openFile(path);
    else if (kept)
        m_editor->begin(*kept);
    else if (connection && !m_looked.suggestions.empty()) {
        m_editor->begin(proposedFor(*connection));
        m_editor->say(tr("This is what the traffic proposes. Ctrl+Z takes it back."));
    }
    m_editor->show();
    m_editor->activateWindow();
    return m_editor;
}

void Dialecting::wireEditor()
{
    const auto showApply = [this] {
        if (!m_editor)
            return;
        const StudioSession* session = m_window.session();
        if (session->isRecording() && m_window.shared()->session())
            m_editor->setApply(tr("Apply from now on"),
                               tr("What comes is read by it; what came before, when the recording "
                                  "ends (Ctrl+Enter)"));
        else if (m_window.shared()->session())
            m_editor->setApply(session->paths().size() == 1 ? tr("Apply to this recording")
                                                            : tr("Apply to these recordings"),
                               tr("Reads what is open again in the background; the messages stay "
                                  "(Ctrl+Enter)"));
        else
            m_editor->setApply({}, {});
    };
    showApply();
    connect(m_window.session(), &StudioSession::stateChanged, m_editor, showApply);
    connect(m_window.session(), &StudioSession::opened, m_editor, showApply);
    connect(m_editor, &DialectEditor::applyRequested, this, [this] {
        const auto dialect = m_editor->dialect();
        // A recording that runs is told its name, so it has to be found by that.
        const bool isReady =
            dialect && (!m_window.session()->isRecording() || m_editor->saveByName());
        if (isReady)
            use(dialect, m_editor->connection());
    });
    connect(m_editor->targetMenu(), &QMenu::aboutToShow, this, &Dialecting::showTargets);
    connect(m_editor, &DialectEditor::targetChosen, this, &Dialecting::useTarget);
}

void Dialecting::showTargets()
{
    m_targets.clear();
    QStringList texts;
    std::vector<QUrl> buses;
    if (m_looked.sample) {
        for (const MessageSample::Connection& one : m_looked.sample->connections) {
            if (!m_editor->connection() || one.id == *m_editor->connection())
                buses.emplace_back(QString::fromStdString(one.url));
        }
    }
    const auto profiles = Profiles::load();
    for (const Profile& profile : profiles ? profiles->all() : std::vector<Profile>()) {
        for (const QString& connection : profile.connections) {
            const auto urls = fleetFromText(connection);
            const bool isThat = urls && std::ranges::any_of(*urls, [&buses](const QUrl& url) {
                                    return std::ranges::any_of(buses, [&url](const QUrl& bus) {
                                        return isSameHost(url, bus);
                                    });
                                });
            if (!isThat)
                continue;
            m_targets.emplace_back(profile.name, connection);
            texts << tr("Profile %1: %2").arg(profile.name, connection);
        }
    }
    m_editor->setTargets(texts);
}

void Dialecting::useTarget(qsizetype target)
{
    const auto dialect = m_editor->dialect();
    if (!dialect || target < 0 || std::cmp_greater_equal(target, m_targets.size()))
        return;
    const auto& [name, connection] = m_targets[static_cast<std::size_t>(target)];
    auto profiles = Profiles::load();
    auto profile = profiles ? profiles->find(name) : Result<Profile>(profiles.error());
    if (profile) {
        const QString with = withDialect(connection, QString::fromStdString(dialect->name));
        profile->connections.replaceInStrings(connection, with);
        const Status put = profiles->put(*profile);
        if (put)
            m_editor->say(tr("Whenever profile %1 is attached, %2 is read by %3.")
                              .arg(name, connection, QString::fromStdString(dialect->name)));
        else
            m_editor->say(put.error().message, true);
        return;
    }
    m_editor->say(profile.error().message, true);
}

void Dialecting::openFile(const QString& path)
{
    DialectEditor* const editor = edit();
    editor->whenKept([editor, path] { editor->openFile(path); });
}

bool Dialecting::holdsBack(std::function<void()> then)
{
    if (!m_editor || !m_editor->isChanged())
        return false;
    m_editor->raise();
    m_editor->closeThen([this, then] {
        m_editor.clear();
        then();
    });
    return true;
}

} // namespace murmur
