// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/connectiondetails.h"

#include "session/whynothing.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/connect/connecttext.h"

#include <QFormLayout>
#include <QLabel>
#include <QUrl>

namespace murmur {

using namespace Qt::StringLiterals;

ConnectionDetails::ConnectionDetails(const std::vector<ConnectionInfo>& connections,
                                     QWidget* parent)
    : QFrame(parent, Qt::Popup)
{
    const Theme& theme = Theme::current();
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setAccessibleName(tr("Details of the connection"));

    auto* form = new QFormLayout(this);
    form->setContentsMargins(16, 12, 16, 12);
    form->setHorizontalSpacing(16);
    form->setLabelAlignment(Qt::AlignLeft);
    const auto addRow = [&](const QString& name, const QString& text, const QFont& font) {
        if (text.isEmpty())
            return;
        auto* value = new QLabel(text, this);
        value->setFont(font);
        value->setWordWrap(true);
        value->setMinimumWidth(340);
        value->setMaximumWidth(420);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        form->addRow(name, value);
    };
    const QFont words = theme.interfaceFont();
    const QFont numbers = theme.numberFont();
    for (const ConnectionInfo& connection : connections) {
        auto* title = new QLabel(shortName(connection), this);
        QFont bold = words;
        bold.setBold(true);
        title->setFont(bold);
        form->addRow(title);
        addRow(tr("URL"), connection.url, numbers);
        addRow(tr("State"), stateWord(connection.state), words);
        addRow(tr("Detail"), connection.detail, words);
        addRow(tr("Listens to"), connection.subscribed.join(u", "_s), numbers);
        if (connection.state == ConnectionStatus::State::Up && connection.received == 0 &&
            !connection.subscribed.isEmpty())
            addRow(tr("Silence"), whyNothingComes(connection), words);
        if (connection.reconnects > 0)
            addRow(tr("Reconnects"), numberText(connection.reconnects), numbers);
        addRow(tr("Received"), numberText(connection.received), numbers);
        addRow(tr("Recorded"), numberText(connection.recorded), numbers);
        const QString lost = lostText(connection.lost, connection.lostIs);
        addRow(tr("Lost by us"), lost.isEmpty() ? tr("nothing") : lost, numbers);
        addRow(tr("Send to it"), hubCurlLine(QUrl(connection.url)), numbers);
        addRow(tr("Attaching changes"),
               connection.presence.isEmpty() ? whatAttachingChanges(QUrl(connection.url).scheme())
                                             : connection.presence.join(u' '),
               words);
    }
}

} // namespace murmur
