#include "findings/sentence.h"

#include <algorithm>

namespace slava::findings {
namespace {

bool covers(const Mark& outer, const Mark& inner) {
  return outer.begin <= inner.begin && inner.end <= outer.end;
}
bool meet(const Mark& a, const Mark& b) { return a.begin < b.end && b.begin < a.end; }
size_t named(const Mark& mark) { return mark.end - mark.begin - mark.skipped; }

// Removes marks that lie inside a longer one of the list. A phrase may have two meanings: "cannot
// be excluded" is said ahead of what it means, and behind it.
void keep_longest(std::vector<Mark>& marks) {
  std::vector<Mark> kept;
  for (const Mark& mark : marks) {
    const bool hidden = std::any_of(marks.begin(), marks.end(), [&](const Mark& other) {
      return covers(other, mark) && named(other) > named(mark);
    });
    if (!hidden) kept.push_back(mark);
  }
  marks = std::move(kept);
}

// An observation loses against a longer unbroken phrase around it ("effusion" in "pericardial
// effusion"), and against a nearer or fuller phrase of the same observation.
void settle_observations(std::vector<Mark>& marks) {
  const auto beaten = [&](const Mark& mark) {
    return std::any_of(marks.begin(), marks.end(), [&](const Mark& other) {
      if (&other == &mark) return false;
      const bool ignored = other.kind == MeaningKind::kIgnored;
      if (mark.skipped == 0 && other.skipped == 0 && covers(other, mark)) {
        if (named(other) > named(mark)) return true;
        if (ignored && mark.kind != MeaningKind::kIgnored) return true;
      }
      if (ignored || mark.kind == MeaningKind::kIgnored) return false;
      if (other.index != mark.index || !meet(other, mark)) return false;
      if (other.skipped != mark.skipped) return other.skipped < mark.skipped;
      if (named(other) != named(mark)) return named(other) > named(mark);
      return &other < &mark;
    });
  };
  std::vector<Mark> kept;
  for (const Mark& mark : marks) {
    if (!beaten(mark)) kept.push_back(mark);
  }
  std::erase_if(kept, [](const Mark& mark) { return mark.kind == MeaningKind::kIgnored; });
  std::stable_sort(kept.begin(), kept.end(),
                   [](const Mark& a, const Mark& b) { return a.begin < b.begin; });
  marks = std::move(kept);
}

bool joins(const Word& word) { return word.kind == WordKind::kComma || word.text == "and"; }

}  // namespace

void SentenceReader::mark(const PhraseTree& tree, const Sentence& sentence, size_t begin,
                          size_t end, std::vector<Mark>& marks) {
  marks.clear();
  hits_.clear();
  for (size_t at = begin; at < end; ++at) {
    tree.match(words_, ids_, sentence.begin, at, end, hits_);
  }
  for (const PhraseHit& hit : hits_) {
    const Meaning& meaning = rules_.meanings[hit.meaning];
    marks.push_back({meaning.kind, meaning.index, hit.begin, hit.end, hit.skipped});
  }
}

std::vector<size_t> SentenceReader::divide(const Sentence& sentence) {
  const size_t size = sentence.end - sentence.begin;
  rules_.shape.look_up(words_, sentence.begin, sentence.end, ids_);
  mark(rules_.shape, sentence, sentence.begin, sentence.end, marks_);
  verbs_.assign(size, 0);
  std::vector<bool> subjects(size), splits(size);
  for (const Mark& mark : marks_) {
    const size_t at = mark.begin - sentence.begin;
    if (mark.kind == MeaningKind::kVerb) verbs_[at] = 1;
    if (mark.kind == MeaningKind::kSubject) subjects[at] = true;
    if (mark.kind == MeaningKind::kSplit) splits[at] = true;
  }
  std::vector<size_t> begins;
  size_t clause = 0;
  size_t last_verb = size;  // none yet
  const auto begin_at = [&](size_t at) {
    if (at > clause && at < size) begins.push_back(sentence.begin + at);
    clause = at;
    last_verb = size;
  };
  for (size_t at = 0; at < size; ++at) {
    const Word& word = words_[sentence.begin + at];
    if (splits[at]) begin_at(at);
    if (word.text == ";") begin_at(at + 1);
    if (verbs_[at] == 0) continue;
    // Two verbs with a comma or "and" between them are two statements. The second begins with its
    // subject where one is known; a list with "or" in it is still one statement.
    size_t at_subject = 0;
    size_t at_last = 0;
    bool alternatives = false;
    for (size_t i = last_verb + 1; last_verb < size && i < at; ++i) {
      const Word& between = words_[sentence.begin + i];
      if (between.text == "or" || between.text == "nor") alternatives = true;
      if (!joins(between)) continue;
      at_last = i + 1;
      if (at_subject == 0 && i + 1 < at && subjects[i + 1]) at_subject = i + 1;
    }
    if (at_subject != 0) {
      begin_at(at_subject);
    } else if (at_last != 0 && !alternatives) {
      begin_at(at_last);
    }
    last_verb = at;
  }
  begins.push_back(sentence.end);
  return begins;
}

void SentenceReader::recognise(const Sentence& sentence, Clause& clause) {
  mark(rules_.tree, sentence, clause.begin, clause.end, marks_);
  clause.roles.resize(clause.end - clause.begin);
  for (size_t at = clause.begin; at < clause.end; ++at) {
    if (verbs_[at - sentence.begin] != 0) clause.roles[at - clause.begin] |= kIsVerb;
  }
  for (const Mark& mark : marks_) {
    unsigned& role = clause.roles[mark.begin - clause.begin];
    switch (mark.kind) {
      case MeaningKind::kPresent:
      case MeaningKind::kAbsent:
      case MeaningKind::kPossible:
      case MeaningKind::kIgnored:
        clause.observations.push_back(mark);
        break;
      case MeaningKind::kNegationBefore:
      case MeaningKind::kNegationAfter:
      case MeaningKind::kUncertaintyBefore:
      case MeaningKind::kUncertaintyAfter:
      case MeaningKind::kUncertaintyAround:
      case MeaningKind::kHistoryBefore:
      case MeaningKind::kNoCue:
        clause.cues.push_back(mark);
        break;
      case MeaningKind::kPlace:
      case MeaningKind::kIgnoredPlace:
        clause.places.push_back(mark);
        break;
      case MeaningKind::kExtent:
        clause.extents.push_back(mark);
        break;
      case MeaningKind::kMarker:
        role |= kIsMarker;
        break;
      case MeaningKind::kStop:
        role |= kIsStop;
        break;
      case MeaningKind::kPreposition:
        role |= kIsPreposition;
        break;
      case MeaningKind::kExplanation:
        role |= kIsExplanation;
        break;
      case MeaningKind::kVerb:
      case MeaningKind::kSubject:
      case MeaningKind::kSplit:
        break;
    }
  }
  settle_observations(clause.observations);
  keep_longest(clause.cues);
  std::erase_if(clause.cues, [&](const Mark& cue) {
    if (cue.kind == MeaningKind::kNoCue) return true;
    // "no" of an unbroken phrase belongs to the phrase.
    return std::any_of(
        clause.observations.begin(), clause.observations.end(),
        [&](const Mark& phrase) { return phrase.skipped == 0 && covers(phrase, cue); });
  });
  keep_longest(clause.places);
  std::erase_if(clause.places,
                [](const Mark& mark) { return mark.kind == MeaningKind::kIgnoredPlace; });
  keep_longest(clause.extents);
}

std::vector<Clause> SentenceReader::read(const Sentence& sentence) {
  std::vector<Clause> clauses;
  const std::vector<size_t> ends = divide(sentence);
  rules_.tree.look_up(words_, sentence.begin, sentence.end, ids_);
  size_t begin = sentence.begin;
  for (const size_t end : ends) {
    Clause clause;
    clause.begin = begin;
    clause.end = end;
    recognise(sentence, clause);
    clauses.push_back(std::move(clause));
    begin = end;
  }
  return clauses;
}

}  // namespace slava::findings
