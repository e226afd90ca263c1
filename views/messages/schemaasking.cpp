// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/messages/schemaasking.h"

#include "session/schemafetch.h"
#include "session/session.h"
#include "views/base/sharedview.h"
#include "views/messages/payloadpane.h"

#include <QCoreApplication>
#include <QInputDialog>
#include <QPointer>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(SchemaAsking)
};

void fetchSchemas(const Session& session, PayloadPane& pane, const QString& text)
{
    const auto url = SchemaFetch::registryFrom(text);
    if (!url) {
        pane.say(u"▲ "_s + url.error().message);
        return;
    }
    delete pane.findChild<SchemaFetch*>(QString(),
                                        Qt::FindDirectChildrenOnly); // the person asks again
    auto* fetch = new SchemaFetch(session, &pane);
    QObject::connect(
        fetch, &SchemaFetch::finished, &pane, [&pane, fetch](const SchemaFetch::Report& report) {
            fetch->deleteLater();
            if (report.added > 0)
                pane.readAgain();
            pane.say(report.problem.isEmpty() ? report.sentence() : u"▲ "_s + report.sentence());
        });
    pane.say(Tr::tr("Looking for payloads that name a schema, and asking %1 for it …")
                 .arg(url->toString(QUrl::RemoveUserInfo)));
    fetch->start(*url);
}

} // namespace

void askForSchemas(const SharedView& shared, PayloadPane& pane)
{
    Session* session = shared.session();
    if (session == nullptr)
        return;
    auto* dialog = new QInputDialog(&pane);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(Tr::tr("Schemas from a registry"));
    dialog->setLabelText(Tr::tr("URL of the registry (Confluent's HTTP interface), for example "
                                "http://box:8081:"));
    dialog->setTextValue(SchemaFetch::registryOf(*session->dictionaries()));
    QObject::connect(dialog, &QInputDialog::textValueSelected, &pane,
                     [&pane, at = QPointer<const Session>(session)](const QString& text) {
                         if (at) // else another recording was opened meanwhile
                             fetchSchemas(*at, pane, text);
                     });
    dialog->open();
}

} // namespace murmur
