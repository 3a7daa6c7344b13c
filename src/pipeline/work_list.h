// Studies and rejected inputs in one order, of which a run does its share.
// Never here: reading films.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "base/result.h"
#include "gate/gate_options.h"
#include "study/find_studies.h"

namespace slava {

// The part `index` of `count` that this run does. Which study belongs to which part depends on
// its id alone, so machines that start at different times agree.
struct Shard {
  int index = 1;
  int count = 1;
};

// "2/4"; kUsage when it is not i/n with 1 <= i <= n.
Result<Shard> parse_shard(const std::string& text);
bool in_shard(const std::string& study_id, const Shard& shard);

// A study to read, or an input that was already refused; exactly one pointer is set.
struct WorkItem {
  std::string id;
  const Study* study = nullptr;
  const RejectedInput* rejected = nullptr;
};

// By id; points into `list`.
std::vector<WorkItem> work_items(const StudyList& list, const Shard& shard);

enum class ListFormat { kText, kJsonLines };

// What a run would make of an item as far as tags tell: why the gate would refuse the study, or "".
std::string refusal_of(const WorkItem& item, const GateOptions& gate);

// --dry-run: each study with its films, views and who said the view, or why it would be refused, or
// why it was rejected.
void print_work(const std::vector<WorkItem>& items, size_t ignored_files, const GateOptions& gate,
                ListFormat format, std::ostream& out);

}  // namespace slava
