// Films of the next studies are read while the model is busy with those before.
#pragma once

#include <deque>
#include <future>
#include <vector>

#include "pipeline/reader.h"
#include "pipeline/work_list.h"

namespace slava {

class PrepareAhead {
 public:
  // Keeps references. Items without a study are passed over: there is nothing to read.
  PrepareAhead(const Reader& reader, const std::vector<WorkItem>& items);

  // What Reader::prepare says of item `place`; each is asked for once, in order.
  Result<PreparedStudy> take(size_t place);

 private:
  struct Begun {
    size_t place;
    std::future<Result<PreparedStudy>> prepared;
  };
  void begin(size_t place);

  const Reader& reader_;
  const std::vector<WorkItem>& items_;
  std::deque<Begun> begun_;
  size_t next_ = 0;  // the first item that nobody has begun
};

}  // namespace slava
