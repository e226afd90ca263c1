// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/codecbutton.h"

#include "codec/codec.h"

#include <QActionGroup>
#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>
#include <QMenu>

using namespace Qt::StringLiterals;

namespace murmur {

CodecButton::CodecButton(QWidget* parent)
    : QToolButton(parent)
    , m_menu(new QMenu(this))
{
    setProperty("flat", true);
    setPopupMode(QToolButton::InstantPopup);
    setMenu(m_menu);
    setAccessibleName(tr("How the payload is read"));
    m_menu->setToolTipsVisible(true);
    connect(m_menu, &QMenu::aboutToShow, this, &CodecButton::fill);
    say({}, {}, {});
}

void CodecButton::say(const QString& codec, const QString& chosen, const QString& topic)
{
    m_chosen = chosen;
    m_topic = topic;
    const QString name = codec.isEmpty() ? tr("bytes") : codec;
    setText((chosen.isEmpty() ? name : tr("%1, by hand").arg(chosen)) + u" ▾"_s);
    setToolTip(chosen.isEmpty() ? tr("How the payload is read: %1, found by itself.\n"
                                     "Click to choose for the topic.")
                                      .arg(name)
                                : tr("Payloads of %1 are read as %2, as you chose.\n"
                                     "Click to choose again.")
                                      .arg(topic, chosen));
}

void CodecButton::fill()
{
    m_menu->clear();
    auto* group = new QActionGroup(m_menu);
    const auto add = [&](const QString& text, const QString& codec, const QString& tip) {
        QAction* action =
            m_menu->addAction(text, this, [this, codec] { Q_EMIT picked(codec, {}); });
        action->setCheckable(true);
        action->setChecked(codec == m_chosen);
        action->setToolTip(tip);
        group->addAction(action);
    };
    m_menu->addSection(m_topic.isEmpty() ? tr("This payload") : tr("Payloads of %1").arg(m_topic));
    add(tr("Automatic"), {}, tr("By schema, headers and first bytes, else by what fits"));
    m_menu->addSeparator();
    for (const CodecEntry& codec : codecs())
        add(QString::fromLatin1(codec.id), QString::fromLatin1(codec.id),
            QString::fromUtf8(codec.description));
    m_menu->addSeparator();
    QMenu* schemas = m_menu->addMenu(tr("With a schema file"));
    for (const CodecEntry& codec : codecs()) {
        if (codec.compile != nullptr)
            schemas->addAction(tr("%1 …").arg(QString::fromLatin1(codec.id)), this,
                               [this, id = QString::fromLatin1(codec.id)] { askForSchema(id); });
    }
    QAction* fetch =
        m_menu->addAction(tr("Fetch schemas from a registry …"), this, &CodecButton::fetchWanted);
    fetch->setToolTip(tr("Asks for the schemas that payloads name, and keeps them in the "
                         "recording"));
}

void CodecButton::askForMessage(const QString& codec, const QString& schema,
                                const QStringList& messages)
{
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Message of %1").arg(QFileInfo(schema).fileName()));
    dialog->setLabelText(tr("Payloads of %1 are:").arg(m_topic));
    dialog->setOption(QInputDialog::UseListViewForComboBoxItems);
    dialog->setComboBoxItems(messages);
    connect(dialog, &QInputDialog::textValueSelected, this,
            [this, codec, schema](const QString& message) {
                Q_EMIT picked(codec, schema + u'#' + message);
            });
    dialog->open();
}

void CodecButton::askForSchema(const QString& codec)
{
    auto* dialog = new QFileDialog(this, tr("Schema for payloads of %1").arg(m_topic));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({codec == u"avro"       ? tr("Avro schemas (*.avsc)")
                            : codec == u"protobuf" ? tr("Protobuf (*.proto *.pb *.desc *.binpb)")
                                                   : tr("Message definitions (*.msg)"),
                            tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, codec](const QString& file) { Q_EMIT picked(codec, file); });
    dialog->open();
}

} // namespace murmur
