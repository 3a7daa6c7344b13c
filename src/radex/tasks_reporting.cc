#include <array>
#include <charconv>

#include "base/strings.h"
#include "radex/tasks.h"
#include "wording/grammar.h"
#include "wording/wording.h"

namespace slava::radex {

using namespace wording;
namespace {

std::string decade_of(const std::string& age) {
  constexpr auto kDecades =
      std::to_array<std::string_view>({"", "teens", "twenties", "thirties", "forties", "fifties",
                                       "sixties", "seventies", "eighties"});
  unsigned years = 0;
  std::from_chars(age.data(), age.data() + age.size(), years);
  if (age == "90+") return " aged 90 or older";
  if (years < 10) return "";
  return cat(" in the ", kDecades[years / 10]);
}

// "The patient is a man in the fifties. ": no age in years, which nobody needs here.
std::string context_of(const CaseFacts& about) {
  if (about.sex.empty()) return "";
  const bool male = about.sex == "M";
  return cat("The patient is ", male ? "male" : "female", decade_of(about.age), ". ");
}

}  // namespace

void add_reporting(TaskWriter& writer) {
  // A report that leaves something out would teach to leave it out.
  if (!writer.about().complete) return;
  std::vector<Fact> findings;
  for (const Fact& fact : writer.about().facts) {
    const bool opinion = kind_of(fact.observation) == ObservationKind::kInterpretation;
    if (!opinion && fact.section != ReportSection::kImpression) findings.push_back(fact);
  }
  const std::vector<Fact> impression = writer.impression();
  const Slots context{{"context", context_of(writer.about())}};
  if (!findings.empty()) {
    std::string question = say("findings.question", context, writer.draw());
    writer.add(Stage::kReporting, "findings", std::move(question), text_of(findings, writer.draw()),
               findings);
  }
  if (findings.empty() || impression.empty()) return;
  const std::string text = text_of(findings, writer.draw());
  std::string question = say("summary.question", {{"findings", text}}, writer.draw());
  writer.add(Stage::kReporting, "summary", std::move(question), text_of(impression, writer.draw()),
             impression);
  writer.give(text, findings);
  question = say("report.question", context, writer.draw());
  const Slots sections{{"findings", text_of(findings, writer.draw())},
                       {"impression", text_of(impression, writer.draw())}};
  std::vector<Fact> all = findings;
  all.insert(all.end(), impression.begin(), impression.end());
  writer.add(Stage::kReporting, "report", std::move(question),
             say("report.answer", sections, writer.draw()), std::move(all));
}

}  // namespace slava::radex
