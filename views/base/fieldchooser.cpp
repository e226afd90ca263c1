// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/fieldchooser.h"

#include "query/messagefield.h"
#include "views/base/agentnaming.h"
#include "views/base/sharedview.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Messages whose payloads and headers are looked at.
constexpr int kMessagesAsked = 300;
constexpr int kDeepestAsked = 4;

void countFields(const QJsonValue& value, const QString& path, int depth,
                 std::map<QString, int>& counts)
{
    if (value.isObject() && depth < kDeepestAsked) {
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it) {
            if (!it.key().isEmpty() && !it.key().contains(u'.'))
                countFields(it.value(), path + u'.' + it.key(), depth + 1, counts);
        }
    } else if (depth > 0 && (value.isString() || value.isDouble() || value.isBool())) {
        ++counts[path];
    }
}

void openFieldDialog(QWidget* parent, const QString& title, const QString& current,
                     const std::map<QString, int>& counts, int all,
                     const std::function<void(const QString&)>& chosen)
{
    QStringList fields;
    for (const auto& [name, count] : counts)
        fields << name;
    std::ranges::stable_sort(
        fields, [&](const QString& a, const QString& b) { return counts.at(a) > counts.at(b); });
    const QString proposal = current.isEmpty() ? fields.value(0) : current;
    QStringList known = fields;
    for (const FieldName& field : fieldNames()) {
        if (field.type != FieldType::Header && field.type != FieldType::Payload &&
            field.field != Field::Finding)
            known << QString::fromLatin1(field.name.data(),
                                         static_cast<qsizetype>(field.name.size()));
    }
    const auto meaning = [counts, all, fields](const QString& name) -> QString {
        if (name.isEmpty())
            return fields.isEmpty()
                       ? FieldChooser::tr("For example from, topic, model or cost.")
                       : FieldChooser::tr("For example %1.")
                             .arg(
                                 fields.first(std::min<qsizetype>(4, fields.size())).join(u", "_s));
        const auto field = MessageField::named(name);
        if (!field)
            return field.error().message;
        const auto found = counts.find(field->name());
        if (found != counts.end())
            return FieldChooser::tr("In %1 % of the messages around the playhead.")
                .arg(std::max(1, found->second * 100 / std::max(1, all)));
        if (name.startsWith(u"payload") || name.startsWith(u"header"))
            return FieldChooser::tr("In none of the messages around the playhead.");
        return FieldChooser::tr("A field of the language of filters.");
    };
    auto* dialog = new NameDialog(title, proposal, known, meaning, parent);
    QObject::connect(dialog, &NameDialog::named, parent, [chosen](const QString& name) {
        if (const auto field = MessageField::named(name))
            chosen(field->name());
    });
    dialog->open();
}

} // namespace

std::map<QString, int> FieldChooser::fieldsOf(const std::vector<MessageDetail>& messages)
{
    std::map<QString, int> counts;
    for (const MessageDetail& message : messages) {
        countFields(QJsonDocument::fromJson(message.payload()).object(), u"payload"_s, 0, counts);
        for (const auto& [name, value] : message.headers) {
            if (const auto field = MessageField::named(u"header."_s + QString::fromStdString(name)))
                ++counts[field->name()];
        }
    }
    return counts;
}

void FieldChooser::ask(SharedView* shared, QWidget* parent, const QString& title,
                       const QString& current, const std::function<void(const QString&)>& chosen)
{
    Session* session = shared->session();
    if (session == nullptr || session->seen().last == 0) {
        openFieldDialog(parent, title, current, {}, 0, chosen);
        return;
    }
    // Around the playhead: what a person looks at is what they ask about.
    session->seqAt(shared->playhead())
        .then(parent, [shared, parent, title, current, chosen](const Result<Seq>& seq) {
            Session* now = shared->session();
            if (now == nullptr || !seq)
                return;
            RowRequest request;
            request.first = std::max<Seq>(now->seen().first, *seq - kMessagesAsked / 2);
            request.count = kMessagesAsked;
            now->messages(request).then(
                parent, [parent, title, current,
                         chosen](const Result<std::vector<MessageDetail>>& messages) {
                    const std::vector<MessageDetail> seen =
                        messages ? *messages : std::vector<MessageDetail>();
                    openFieldDialog(parent, title, current, FieldChooser::fieldsOf(seen),
                                    static_cast<int>(seen.size()), chosen);
                });
        });
}

} // namespace murmur
