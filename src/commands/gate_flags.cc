#include "commands/gate_flags.h"

#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/file.h"
#include "base/strings.h"

namespace slava {
namespace {

using Json = nlohmann::json;

bool is_end(const Json& end) { return end.is_null() || end.is_number(); }

}  // namespace

void GateFlags::declare(CLI::App& app) {
  app.add_option(
         "--gate", gate,
         "What is done about films of REASON: refuse, warn or off; \"all\" stands for every "
         "reason (listed below). Can be given several times")
      ->type_name("REASON=ACTION")
      ->allow_extra_args(false)
      ->group("Gate before the model");
}

Result<GateOptions> GateFlags::options() const { return gate_options_from(gate); }

Result<AgeRange> age_range_of_checkpoint(const std::filesystem::path& model) {
  const std::filesystem::path path = model / "config.json";
  SLAVA_TRY(const std::string text, read_file(path));
  const Json config = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  // A config that is none is for the loading to complain of.
  if (!config.is_object() || !config.contains("patient_age_years")) return AgeRange{};
  const Json& range = config["patient_age_years"];
  const bool is_range = range.is_array() && range.size() == 2 && is_end(range[0]) &&
                        is_end(range[1]) &&
                        (range[0].is_null() || range[1].is_null() ||
                         range[0].get<double>() <= range[1].get<double>());
  if (!is_range) {
    return fail(
        ErrorKind::kModel,
        cat(path.string(), ": patient_age_years is ", range.dump(),
            "; expected [from, to] in years, null for an open end, for example [18, null]"));
  }
  AgeRange ages;
  if (range[0].is_number()) ages.from = range[0].get<double>();
  if (range[1].is_number()) ages.to = range[1].get<double>();
  return ages;
}

std::string gate_table() {
  std::ostringstream out;
  for (const GateRule& rule : gate_rules()) {
    out << "  " << std::left << std::setw(17) << rule.name << std::setw(7)
        << to_string(rule.default_action) << rule.help << '\n';
  }
  return std::move(out).str();
}

}  // namespace slava
