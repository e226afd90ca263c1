// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "helppages.h"

#include "panekeys.h"
#include "viewregistry.h"

#include "views/base/theme.h"
#include "views/connect/connecttext.h"

#include <QAction>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QMenu>
#include <QSet>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Help)
};

QString row(const QString& keys, const QString& what)
{
    return u"<tr><td style='padding:3px 28px 3px 0'><code>%1</code></td><td>%2</td></tr>"_s.arg(
        keys.toHtmlEscaped(), what.toHtmlEscaped());
}

QStringList viewTitles()
{
    QStringList titles;
    for (const ViewEntry& entry : viewEntries())
        titles << viewTitle(entry);
    return titles;
}

QString codeBlock(const QString& code)
{
    return u"<pre style='margin:6px 0 12px 0'>%1</pre>"_s.arg(code.toHtmlEscaped());
}

} // namespace

HelpText shortcutHelp(const std::vector<QAction*>& actions)
{
    QString rows;
    QSet<const QAction*> listed; // some stand in two menus
    for (const QAction* action : actions) {
        if (action->shortcut().isEmpty() || listed.contains(action))
            continue;
        listed.insert(action);
        QString text = action->text();
        text.remove(u'&');
        QStringList keys;
        for (const QKeySequence& key : action->shortcuts())
            keys << key.toString(QKeySequence::NativeText);
        rows += row(keys.join(Tr::tr(" or ")),
                    viewTitles().contains(text) ? Tr::tr("Show or hide: %1").arg(text) : text);
    }
    rows += row(Tr::tr("Enter, Esc"), Tr::tr("In the filter: apply it, clear it"));
    rows += row(Tr::tr("Tab, Down, Ctrl+Space"), Tr::tr("In the filter: what can come next"));
    rows += row(Tr::tr("Wheel, drag"), Tr::tr("Over a time axis: zoom, move"));
    rows += row(Tr::tr("Drag a tab or a header"), Tr::tr("Move the pane to another place"));
    QString panes;
    QString last = u"?"_s;
    for (const PaneKey& key : paneKeys()) {
        const ViewEntry* entry = key.view ? viewEntry(QString::fromLatin1(key.view)) : nullptr;
        const QString title = entry ? viewTitle(*entry) : Tr::tr("In several panes");
        if (title != last)
            panes += u"<tr><td colspan='2' style='padding:10px 0 2px 0'><b>%1</b></td></tr>"_s.arg(
                title.toHtmlEscaped());
        last = title;
        panes +=
            row(QString::fromUtf8(key.keys), QCoreApplication::translate("PaneKeys", key.what));
    }
    return {Tr::tr("Shortcuts"), u"<p>%1</p><table>%2</table><p>%3</p><table>%4</table>"_s.arg(
                                     Tr::tr("Everywhere in the window:"), rows,
                                     Tr::tr("In a pane, while it has the keyboard:"), panes)};
}

HelpText hubHelp(const std::vector<ConnectionInfo>& connections)
{
    QString curl;
    QString socket = u"ws://127.0.0.1:7777"_s;
    for (const ConnectionInfo& connection : connections) {
        const QUrl url(connection.url);
        if (!hubCurlLine(url).isEmpty()) {
            curl = hubCurlLine(url);
            socket = u"ws://%1:%2"_s.arg(url.host()).arg(url.port());
        }
    }
    QString html;
    if (curl.isEmpty()) {
        curl = hubCurlLine(QUrl(u"listen://127.0.0.1:7777"_s));
        html += u"<p>%1</p>"_s.arg(
            Tr::tr("Open a hub with Connect ▸ Attach to a bus… and a URL like this one:"));
        html += codeBlock(u"listen://127.0.0.1:7777"_s);
    }
    html += u"<p>%1</p>"_s.arg(Tr::tr("One message from a shell:"));
    html += codeBlock(curl);
    html += u"<p>%1</p>"_s.arg(
        Tr::tr("Programs open a WebSocket to %1 and send one JSON object per text frame; an array "
               "is a batch. Only the topic is required:")
            .arg(socket.toHtmlEscaped()));
    html += codeBlock(
        uR"({"topic":"swarm.cmd.assign","from":"planner-1","to":"router","kind":"command",)"
        u"\n \"payload\":{\"task\":8812}}"_s);
    html += u"<p>%1</p>"_s.arg(Tr::tr(
        "To receive what others send, subscribe; a subscriber that cannot keep up is cut off and "
        "counted, never waited for:"));
    html += codeBlock(uR"({"op":"subscribe","topics":["swarm.*"]})"_s);
    html += u"<p>%1</p>"_s.arg(
        Tr::tr("HTTP POST takes one object, an array, or JSON lines under the same rules. Binary "
               "frames are recorded as they are, with the path as topic. What cannot be read is "
               "recorded too, with the reason."));
    return {Tr::tr("Sending to the hub"), html};
}

HelpText noticesHelp(const QStringList& lines)
{
    QString html;
    for (const QString& line : lines)
        html += u"<p>%1</p>"_s.arg(line.toHtmlEscaped());
    return {Tr::tr("Notices"), html.isEmpty() ? Tr::tr("Nothing was said so far.") : html};
}

HelpText aboutHelp()
{
    return {Tr::tr("About Murmurscope"),
            u"<p><b>Murmurscope %1</b></p><p>%2</p><p>%3</p><p>%4</p>"_s.arg(
                QLatin1StringView(MURMUR_VERSION),
                Tr::tr("An oscilloscope for swarms: records everything that agents say to each "
                       "other and shows who said what to whom, how long it took and what went "
                       "wrong."),
                Tr::tr("Copyright 2026 The Murmurscope authors. Free software under the GNU "
                       "General Public License, version 3 or later; it comes with no warranty."),
                Tr::tr("Built with Qt %1 and QCustomPlot.").arg(QLatin1StringView(qVersion())))};
}

HelpPage::HelpPage(const HelpText& text, QWidget* parent)
    : QDialog(parent)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(text.title);
    resize(660, 520);
    auto* browser = new QTextBrowser(this);
    browser->setOpenExternalLinks(true);
    browser->document()->setDefaultStyleSheet(
        u"code, pre { font-family: '%1'; font-size: 9.5pt; color: %2; }"_s.arg(
            Theme::current().numberFont().families().value(0),
            Theme::current().interaction.name()));
    browser->setHtml(u"<h2>%1</h2>%2"_s.arg(text.title.toHtmlEscaped(), text.html));
    browser->setAccessibleName(text.title);
    browser->document()->setDocumentMargin(18);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 10);
    column->addWidget(browser);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(12, 0, 12, 0);
    foot->addWidget(buttons);
    column->addLayout(foot);
}

} // namespace murmur
