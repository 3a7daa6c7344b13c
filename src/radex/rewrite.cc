#include "radex/rewrite.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/file.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "radex/privacy.h"
#include "radex/quality.h"
#include "report/clean_text.h"

namespace slava::radex {
namespace {

constexpr size_t kMostFailures = 5;

// A model's usual frame around a text: quotes, blanks.
std::string unwrapped(const std::string& text) {
  std::string_view rest = trim(text);
  if (rest.size() > 1 && rest.front() == '"' && rest.back() == '"') {
    rest.remove_prefix(1);
    rest.remove_suffix(1);
  }
  return std::string(trim(rest));
}

}  // namespace

Result<RewriteStore> RewriteStore::open(const std::filesystem::path& file) {
  RewriteStore store;
  store.file_ = file;
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return store;
  SLAVA_TRY(const std::string text, read_file(file));
  for (const std::string& line : split(text, '\n')) {
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("key") || !json.contains("text")) continue;
    store.texts_[json["key"].get<std::string>()] = json["text"].get<std::string>();
  }
  return store;
}

const std::string* RewriteStore::find(const std::string& key) const {
  const auto place = texts_.find(key);
  return place == texts_.end() ? nullptr : &place->second;
}

Status RewriteStore::add(const std::string& key, const std::string& text) {
  texts_[key] = text;
  std::ofstream out(file_, std::ios::app | std::ios::binary);
  out << '\n' << nlohmann::json{{"key", key}, {"text", text}}.dump() << std::flush;
  if (!out) {
    return fail(ErrorKind::kOutput, cat(file_.string(), ": cannot be written; is the disk full?"));
  }
  return {};
}

std::string reason_against_wording(const Sample& sample, const std::string& text) {
  if (text.empty()) return "empty";
  if (!is_utf8(text)) return "not_utf8";
  const size_t words = words_of(text).size();
  const size_t before = words_of(sample.answer).size();
  if (words > before * 2 + 20) return "too_long";
  const PrivacyResult privacy = remove_identifiers(text);
  if (privacy.dropped > 0 || !privacy.removed.empty()) return "identifier";
  Sample rewritten = sample;
  rewritten.answer = text;
  if (!says_its_facts(rewritten)) return "changes_the_facts";
  if (sample.task == "report") {
    const bool sections = text.find("FINDINGS:") != std::string::npos &&
                          text.find("IMPRESSION:") != std::string::npos;
    if (!sections) return "sections_missing";
  }
  return "";
}

Status rewrite(std::vector<Sample>& samples, const AskModel& ask, const std::string& model,
               uint64_t seed, RewriteStore& store, StepLog& log) {
  Step& step = log.step("rewrite", kRewriteVersion, "samples");
  step.in += samples.size();
  Progress progress("samples", samples.size());
  size_t failures = 0;
  size_t answers = 0;
  size_t done = 0;
  for (Sample& sample : samples) {
    if (interrupted()) {
      return fail(ErrorKind::kInterrupted,
                  "interrupted; the same command with --resume goes on with what was rewritten");
    }
    progress.show(done++);
    // A view has no findings to say in other words.
    if (sample.expected.empty()) continue;
    const std::string key =
        sha256_hex(cat(model, '\n', seed, '\n', sample.task, '\n', sample.answer));
    std::string text;
    if (const std::string* earlier = store.find(key)) {
      text = *earlier;
    } else {
      const auto answer = ask(sample.answer, seed);
      if (!answer) {
        if (++failures >= kMostFailures && answers == 0) return fail(answer.error());
        log.refuse(step, sample.id, "no_answer");
        continue;
      }
      ++answers;
      text = unwrapped(*answer);
    }
    const std::string reason = reason_against_wording(sample, text);
    if (!reason.empty()) {
      log.refuse(step, sample.id, reason);
      continue;
    }
    if (store.find(key) == nullptr) SLAVA_TRY_STATUS(store.add(key, text));
    sample.answer = text;
    sample.rewritten_by = model;
  }
  for (const Sample& sample : samples) {
    if (sample.rewritten_by.empty()) ++step.removed["grammar_wording_kept"];
  }
  step.out += samples.size();
  return {};
}

}  // namespace slava::radex
