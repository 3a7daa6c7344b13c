#include "tokenizer/added_tokens.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

// The stretches as "[token]" and "text".
std::vector<std::string> split(const std::vector<AddedToken>& tokens, const std::string& text) {
  std::vector<const AddedToken*> pointers;
  std::vector<std::string> patterns;
  for (const AddedToken& token : tokens) {
    pointers.push_back(&token);
    patterns.push_back(token.content);
  }
  std::vector<std::string> shown;
  for (const Stretch& stretch : AddedTokenSplitter(pointers, patterns).split(text)) {
    const std::string part = text.substr(stretch.begin, stretch.end - stretch.begin);
    shown.push_back(stretch.token != nullptr ? "[" + part + "]" : part);
  }
  return shown;
}

using Texts = std::vector<std::string>;

TEST(AddedTokens, TheLeftmostAndThereTheLongestIsFound) {
  const std::vector<AddedToken> tokens = {{.content = "  "}, {.content = "   "}, {.content = "a"}};
  EXPECT_EQ(split(tokens, "x     b  a "), (Texts{"x", "[   ]", "[  ]", "b", "[  ]", "[a]", " "}));
  EXPECT_EQ(split(tokens, ""), Texts{});
}

TEST(AddedTokens, ABeginThatDoesNotEndInATokenHidesNone) {
  EXPECT_EQ(split({{.content = "<image>"}, {.content = "mag"}}, "<imag<image>"),
            (Texts{"<i", "[mag]", "[<image>]"}));
}

TEST(AddedTokens, WhiteSpaceBesideATokenGoesWhereItsFlagsSay) {
  EXPECT_EQ(split({{.content = "<l>", .lstrip = true}}, "a \u3000<l> b"),
            (Texts{"a", "[ \u3000<l>]", " b"}));
  EXPECT_EQ(split({{.content = "<r>", .rstrip = true}}, "a <r>\n b"),
            (Texts{"a ", "[<r>\n ]", "b"}));
}

TEST(AddedTokens, ASingleWordTouchesNoWordCharacter) {
  const std::vector<AddedToken> tokens = {{.content = "lung", .single_word = true}};
  EXPECT_EQ(split(tokens, "lung lungs xlung lung."),
            (Texts{"[lung]", " lungs xlung ", "[lung]", "."}));
  EXPECT_EQ(split(tokens, "\u00E9lung lung\u0301"), (Texts{"\u00E9lung lung\u0301"}));
}

}  // namespace
}  // namespace slava
