// Tokenizer files of a checkpoint folder. An input holds several, each behind a line "=== NAME".
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/utf8.h"
#include "fuzz/target.h"
#include "tokenizer/tokenizer.h"

namespace {

namespace fs = std::filesystem;

// Files that a tokenizer is made of; nothing else is written, whatever an input asks for.
constexpr std::string_view kNames[] = {"tokenizer.model",
                                       "tokenizer.json",
                                       "vocab.json",
                                       "merges.txt",
                                       "added_tokens.json",
                                       "tokenizer_config.json",
                                       "special_tokens_map.json"};
constexpr std::string_view kMark = "=== ";

// A folder of this process, in memory where there is such a place.
const fs::path& folder() {
  static const fs::path kFolder = [] {
    const fs::path shared = "/dev/shm";
    const fs::path base = fs::is_directory(shared) ? shared : fs::temp_directory_path();
    return base / ("slava-fuzz-" + std::to_string(::getpid()));
  }();
  return kFolder;
}

void write_parts(std::string_view input) {
  fs::remove_all(folder());
  fs::create_directories(folder());
  while (input.starts_with(kMark)) {
    const size_t line = input.find('\n');
    if (line == std::string_view::npos) return;
    const std::string_view name = input.substr(kMark.size(), line - kMark.size());
    input.remove_prefix(line + 1);
    const size_t next = input.find("\n=== ");
    const std::string_view body = input.substr(0, next);
    for (const std::string_view known : kNames) {
      if (name != known) continue;
      std::ofstream(folder() / name, std::ios::binary)
          .write(body.data(), static_cast<std::streamsize>(body.size()));
    }
    if (next == std::string_view::npos) return;
    input.remove_prefix(next + 1);
  }
}

void check(const slava::Tokenizer& tokenizer) {
  for (const std::string_view text :
       {std::string_view(
            "The heart's size\nis 1.5 cm,  normal <image>\n\t\xE2\x82\xAC \xF0\x9F\x99\x82"),
        std::string_view("a\xFF\xC3"), std::string_view("</s><s>\u2581")}) {
    const auto ids = tokenizer.encode(text);
    for (const int64_t id : ids) {
      if (id < 0 || id >= tokenizer.vocabulary()) slava::fuzz::stop("an id outside the vocabulary");
    }
    if (!slava::is_utf8(tokenizer.decode(ids))) slava::fuzz::stop("text that is no UTF-8");
  }
  (void)tokenizer.decode({-1, tokenizer.end_token(), tokenizer.vocabulary(), int64_t{1} << 60});
  (void)tokenizer.token_id("<image>");
  (void)tokenizer.begin_token();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slava::fuzz::be_silent();
  write_parts({reinterpret_cast<const char*>(data), size});
  if (const auto tokenizer = slava::load_tokenizer(folder())) check(**tokenizer);
  fs::remove_all(folder());
  return 0;
}
