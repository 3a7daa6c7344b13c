#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "assistant/assistant.h"
#include "base/strings.h"
#include "commands/commands.h"
#include "commands/model_folder.h"
#include "dicom/describe.h"
#include "image/image.h"
#include "pipeline/reader.h"
#include "study/find_studies.h"
#include "writers/writer.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Result<Json> describe_picture(const Film& film) {
  SLAVA_TRY(const Image image, load_image(film.path, film.format));
  return Json{{"format", to_string(film.format)},
              {"width", image.width},
              {"height", image.height},
              {"bits", image.bits_stored},
              {"sha256", image.file_sha256}};
}

Result<Json> describe(const Study& study, const Film& film) {
  Json json{{"file", film.path.string()},
            {"study_id", study.id},
            {"view", to_string(film.view)},
            {"view_source", to_string(film.view_source)}};
  if (film.format != FilmFormat::kDicom) {
    SLAVA_TRY(const Json picture, describe_picture(film));
    json.update(picture);
    return json;
  }
  SLAVA_TRY(const auto tags, describe_film(film.path));
  Json& described = json["tags"] = Json::object();
  for (const auto& [name, value] : tags) described[name] = value;
  return json;
}

std::string megabytes(size_t bytes) { return cat((bytes + 500'000) / 1'000'000, " MB"); }

Json sizes_of(const AssistantInfo& info) {
  Json parts = Json::object();
  for (const PartInfo& part : info.parts) {
    parts[part.part] = cat(part.family, ", ", part.parameters, " parameters");
  }
  return parts;
}

// Weights, and what each token of a study adds, by the number type of the arithmetic.
Json memory_of(const AssistantInfo& info) {
  size_t loaded = 0;
  for (const PartInfo& part : info.parts) loaded += part.parameters;
  Json memory = Json::object();
  for (const auto& [name, bytes] : {std::pair{"float32", 4}, std::pair{"bfloat16", 2}}) {
    const auto size = static_cast<size_t>(bytes);
    memory[name] =
        cat(megabytes(loaded * size), " and ", info.cache_numbers * size, " bytes a token");
  }
  return memory;
}

Json describe(const AssistantInfo& info) {
  Json decoding = Json::object();
  for (const auto& [name, value] : decoding_settings(info.generation)) decoding[name] = value;
  return Json{{"checkpoint", info.folder.string()},
              {"name", info.name},
              {"layout", info.layout},
              {"family", info.family},
              {"parts", sizes_of(info)},
              {"parameters", info.parameters},
              {"tensors", info.tensors},
              {"stored_dtype", info.stored_dtype},
              {"memory", memory_of(info)},
              {"image_tokens", info.image_tokens},
              {"max_tokens", info.max_tokens},
              {"sha256", info.sha256},
              {"notice", info.notice},
              {"views", info.uses_lateral ? "frontal, lateral" : "frontal"},
              {"reads_indication", info.uses_indication},
              {"reads_comparison", info.uses_comparison},
              {"preprocessing",
               {{"profile", to_string(info.preprocess.profile)},
                {"fit", to_string(info.preprocess.fit)},
                {"size", info.preprocess.size},
                {"mean", info.preprocess.mean},
                {"std", info.preprocess.std}}},
              {"decoding", decoding},
              {"dtype", info.dtype}};
}

std::string value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_text(const Json& json, const std::string& indent, std::ostream& out) {
  size_t widest = 0;
  for (const auto& [name, value] : json.items()) widest = std::max(widest, name.size());
  for (const auto& [name, value] : json.items()) {
    if (value.is_object()) {
      out << indent << name << '\n';
      print_text(value, indent + "  ", out);
    } else {
      out << indent << name << std::string(widest - name.size() + 2, ' ') << value_text(value)
          << '\n';
    }
  }
}

class InspectCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("path", path_, "A film, a folder of films, or a checkpoint's folder")
        ->type_name("PATH");
    app.add_flag("--json", json_, "JSON objects, one a line");
    app.add_flag("--schema", schema_, "Print the JSON Schema that every report.json keeps");
  }

  Result<ExitCode> run(const Streams& streams) override {
    if (schema_) {
      streams.out << report_json_schema();
      return ExitCode::kOk;
    }
    if (path_.empty()) {
      return fail(ErrorKind::kUsage, "nothing to inspect: give a film, a folder or a checkpoint");
    }
    std::error_code ignored;
    if (fs::is_regular_file(fs::path(path_) / "config.json", ignored)) {
      AssistantOptions options;
      options.device = Device::kCpu;
      SLAVA_TRY(const AssistantInfo info, describe_checkpoint(path_, options));
      print(describe(info), streams.out);
      return ExitCode::kOk;
    }
    return inspect_films(streams);
  }

 private:
  Result<ExitCode> inspect_films(const Streams& streams) {
    SLAVA_TRY(const StudyList list, find_studies({path_}, {}));
    size_t good = 0;
    size_t bad = list.rejected.size();
    for (const RejectedInput& rejected : list.rejected) {
      streams.err << "slava-cxr: error: " << rejected.error.message << '\n';
    }
    for (const Study& study : list.studies) {
      for (const Film& film : study.films) {
        const auto described = describe(study, film);
        if (!described) {
          streams.err << "slava-cxr: error: " << described.error().message << '\n';
          ++bad;
          continue;
        }
        if (!json_ && good > 0) streams.out << '\n';
        print(*described, streams.out);
        ++good;
      }
    }
    if (bad == 0) return ExitCode::kOk;
    return good == 0 ? ExitCode::kInput : ExitCode::kSomeFailed;
  }

  void print(const Json& json, std::ostream& out) const {
    if (json_) {
      out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    } else {
      print_text(json, "", out);
    }
  }

  std::string path_;
  bool json_ = false;
  bool schema_ = false;
};

}  // namespace

std::unique_ptr<Command> make_inspect_command() { return std::make_unique<InspectCommand>(); }

}  // namespace slava
