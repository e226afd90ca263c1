// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/environmentband.h"

#include "bus/writepermission.h"
#include "views/base/theme.h"
#include "views/connect/environmentcolor.h"

#include <QPainter>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

EnvironmentBand::EnvironmentBand(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    hide();
}

void EnvironmentBand::setAttached(const std::vector<QUrl>& urls,
                                  const std::vector<Profile>& profiles)
{
    std::vector<Profile> named = profilesNaming(urls, profiles);
    std::erase_if(named, [](const Profile& profile) {
        return profile.environment == Environment::None && profile.color.isEmpty() &&
               !profile.neverWrite;
    });
    std::ranges::stable_sort(named, std::ranges::greater(), &Profile::environment);
    m_text.clear();
    if (!named.empty()) {
        m_shown = named.front();
        QStringList names;
        for (const Profile& profile : named)
            names << profile.name;
        const bool isNeverWritten =
            std::ranges::any_of(named, [](const Profile& profile) { return profile.neverWrite; });
        QStringList words;
        if (m_shown.environment != Environment::None)
            words << environmentWord(m_shown.environment).toUpper();
        words << names.join(u", "_s);
        if (isNeverWritten)
            words << tr("never write");
        m_text = words.join(u"  ·  "_s);
    }
    setAccessibleName(m_text.isEmpty() ? QString() : tr("Attached to %1").arg(m_text));
    setToolTip(accessibleName());
    setVisible(!m_text.isEmpty());
    update();
}

QSize EnvironmentBand::sizeHint() const
{
    return {200, QFontMetrics(Theme::current().interfaceFont(9)).height() + 6};
}

void EnvironmentBand::paintEvent(QPaintEvent*)
{
    const QColor color = profileColor(m_shown);
    QPainter painter(this);
    painter.fillRect(rect(), color);
    QFont font = Theme::current().interfaceFont(9);
    font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    // Black or white, whichever stands out more: also on a colour of one's own.
    const double light = 0.2126 * color.redF() + 0.7152 * color.greenF() + 0.0722 * color.blueF();
    painter.setPen(light > 0.45 ? Qt::black : Qt::white);
    painter.drawText(rect().adjusted(14, 0, -14, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(m_text, Qt::ElideRight, width() - 28));
}

} // namespace murmur
