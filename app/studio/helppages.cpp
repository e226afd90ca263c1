// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "helppages.h"

#include "views/base/theme.h"
#include "views/connect/connecttext.h"

#include <QAction>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QMenu>
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

QString codeBlock(const QString& code)
{
    return u"<pre style='margin:6px 0 12px 0'>%1</pre>"_s.arg(code.toHtmlEscaped());
}

} // namespace

HelpText shortcutHelp(const std::vector<QAction*>& actions)
{
    QString rows;
    for (const QAction* action : actions) {
        if (action->shortcut().isEmpty())
            continue;
        QString text = action->text();
        text.remove(u'&');
        rows += row(action->shortcut().toString(QKeySequence::NativeText),
                    action->isCheckable() ? Tr::tr("Show or hide: %1").arg(text) : text);
    }
    rows += row(Tr::tr("Enter, Esc"), Tr::tr("In the filter: apply it, clear it"));
    rows += row(Tr::tr("Wheel, drag"), Tr::tr("Over a time axis: zoom, move"));
    return {Tr::tr("Shortcuts"), u"<table>%1</table>"_s.arg(rows)};
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
