// Manifests, as CSV and as JSON Lines.
#include "fuzz/target.h"
#include "study/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slava::fuzz::be_silent();
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const char* path : {"in/list.csv", "in/list.jsonl"}) {
    const auto rows = slava::parse_manifest(text, path);
    if (!rows) continue;
    for (const slava::ManifestRow& row : *rows) {
      if (row.study_id.empty() || row.study_id.find('/') != std::string::npos) {
        slava::fuzz::stop("a study_id that is no folder name");
      }
    }
  }
  return 0;
}
