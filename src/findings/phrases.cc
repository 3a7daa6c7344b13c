#include "findings/phrases.h"

#include <algorithm>

#include "base/check.h"
#include "base/strings.h"

namespace slava::findings {
namespace {

// The choices that one element of a pattern stands for, each a list of words; an empty one is
// nothing at all.
std::vector<std::vector<std::string>> choices_of(const std::string& element,
                                                 const PhraseSets& sets);

// All lists of words that `pattern` stands for.
std::vector<std::vector<std::string>> expand(std::string_view pattern, const PhraseSets& sets) {
  std::vector<std::vector<std::string>> lists = {{}};
  for (const std::string& element : split(pattern, ' ')) {
    if (element.empty()) continue;
    std::vector<std::vector<std::string>> longer;
    for (const auto& choice : choices_of(element, sets)) {
      for (auto list : lists) {
        list.insert(list.end(), choice.begin(), choice.end());
        longer.push_back(std::move(list));
      }
    }
    lists = std::move(longer);
  }
  return lists;
}

std::vector<std::vector<std::string>> choices_of(const std::string& element,
                                                 const PhraseSets& sets) {
  std::vector<std::vector<std::string>> choices;
  std::string_view words = element;
  if (words.front() == '[') {
    SLAVA_CHECK(words.back() == ']');
    choices.emplace_back();
    words = words.substr(1, words.size() - 2);
  }
  for (const std::string& word : split(words, '|')) {
    SLAVA_CHECK(!word.empty());
    if (word.front() != '{') {
      choices.push_back({word});
      continue;
    }
    const auto set = sets.find(word.substr(1, word.size() - 2));
    if (set == sets.end()) {
      check_failed(__FILE__, __LINE__, cat("findings/rules: there is no set ", word));
    }
    for (const std::string& pattern : set->second) {
      for (auto& list : expand(pattern, {})) choices.push_back(std::move(list));
    }
  }
  return choices;
}

}  // namespace

struct PhraseTree::Search {
  const std::vector<Word>& words;
  const WordIds& ids;
  size_t offset;
  size_t begin;
  size_t limit;
  std::vector<PhraseHit>& hits;
  size_t first_hit;  // hits before it belong to other beginnings
};

uint32_t PhraseTree::word_id(std::string_view word) {
  const bool stem = word.back() == '*';
  if (stem) {
    word.remove_suffix(1);
    longest_stem_ = std::max(longest_stem_, word.size());
  }
  const auto [place, fresh] = (stem ? stems_ : exact_).try_emplace(std::string(word), next_id_);
  if (fresh) ++next_id_;
  return place->second;
}

void PhraseTree::add(std::string_view pattern, uint32_t meaning, const PhraseSets& sets) {
  for (const auto& words : expand(pattern, sets)) {
    SLAVA_CHECK(!words.empty());
    add_words(words, meaning);
  }
}

void PhraseTree::add_words(const std::vector<std::string>& words, uint32_t meaning) {
  uint32_t node = 0;
  for (const std::string& word : words) {
    uint32_t child = 0;
    if (word.front() == '~' || word.front() == '_') {
      const bool over_marks = word.front() == '~';
      const auto most = static_cast<uint32_t>(std::stoul(word.substr(1)));
      for (const Gap& gap : nodes_[node].gaps) {
        if (gap.most == most && gap.over_marks == over_marks) child = gap.child;
      }
      if (child == 0) {
        child = static_cast<uint32_t>(nodes_.size());
        nodes_[node].gaps.push_back({most, over_marks, child});
        nodes_.emplace_back();
      }
    } else {
      const uint32_t id = word_id(word);
      auto& edges = nodes_[node].edges;
      const auto edge = std::lower_bound(edges.begin(), edges.end(), std::pair{id, uint32_t{0}});
      if (edge != edges.end() && edge->first == id) {
        child = edge->second;
      } else {
        child = static_cast<uint32_t>(nodes_.size());
        edges.insert(edge, {id, child});
        nodes_.emplace_back();
      }
    }
    node = child;
  }
  auto& meanings = nodes_[node].meanings;
  if (std::find(meanings.begin(), meanings.end(), meaning) == meanings.end()) {
    meanings.push_back(meaning);
  }
}

void PhraseTree::look_up(const std::vector<Word>& words, size_t begin, size_t end,
                         WordIds& ids) const {
  ids.resize(end - begin);
  std::string key;
  for (size_t at = begin; at < end; ++at) {
    auto& found = ids[at - begin];
    found.clear();
    const std::string_view text = words[at].text;
    // A word longer than this is no word; without the limit a report of one endless word is slow.
    if (text.size() > 64) continue;
    key.assign(text);
    if (const auto exact = exact_.find(key); exact != exact_.end()) found.push_back(exact->second);
    for (size_t length = std::min(text.size(), longest_stem_); length > 0; --length) {
      key.resize(length);
      if (const auto stem = stems_.find(key); stem != stems_.end()) found.push_back(stem->second);
    }
  }
}

void PhraseTree::match(const std::vector<Word>& words, const WordIds& ids, size_t offset, size_t at,
                       size_t limit, std::vector<PhraseHit>& hits) const {
  Search search{words, ids, offset, at, limit, hits, hits.size()};
  descend(search, 0, at, 0);
}

void PhraseTree::descend(Search& search, uint32_t node, size_t at, size_t skipped) const {
  const Node& here = nodes_[node];
  for (const uint32_t meaning : here.meanings) {
    bool known = false;
    for (size_t i = search.first_hit; i < search.hits.size(); ++i) {
      PhraseHit& hit = search.hits[i];
      if (hit.meaning != meaning) continue;
      known = true;
      // Fewest words skipped, then most words named.
      if (skipped < hit.skipped || (skipped == hit.skipped && at > hit.end)) {
        hit.end = at;
        hit.skipped = skipped;
      }
    }
    if (!known) search.hits.push_back({meaning, search.begin, at, skipped});
  }
  if (at >= search.limit) return;
  for (const uint32_t id : search.ids[at - search.offset]) {
    const auto edge =
        std::lower_bound(here.edges.begin(), here.edges.end(), std::pair{id, uint32_t{0}});
    if (edge != here.edges.end() && edge->first == id) {
      descend(search, edge->second, at + 1, skipped);
    }
  }
  for (const Gap& gap : here.gaps) {
    for (size_t over = 0; over <= gap.most && at + over < search.limit; ++over) {
      if (over > 0 && !gap.over_marks && search.words[at + over - 1].kind != WordKind::kWord) break;
      descend(search, gap.child, at + over, skipped + over);
    }
  }
}

}  // namespace slava::findings
