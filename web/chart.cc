// SPDX-License-Identifier: Apache-2.0
#include "web/chart.h"

#include <algorithm>
#include <cstdio>

#include "web/phrases.h"

namespace listwarden {
namespace {

// User units; the SVG is as wide as its column, at most a third larger than this.
constexpr double kWidth = 360, kThick = 16, kTop = 4, kAxis = 22, kValueWidth = 46, kLabelWidth = 94;
constexpr double kShortPitch = 26, kLongPitch = 44, kLongLabel = 18;
constexpr std::size_t kLongestLabel = 46;

std::string Place(double units) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", units);
  return text;
}

// The least 1, 2 or 5 times a power of ten of which two steps reach `most`.
std::size_t Step(std::size_t most) {
  for (std::size_t power = 1;; power *= 10) {
    for (const std::size_t times : {1u, 2u, 5u}) {
      if (2 * times * power >= most) return times * power;
    }
  }
}

std::size_t Length(const Bar& bar) {
  std::size_t length = 0;
  for (const BarPart& part : bar.parts) length += part.count;
  return length;
}

struct Frame {
  double left, pitch, offset, scale;  // of the bars; `offset` from a row's top to its bar
};

View BarView(const Bar& bar, std::size_t row, const Frame& frame, bool is_short) {
  View view;
  const double top = kTop + static_cast<double>(row) * frame.pitch, y = top + frame.offset;
  view.texts["label"] = Elided(bar.label, kLongestLabel);
  view.texts["label-x"] = Place(is_short ? frame.left - 8 : 0);
  view.texts["label-y"] = Place(is_short ? y + 12.5 : top + 13);
  view.texts["label-end"] = is_short ? "end" : "start";
  double x = frame.left;
  for (const BarPart& part : bar.parts) {
    if (part.count == 0) continue;
    View one;
    const double wide = static_cast<double>(part.count) * frame.scale;
    one.texts["x"] = Place(x);
    one.texts["y"] = Place(y);
    one.texts["wide"] = Place(wide);
    one.texts["kind"] = part.kind;
    one.texts["says"] = bar.label + " – " + part.says;
    one.texts["link"] = part.link;
    view.lists["parts"].push_back(std::move(one));
    x += wide;
  }
  view.texts["value"] = bar.value;
  view.texts["value-x"] = Place(x + 6);
  view.texts["value-y"] = Place(y + 12.5);
  return view;
}

}  // namespace

View Chart(const std::vector<Bar>& bars, bool is_short) {
  std::size_t most = 1;
  for (const Bar& bar : bars) most = std::max(most, Length(bar));
  const std::size_t step = Step(most);
  const double left = is_short ? kLabelWidth : 1;
  const double room = kWidth - left - kValueWidth;
  const Frame frame{left, is_short ? kShortPitch : kLongPitch, is_short ? 0 : kLongLabel,
                    room / static_cast<double>(std::max(most, 2 * step))};
  const double bottom = kTop + static_cast<double>(bars.size()) * frame.pitch;
  View chart;
  chart.texts["width"] = Place(kWidth);
  chart.texts["height"] = Place(bottom + kAxis);
  chart.texts["thick"] = Place(kThick);
  chart.texts["bottom"] = Place(bottom);
  chart.texts["tick-y"] = Place(bottom + 16);
  for (std::size_t i = 0; i < bars.size(); ++i)
    chart.lists["bars"].push_back(BarView(bars[i], i, frame, is_short));
  for (std::size_t i = 0; i <= 2; ++i) {
    View tick;
    tick.texts["x"] = Place(left + static_cast<double>(i * step) * frame.scale);
    tick.texts["count"] = std::to_string(i * step);
    chart.lists["ticks"].push_back(std::move(tick));
  }
  return chart;
}

}  // namespace listwarden
