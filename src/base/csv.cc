#include "base/csv.h"

#include "base/strings.h"

namespace slava {
namespace {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  Result<std::vector<CsvRow>> read() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      if (end_of_line()) continue;
      CsvRow row{line_, {}};
      do {
        SLAVA_TRY(std::string field, read_field());
        row.fields.push_back(std::move(field));
      } while (take(','));
      if (at_ < text_.size() && !end_of_line()) {
        return fail(ErrorKind::kInput,
                    cat("line ", line_,
                        ": expected a comma or the end of the line after a quoted "
                        "field, found another character"));
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool end_of_line() {
    if (text_.substr(at_).starts_with("\r\n")) {
      at_ += 2;
    } else if (!take('\n')) {
      return false;
    }
    ++line_;
    return true;
  }

  Result<std::string> read_field() { return take('"') ? read_quoted() : read_plain(); }

  Result<std::string> read_plain() {
    const size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' &&
           !text_.substr(at_).starts_with("\r\n")) {
      if (text_[at_] == '"') {
        return fail(ErrorKind::kInput, cat("line ", line_,
                                           ": a quote inside a field that does not begin with one; "
                                           "quote the whole field and double the quotes in it"));
      }
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  Result<std::string> read_quoted() {
    const size_t begin_line = line_;
    std::string field;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"' && !take('"')) return field;
      if (c == '\n') ++line_;
      field += c;
    }
    return fail(ErrorKind::kInput,
                cat("line ", begin_line, ": a quoted field begins here and never ends"));
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> parse_csv(std::string_view text) { return CsvReader(text).read(); }

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return cat('"', replace_all(text, "\"", "\"\""), '"');
}

}  // namespace slava
