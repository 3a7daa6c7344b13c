#include "tokenizer/regular_expression.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdint>

#include "base/check.h"
#include "base/strings.h"

namespace slava {
namespace {

PCRE2_SPTR units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

}  // namespace

struct RegularExpression::Code {
  explicit Code(pcre2_code* compiled_code) : compiled(compiled_code) {}
  ~Code() { pcre2_code_free(compiled); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  pcre2_code* compiled;
};

struct RegularExpression::Search::State {
  explicit State(const pcre2_code* code)
      : matches(pcre2_match_data_create_from_pattern(code, nullptr)),
        context(pcre2_match_context_create(nullptr)) {
    // A text is never too long: patterns whose time explodes are refused before they come here.
    pcre2_set_match_limit(context, UINT32_MAX);
    pcre2_set_depth_limit(context, UINT32_MAX);
  }
  ~State() {
    pcre2_match_data_free(matches);
    pcre2_match_context_free(context);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  pcre2_match_data* matches;
  pcre2_match_context* context;
};

Result<RegularExpression> RegularExpression::compile(std::string_view pattern) {
  int error = 0;
  PCRE2_SIZE at = 0;
  pcre2_code* compiled =
      pcre2_compile(units(pattern), pattern.size(), PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C,
                    &error, &at, nullptr);
  if (compiled == nullptr) {
    PCRE2_UCHAR message[256] = {};
    pcre2_get_error_message(error, message, sizeof(message));
    return fail(ErrorKind::kModel,
                cat(reinterpret_cast<const char*>(message), " at byte ", at, " of the pattern"));
  }
  RegularExpression expression;
  expression.code_ = std::make_shared<Code>(compiled);
  uint32_t matches_nothing = 0;
  pcre2_pattern_info(compiled, PCRE2_INFO_MATCHEMPTY, &matches_nothing);
  if (matches_nothing != 0) {
    return fail(ErrorKind::kModel, "expected a pattern that takes at least one character");
  }
  // Without a compiler for this machine the interpreter gives the same matches.
  (void)pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
  return expression;
}

RegularExpression::Search::Search(const RegularExpression& expression, std::string_view text)
    : state_(std::make_shared<State>(expression.code_->compiled)),
      expression_(expression),
      text_(text) {}

std::optional<std::pair<size_t, size_t>> RegularExpression::Search::next(size_t from) {
  const auto match = [&](uint32_t options) {
    return pcre2_match(expression_.code_->compiled, units(text_), text_.size(), from,
                       PCRE2_NO_UTF_CHECK | options, state_->matches, state_->context);
  };
  int found = match(0);
  // The interpreter takes its memory from the heap, where the compiled matcher has a small stack.
  if (found == PCRE2_ERROR_JIT_STACKLIMIT) found = match(PCRE2_NO_JIT);
  if (found == PCRE2_ERROR_NOMATCH) return std::nullopt;
  SLAVA_CHECK(found >= 0);
  const PCRE2_SIZE* range = pcre2_get_ovector_pointer(state_->matches);
  return std::pair<size_t, size_t>{range[0], range[1]};
}

}  // namespace slava
