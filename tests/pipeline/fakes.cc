#include "pipeline/fakes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/strings.h"
#include "image/encode.h"

namespace slava {
namespace {

std::string film_bytes(int level) {
  GrayImage image{40, 30, {}};
  for (int i = 0; i < image.width * image.height; ++i) {
    image.pixels.push_back(static_cast<uint8_t>(i / 10 * (level + 1) % 256));
  }
  return encode_png(image).value();
}

}  // namespace

FakeAssistant::FakeAssistant() {
  info_.folder = "models/fake";
  info_.name = "fake";
  info_.family = "none";
  info_.sha256 = std::string(64, 'f');
  info_.device = "cpu";
  info_.dtype = "float32";
  info_.notice = "FAKE MODEL";
  info_.uses_lateral = true;
  info_.preprocess.profile = Profile::kRaw;
  info_.preprocess.size = 16;
}

Result<Draft> FakeAssistant::draft(const DraftRequest& request, const GenerationOptions&) {
  requests.push_back(request);
  if (while_drafting) while_drafting();
  if (!failure.empty()) return fail(ErrorKind::kInternal, failure);
  std::string views;
  double sum = 0;
  for (const FilmPixels& film : request.films) {
    views += cat(" ", to_string(film.view));
    for (const float value : film.pixels.values) sum += value;
  }
  Draft draft;
  draft.findings = cat("The films sum to ", sum, ". Views:", views, ".");
  draft.impression = "No statement.";
  draft.complete = complete;
  return draft;
}

GateOptions open_gate() {
  GateOptions gate;
  gate.set_all(GateAction::kOff);
  return gate;
}

void write_film(const std::filesystem::path& path, int level) {
  ASSERT_TRUE(write_file_atomically(path, film_bytes(level)));
}

void write_truncated_film(const std::filesystem::path& path) {
  const std::string bytes = film_bytes(0);
  ASSERT_TRUE(write_file_atomically(path, bytes.substr(0, bytes.size() / 2)));
}

Film film_at(const std::filesystem::path& path, View view, ViewSource source) {
  Film film;
  film.path = path;
  film.format = FilmFormat::kPng;
  film.view = view;
  film.view_source = source;
  return film;
}

Study study_of(const std::string& id, std::vector<Film> films) {
  Study study;
  study.id = id;
  study.films = std::move(films);
  return study;
}

std::string content(const std::filesystem::path& path) {
  const auto text = read_file(path);
  EXPECT_TRUE(text) << text.error();
  return text.value_or("");
}

std::string content_without_timing(const std::filesystem::path& path) {
  auto json = nlohmann::ordered_json::parse(content(path));
  EXPECT_EQ(json.erase("timing"), 1u);
  return json.dump(2);
}

}  // namespace slava
