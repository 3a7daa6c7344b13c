#include "pipeline/run_json.h"

#include "base/version.h"
#include "pipeline/utc_time.h"

namespace slava {

nlohmann::ordered_json run_json(const RunFacts& facts) {
  using Json = nlohmann::ordered_json;
  const AssistantInfo& info = facts.reader.assistant();
  Json decoding = Json::object();
  for (const auto& [name, value] : decoding_settings(facts.reader.options().generation)) {
    decoding[name] = value;
  }
  Json gate = Json::object();
  for (const auto& [name, value] : facts.reader.options().gate.settings()) gate[name] = value;
  Json json{
      {"notice", kDraftBanner},
      {"program", "slava-cxr"},
      {"program_version", program_version()},
      {"started", facts.started},
      {"finished", facts.summary ? Json(utc_now()) : Json()},
      {"checkpoint",
       {{"folder", info.folder.string()},
        {"name", info.name},
        {"family", info.family},
        {"sha256", info.sha256},
        {"notice", info.notice},
        {"parameters", info.parameters}}},
      {"preprocessing",
       {{"profile", to_string(info.preprocess.profile)},
        {"fit", to_string(info.preprocess.fit)},
        {"size", info.preprocess.size}}},
      {"decoding", decoding},
      {"gate", gate},
      {"identifiers", facts.reader.options().include_identifiers},
      {"device", info.device},
      {"dtype", info.dtype},
      {"settings", facts.options.settings},
      {"settings_fingerprint", facts.settings_fingerprint},
      {"studies", facts.studies},
      {"ignored_files", facts.ignored_files},
  };
  if (facts.summary) {
    json["outcome"] = {{"ok", facts.summary->ok},
                       {"kept", facts.summary->kept},
                       {"refused", facts.summary->refused},
                       {"failed", facts.summary->failed},
                       {"not_done", facts.summary->not_done},
                       {"tokens_written", facts.summary->new_tokens},
                       {"decoder_steps", facts.summary->steps},
                       {"interrupted", facts.summary->interrupted}};
  }
  return json;
}

}  // namespace slava
