#include "pipeline/prepare_ahead.h"

#include <algorithm>

#include "base/check.h"

namespace slava {
namespace {

// A study's films take memory, and reading them is far quicker than drafting.
constexpr size_t kStudiesAhead = 2;

}  // namespace

PrepareAhead::PrepareAhead(const Reader& reader, const std::vector<WorkItem>& items)
    : reader_(reader), items_(items) {}

void PrepareAhead::begin(size_t place) {
  if (items_[place].study == nullptr) return;
  begun_.push_back({place, std::async(std::launch::async, [this, place] {
                      return reader_.prepare(*items_[place].study);
                    })});
}

Result<PreparedStudy> PrepareAhead::take(size_t place) {
  const size_t end = std::min(items_.size(), place + 1 + kStudiesAhead);
  for (; next_ < end; ++next_) begin(next_);
  while (!begun_.empty() && begun_.front().place < place) begun_.pop_front();
  SLAVA_CHECK(!begun_.empty() && begun_.front().place == place);
  Result<PreparedStudy> prepared = begun_.front().prepared.get();
  begun_.pop_front();
  return prepared;
}

}  // namespace slava
