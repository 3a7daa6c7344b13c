// Guards DCMTK's parser, which goes one call deeper for each nested item, against running out of
// stack.
#pragma once

#include <cstddef>
#include <string_view>

namespace slava {

// A radiograph has some dozens; thousands of fragments or of report items are still parsed.
inline constexpr size_t kMaxItems = 3000;

// `bytes` up to the item tag (FFFE,E000) behind kMaxItems others, in either byte order: no parser
// can nest deeper in them. All of `bytes` where there are fewer.
std::string_view before_too_many_items(std::string_view bytes);

}  // namespace slava
