// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/draftfields.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

namespace murmur {

DraftFields::DraftFields(QWidget* parent)
    : QWidget(parent)
    , m_retain(new QCheckBox(tr("retain"), this))
    , m_tombstone(new QCheckBox(tr("tombstone"), this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 0, 0, 0);
    column->setSpacing(4);
    m_key = addBytes(tr("Key"), tr("key"), tr("Messages with one key stay in order"));
    m_correlation =
        addBytes(tr("Correlation id"), tr("correlation"), tr("An id beside the reply address"));
    m_retain->setToolTip(tr("The broker keeps it as state of the topic"));
    m_tombstone->setToolTip(
        tr("No value: deletes the key on a compacted topic, the retained state on MQTT"));
    column->addWidget(m_retain);
    column->addWidget(m_tombstone);
    column->addStretch(1);
    connect(m_retain, &QCheckBox::toggled, this, &DraftFields::edited);
    connect(m_tombstone, &QCheckBox::toggled, this, &DraftFields::edited);
    setTraits({});
}

DraftFields::Bytes DraftFields::addBytes(const QString& name, const QString& label,
                                         const QString& tip)
{
    Bytes field;
    field.label = new QLabel(label, this);
    field.edit = new QLineEdit(this);
    field.edit->setAccessibleName(name);
    field.edit->setToolTip(tip);
    layout()->addWidget(field.label);
    layout()->addWidget(field.edit);
    connect(field.edit, &QLineEdit::textChanged, this, &DraftFields::edited);
    return field;
}

void DraftFields::setTraits(const PublisherTraits& traits)
{
    m_traits = traits;
    m_key.label->setVisible(traits.hasKeys);
    m_key.edit->setVisible(traits.hasKeys);
    m_tombstone->setVisible(traits.hasKeys || traits.hasRetain);
    m_correlation.label->setVisible(traits.hasCorrelation);
    m_correlation.edit->setVisible(traits.hasCorrelation);
    m_retain->setVisible(traits.hasRetain);
    setVisible(traits.hasKeys || traits.hasCorrelation || traits.hasRetain);
}

void DraftFields::show(Bytes& field, const QByteArray& bytes)
{
    field.given = bytes;
    field.edit->setText(QString::fromUtf8(bytes));
    field.shown = field.edit->text();
}

QByteArray DraftFields::bytesOf(const Bytes& field)
{
    const QString text = field.edit->text();
    if (text == field.shown)
        return field.given;
    return text.isEmpty() ? QByteArray() : text.toUtf8();
}

void DraftFields::setDraft(const InjectionDraft& draft)
{
    show(m_key, draft.key);
    show(m_correlation, draft.correlation);
    m_retain->setChecked(draft.retain);
    m_tombstone->setChecked(draft.isTombstone);
}

void DraftFields::putInto(InjectionDraft& draft) const
{
    draft.key = m_traits.hasKeys ? bytesOf(m_key) : QByteArray();
    draft.isTombstone = (m_traits.hasKeys || m_traits.hasRetain) && m_tombstone->isChecked();
    draft.correlation = m_traits.hasCorrelation ? bytesOf(m_correlation) : QByteArray();
    draft.retain = m_traits.hasRetain && m_retain->isChecked();
}

} // namespace murmur
