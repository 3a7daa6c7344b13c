#include "writers/html_writer.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/strings.h"
#include "writers/embedded.h"
#include "writers/report_template.h"

namespace slava {
namespace {

using kainjow::mustache::data;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    }
    for (size_t k = 0; k < 4; ++k) {
      out += k <= count ? kDigits[group >> (18 - 6 * k) & 63u] : '=';
    }
  }
  return out;
}

// What the page says besides what every template can say.
std::vector<TemplateVariable> page_variables() {
  std::vector<TemplateVariable> variables = template_variables();
  const auto text = [](const char* name, const char* help) {
    return TemplateVariable{name, VariableKind::kText, help, {}};
  };
  variables.push_back(text("banner", "that this is a draft"));
  variables.push_back(text("style", "the style sheet"));
  for (const char* name : {"has_findings", "has_impression", "has_pictures"}) {
    variables.push_back({name, VariableKind::kFlag, "there is one", {}});
  }
  for (TemplateVariable& variable : variables) {
    if (variable.name != "films") continue;
    variable.items.push_back(text("picture", "JPEG as base64"));
    variable.items.push_back(text("width", "of the picture, in pixels"));
    variable.items.push_back(text("height", "of the picture, in pixels"));
  }
  return variables;
}

data size_data(int pixels) { return pixels > 0 ? data(std::to_string(pixels)) : data(false); }

data page_data(const Report& report) {
  data all = template_data(report);
  all.set("banner", kDraftBanner);
  all.set("style", std::string(kHtmlStyle));
  all.set("has_findings", data(!report.findings.empty()));
  all.set("has_impression", data(!report.impression.empty()));
  data films(data::type::list);
  bool has_pictures = false;
  for (size_t i = 0; i < report.films.size(); ++i) {
    const FilmRecord& film = report.films[i];
    has_pictures = has_pictures || !film.picture_jpeg.empty();
    data item = film_data(film, i + 1);
    item.set("picture", film.picture_jpeg.empty() ? data(false) : data(base64(film.picture_jpeg)));
    item.set("width", size_data(film.width));
    item.set("height", size_data(film.height));
    films << item;
  }
  all.set("films", films);
  all.set("has_pictures", data(has_pictures));
  return all;
}

}  // namespace

Result<std::string> write_html(const Report& report, const WriterOptions&) {
  // Without an escape of its own the engine escapes & < > " ' in every {{name}}.
  SLAVA_TRY(ReportTemplate page,
            ReportTemplate::parse("report.html.mustache", std::string(kHtmlTemplate),
                                  page_variables(), nullptr));
  return page.render(page_data(report));
}

}  // namespace slava
