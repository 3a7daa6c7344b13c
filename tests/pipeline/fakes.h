// An assistant without a model and films made of a gradient, for tests of the flow around them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "assistant/assistant.h"
#include "gate/gate_options.h"
#include "study/study.h"

namespace slava {

// Writes what it was given: the text names the views and the brightness of the first film, so that
// another film, order or preprocessing gives another text.
class FakeAssistant : public Assistant {
 public:
  FakeAssistant();

  const AssistantInfo& info() const override { return info_; }
  Result<Draft> draft(const DraftRequest& request, const GenerationOptions& options) override;
  // The pipeline drafts reports; it has no questions.
  Result<std::vector<Reply>> ask(const std::vector<FilmPixels>&, const std::vector<Question>&,
                                 const GenerationOptions&) override {
    return fail(ErrorKind::kInternal, "nobody asks here");
  }
  // The longer text is the likelier one.
  Result<std::vector<double>> score(const DraftRequest& request,
                                    const std::vector<std::string>& findings) override {
    requests.push_back(request);
    std::vector<double> scores;
    for (const std::string& text : findings) scores.push_back(static_cast<double>(text.size()));
    return scores;
  }

  AssistantInfo info_;
  std::vector<DraftRequest> requests;
  bool complete = true;
  // Set: every draft fails so.
  std::string failure;
  // Called in each draft, for instance to play a signal that comes meanwhile.
  std::function<void()> while_drafting;
};

// Lets every film pass: the drawn ones show no chest.
GateOptions open_gate();

// A PNG of 40 x 30 pixels: a gradient that is `level` + 1 times as steep as the gentlest.
void write_film(const std::filesystem::path& path, int level = 0);
// Half of it.
void write_truncated_film(const std::filesystem::path& path);

Film film_at(const std::filesystem::path& path, View view = View::kFrontal,
             ViewSource source = ViewSource::kManifest);
Study study_of(const std::string& id, std::vector<Film> films);

// The text of a file; fails the test when it is missing.
std::string content(const std::filesystem::path& path);
// The same without the JSON's `timing`, which alone may differ between equal runs.
std::string content_without_timing(const std::filesystem::path& json);

}  // namespace slava
