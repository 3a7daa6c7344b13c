#include "commands/commands.h"

#include <ostream>

#include "base/log.h"
#include "base/memory_watch.h"
#include "base/strings.h"
#include "commands/command_line.h"

namespace slava {
namespace {

constexpr const char* kReportExamples =
    "  slava-cxr report film.dcm                      print a draft report\n"
    "  slava-cxr report folder --json                 one JSON object a study on stdout\n"
    "  slava-cxr report folder --output out           out/<study>/report.{txt,json,html}\n"
    "  slava-cxr report folder --output out --resume  go on after an interrupt\n"
    "  slava-cxr report --manifest films.csv --dry-run\n"
    "                                                 show studies, films and views\n"
    "  slava-cxr report folder --gate rotated=refuse --gate not_a_chest_film=warn\n"
    "                                                 what is done about films of these kinds\n";
constexpr const char* kAskExamples =
    "  slava-cxr ask --image film.dcm --question \"Is the heart enlarged?\"\n"
    "                                                 the answer, and that it is a draft\n"
    "  slava-cxr ask --image film.dcm --question \"Is there an effusion?\" --question \"Where?\"\n"
    "                                                 both answers; the film is seen once\n"
    "  slava-cxr ask --questions q.jsonl --image-folder films --answers a.jsonl\n"
    "                                                 upstream's files; --resume goes on\n"
    "  slava-cxr ask --model DIR --image film.png --prompt \"USER: <image>\\nDescribe. "
    "ASSISTANT:\" \\\n"
    "    --json                                       the whole prompt verbatim; tokens and "
    "times\n";
constexpr const char* kSummarizeExamples =
    "  slava-cxr summarize --findings \"The heart is large. The lungs are clear.\"\n"
    "                                                 the impression; --image FILE shows the film\n"
    "  slava-cxr summarize --reports out --output impressions.jsonl\n"
    "                                                 of every report in a folder, or of a file\n"
    "  slava-cxr summarize --reports findings.jsonl --films films.csv --output impressions.jsonl\n"
    "                                                 the model sees the films too\n";
constexpr const char* kTrainExamples =
    "  slava-cxr train --config train.toml            every flag can stand in the file\n"
    "  slava-cxr train --config train.toml --resume   go on where a killed run stopped\n"
    "  slava-cxr train --recipe recipe.toml --output runs\n"
    "                                                 stages in turn; again: goes on\n"
    "  slava-cxr train --stage reporting --lora-rank 16 --accumulate 8 --checkpointing \\\n"
    "    --config-from DIR --init DIR --data train.json --validation val.json --output runs/a\n"
    "                                                 a large checkpoint in little memory\n";
constexpr const char* kEvaluateExamples =
    "  slava-cxr evaluate --references val.jsonl --predictions out\n"
    "                                                 metrics, labels and controls in a table\n"
    "  slava-cxr evaluate --references val.jsonl --predictions out --save-baseline base.json\n"
    "  slava-cxr evaluate --references val.jsonl --predictions out --baseline base.json \\\n"
    "    --junit gate.xml                             fail when something got worse\n";
constexpr const char* kRadexExamples =
    "  slava-cxr radex --cases cases.jsonl --output corpus --seed 7\n"
    "                                                 corpus/radex.json and radex-report.html\n"
    "  slava-cxr radex --cases studies.jsonl --split train --license \"CC BY-NC-ND 4.0\" \\\n"
    "    --source \"IU X-ray, Open-i\" --output corpus\n"
    "  slava-cxr radex --cases cases.jsonl --output corpus --llm http://127.0.0.1:8080/v1\n"
    "                                                 a local model rewords the answers\n";
constexpr const char* kInspectExamples =
    "  slava-cxr inspect film.dcm                     tags that matter for reading it\n"
    "  slava-cxr inspect models/starter               what a checkpoint is made of\n"
    "  slava-cxr inspect --schema                     the JSON Schema of report.json\n";
constexpr const char* kCompletionExamples =
    "  source <(slava-cxr completion bash)            in this shell\n"
    "  slava-cxr completion bash > ~/.local/share/bash-completion/completions/slava-cxr\n"
    "                                                 in every new shell\n";
constexpr const char* kQuantizeExamples =
    "  slava-cxr quantize films --output model-int8   calibrate on these films' studies\n"
    "  slava-cxr quantize --model DIR --manifest films.csv --max-studies 100 --output DIR-int8\n";
constexpr const char* kGuessesExamples =
    "  slava-cxr guesses --reports studies.jsonl --split train\n"
    "                                                 beside the starter, or --model DIR\n";
constexpr const char* kBenchExamples =
    "  slava-cxr bench                                the starter, or --model DIR\n"
    "  slava-cxr bench --random llava-2.7b --dtype int8 --question-pairs\n"
    "                                                 3 billion random weights; needs 10 GB\n"
    "  slava-cxr bench --random slava --write DIR     the same for another engine\n";
constexpr const char* kHelpExamples =
    "  slava-cxr help report                          its flags\n";

bool is_help(const std::string& word) { return word == "-h" || word == "--help"; }

Result<ExitCode> run_command(const std::vector<std::string>& arguments, const Streams& streams) {
  if (arguments.empty()) {
    streams.err << program_help();
    return ExitCode::kUsage;
  }
  if (is_help(arguments.front())) {
    streams.out << program_help();
    return ExitCode::kOk;
  }
  const std::string name = arguments.front() == "--version" ? "version" : arguments.front();
  SLAVA_TRY(const CommandEntry* entry, find_command(name));
  CommandLine line = make_command_line(*entry);
  SLAVA_TRY(const Parsed parsed, parse(line, {arguments.begin() + 1, arguments.end()}));
  if (parsed == Parsed::kShowHelp) {
    streams.out << line.app->help();
    return ExitCode::kOk;
  }
  SLAVA_TRY_STATUS(start_log(*line.common));
  if (!log_is_on(LogLevel::kInfo)) return line.command->run(streams);
  const MemoryWatch memory;
  auto code = line.command->run(streams);
  constexpr double kGigabyte = 1e9;
  log_info(cat("at most ", static_cast<double>(memory.peak_bytes()) / kGigabyte,
               " GB of memory of its own (RssAnon), ",
               static_cast<double>(most_resident_bytes()) / kGigabyte,
               " GB with mapped files (VmHWM)"));
  return code;
}

}  // namespace

const std::vector<CommandEntry>& commands() {
  static const std::vector<CommandEntry> table{
      {"report", "Draft the reports of films, folders or a manifest", kReportExamples,
       make_report_command},
      {"ask", "Ask a question about films", kAskExamples, make_ask_command},
      {"summarize", "Draft the impression of findings, with or without the films",
       kSummarizeExamples, make_summarize_command},
      {"train", "Train a model on films and their reports", kTrainExamples, make_train_command},
      {"evaluate", "Score reports against references, with controls and intervals",
       kEvaluateExamples, make_evaluate_command},
      {"radex", "Make a training corpus of published cases or reports, without identifiers",
       kRadexExamples, make_radex_command},
      {"inspect", "Tell what a film or a checkpoint is", kInspectExamples, make_inspect_command},
      {"quantize", "Write a checkpoint in 8 bit, and tell what that cost", kQuantizeExamples,
       make_quantize_command},
      {"guesses", "Index reports, so that a checkpoint writes text like theirs in fewer steps",
       kGuessesExamples, make_guesses_command},
      {"bench", "Measure a model's speed against what the machine could do", kBenchExamples,
       make_bench_command},
      {"version", "Print the program's version", "", make_version_command},
      {"help", "Show the commands, or a command's flags", kHelpExamples, make_help_command},
      {"completion", "Print a script that completes commands and flags in bash",
       kCompletionExamples, make_completion_command},
  };
  return table;
}

Result<const CommandEntry*> find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const CommandEntry& entry : commands()) {
    if (entry.name == name) return &entry;
    names.push_back(entry.name);
  }
  const std::string near = closest(name, names);
  return fail(ErrorKind::kUsage, cat("unknown ", name.starts_with("-") ? "flag " : "command ", name,
                                     near.empty() ? cat("; the commands are ", join(names, ", "))
                                                  : cat("; did you mean ", near, "?"),
                                     " (slava-cxr help tells more)"));
}

ExitCode run_program(const std::vector<std::string>& arguments, const Streams& streams) {
  const auto outcome = run_command(arguments, streams);
  ExitCode code = outcome ? *outcome : exit_code_of(outcome.error().kind);
  if (!outcome) streams.err << "slava-cxr: error: " << outcome.error().message << '\n';
  if (!streams.out.flush() && code == ExitCode::kOk) {
    streams.err << "slava-cxr: error: standard output cannot be written\n";
    code = ExitCode::kOutput;
  }
  return code;
}

}  // namespace slava
