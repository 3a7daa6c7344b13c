// The program's face: help, errors, configuration files, completion. No model is needed.
#include <gmock/gmock.h>

#include "base/file.h"
#include "base/strings.h"
#include "base/version.h"
#include "commands/commands.h"
#include "commands/program.h"
#include "image/encode.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr int kUsage = static_cast<int>(ExitCode::kUsage);

std::string in_file(const TemporaryFolder& folder, const std::string& name,
                    const std::string& text) {
  EXPECT_TRUE(write_file_atomically(folder / name, text));
  return folder / name;
}

void write_picture(const std::filesystem::path& path) {
  const GrayImage image{2, 2, {0, 80, 160, 255}};
  ASSERT_TRUE(write_file_atomically(path, encode_png(image).value()));
}

// One line on stderr, nothing on stdout.
testing::Matcher<const std::string&> one_error(const std::string& part) {
  return AllOf(MatchesRegex("slava-cxr: error: [^\n]+\n"), HasSubstr(part));
}

TEST(Cli, HelpListsEveryCommand) {
  for (const std::vector<std::string>& way :
       {std::vector<std::string>{"help"}, {"--help"}, {"-h"}}) {
    const ProgramRun run = run_slava(way);
    EXPECT_EQ(run.exit_code, 0);
    for (const CommandEntry& entry : commands()) {
      EXPECT_THAT(run.out, HasSubstr("  " + entry.name + " "));
      EXPECT_THAT(run.out, HasSubstr(entry.help));
    }
    EXPECT_THAT(run.out, HasSubstr("AI-generated drafts, for a physician to verify"));
    EXPECT_THAT(run.err, IsEmpty());
  }
}

TEST(Cli, WithoutACommandTheHelpIsAnError) {
  const ProgramRun run = run_slava({});
  EXPECT_EQ(run.exit_code, kUsage);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, HasSubstr("Usage: slava-cxr COMMAND"));
}

TEST(Cli, ACommandsHelpIsTheSameOnBothWaysAndHasExamples) {
  for (const CommandEntry& entry : commands()) {
    const ProgramRun by_help = run_slava({"help", entry.name});
    const ProgramRun by_flag = run_slava({entry.name, "--help"});
    EXPECT_EQ(by_help.exit_code, 0) << entry.name;
    EXPECT_EQ(by_flag.exit_code, 0) << entry.name;
    EXPECT_EQ(by_help.out, by_flag.out);
    EXPECT_THAT(by_help.out, HasSubstr("Usage: slava-cxr " + entry.name));
    EXPECT_THAT(by_help.out, HasSubstr(entry.examples));
    for (const std::string& line : split(by_help.out, '\n')) {
      EXPECT_LE(line.size(), 100u) << line;
    }
  }
}

TEST(Cli, VersionIsTheBuilds) {
  for (const char* way : {"version", "--version"}) {
    const ProgramRun run = run_slava({way});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.out, StartsWith(cat("slava-cxr ", program_version(), "\n")));
  }
}

TEST(Cli, AMisspeltCommandIsRecognised) {
  const ProgramRun run = run_slava({"reprot", "film.dcm"});
  EXPECT_EQ(run.exit_code, kUsage);
  EXPECT_THAT(run.err, one_error("unknown command reprot; did you mean report?"));
  EXPECT_THAT(run_slava({"help", "trian"}).err, one_error("did you mean train?"));
}

TEST(Cli, ACommandLikeNoneGetsTheList) {
  const ProgramRun run = run_slava({"mammography"});
  EXPECT_EQ(run.exit_code, kUsage);
  EXPECT_THAT(run.err, one_error("the commands are report, ask, summarize, train, evaluate"));
}

TEST(Cli, AMisspeltFlagIsRecognised) {
  for (const char* flag : {"--outptu", "--outptu=x"}) {
    const ProgramRun run = run_slava({"report", ".", flag, "x"});
    EXPECT_EQ(run.exit_code, kUsage);
    EXPECT_THAT(run.out, IsEmpty());
    EXPECT_THAT(run.err, one_error("unknown flag --outptu; did you mean --output?"));
  }
}

TEST(Cli, AnUnknownFlagIsSaidBeforeWhatItBreaks) {
  EXPECT_THAT(run_slava({"completion", "--shel", "fish"}).err, one_error("unknown flag --shel"));
}

TEST(Cli, WrongValuesNameTheirFlag) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"--threads", "many"}, "--threads"},
      {{"--threads", "-1"}, "--threads"},
      {{"--device", "gpu"}, "--device"},
      {{"--top-p", "1.5"}, "--top-p"},
      {{"--max-new-tokens", "0"}, "--max-new-tokens"},
      {{"--seed", "-1"}, "--seed"},
      {{"--format", "docx", "--output", "x"}, "docx"},
      {{"--shard", "3/2"}, "--shard 3/2"},
      {{"--view", "oblique"}, "--view"},
  };
  for (const auto& [flags, part] : cases) {
    std::vector<std::string> arguments{"report", "."};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const ProgramRun run = run_slava(arguments);
    EXPECT_EQ(run.exit_code, kUsage) << part;
    EXPECT_THAT(run.err, one_error(part));
  }
}

TEST(Cli, FlagsThatDoNotGoTogetherAreUsageErrors) {
  const std::vector<std::vector<std::string>> cases{
      {"report"},
      {"report", ".", "--resume"},
      {"report", ".", "--force"},
      {"report", ".", "--output", "x", "--resume", "--force"},
      {"report", ".", "--output", "x", "--only-failed"},
      {"report", ".", "--format", "txt"},
      {"report", ".", "--output", "x", "--format", "json", "--template", "t"},
      {"inspect"},
      {"train"},
  };
  for (const auto& arguments : cases) {
    const ProgramRun run = run_slava(arguments);
    EXPECT_EQ(run.exit_code, kUsage) << join(arguments, " ");
    EXPECT_THAT(run.err, one_error("")) << join(arguments, " ");
  }
}

TEST(Cli, AnUnknownKeyOfTheConfigurationNamesFileLineAndKey) {
  const TemporaryFolder folder;
  const std::string file = in_file(folder, "c.toml", "# site\nthreads = 1\nformats = \"txt\"\n");
  const ProgramRun run = run_slava({"report", ".", "--config", file});
  EXPECT_EQ(run.exit_code, kUsage);
  EXPECT_THAT(run.err, one_error(file + ": line 3: unknown key 'formats'; did you mean 'format'?"));
}

TEST(Cli, AWrongValueOfTheConfigurationNamesFileAndLine) {
  const TemporaryFolder folder;
  const std::string file = in_file(folder, "c.toml", "\nthreads = \"many\"\n");
  EXPECT_THAT(run_slava({"report", ".", "--config", file}).err, one_error(file + ": line 2: "));
  const std::string table = in_file(folder, "t.toml", "[threads]\nx = 1\n");
  EXPECT_THAT(run_slava({"report", ".", "--config", table}).err,
              one_error(table + ": line 1: threads is a table"));
  const std::string broken = in_file(folder, "b.toml", "threads = 1\nformat = \"txt\n");
  EXPECT_THAT(run_slava({"report", ".", "--config", broken}).err, one_error(broken + ": line 2"));
}

TEST(Cli, AConfigurationThatIsMissingIsAUsageError) {
  const ProgramRun run = run_slava({"report", ".", "--config", "none.toml"});
  EXPECT_EQ(run.exit_code, kUsage);
  EXPECT_THAT(run.err, one_error("none.toml: no such file"));
}

TEST(Cli, TheConfigurationSetsFlagsAndTheCommandLineHasTheLastWord) {
  const TemporaryFolder folder;
  write_picture(folder / "film.png");
  const std::string file =
      in_file(folder, "c.toml",
              cat("paths = [\"", (folder / "film.png").string(), "\"]\n",
                  "dry-run = true  # lists only\nview = \"lateral\"\njson = false\n"));
  const ProgramRun by_file = run_slava({"report", "--config", file});
  EXPECT_EQ(by_file.exit_code, 0) << by_file.err;
  EXPECT_THAT(by_file.out, HasSubstr("  lateral "));
  const ProgramRun by_flag = run_slava({"report", "--config", file, "--view", "frontal"});
  EXPECT_EQ(by_flag.exit_code, 0) << by_flag.err;
  EXPECT_THAT(by_flag.out, HasSubstr("  frontal "));
}

TEST(Cli, TextInTheConfigurationMayHoldCommentAndListSigns) {
  const TemporaryFolder folder;
  const std::string name = "a # b, c.png";
  write_picture(folder / name);
  const std::string file = in_file(
      folder, "c.toml", cat("paths = \"", (folder / name).string(), "\"\ndry-run = true\n"));
  const ProgramRun run = run_slava({"report", "--config", file});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr(name));
}

TEST(Cli, TheDryRunNeedsNoModelAndWritesNothing) {
  const TemporaryFolder folder;
  write_picture(folder / "in/s/film.png");
  ASSERT_TRUE(write_file_atomically(folder / "in/notes.txt", "not a film"));
  const ProgramRun run = run_slava({"report", folder / "in", "--dry-run", "--output",
                                    folder / "out", "--model", folder / "none"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(
      run.out,
      HasSubstr("studies: 1, films: 1, refused studies: 0, rejected inputs: 0, ignored files: 1"));
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

TEST(Cli, APathThatIsMissingIsAnInputError) {
  const TemporaryFolder folder;
  const ProgramRun run = run_slava({"report", folder / "none", "--dry-run"});
  EXPECT_EQ(run.exit_code, static_cast<int>(ExitCode::kInput));
  EXPECT_THAT(run.err, one_error((folder / "none").string()));
}

TEST(Cli, AFolderThatIsNoCheckpointIsAModelError) {
  const TemporaryFolder folder;
  write_picture(folder / "film.png");
  const std::string film = folder / "film.png";
  const ProgramRun by_flag = run_slava({"report", film, "--model", folder.path()});
  EXPECT_EQ(by_flag.exit_code, static_cast<int>(ExitCode::kModel));
  EXPECT_THAT(by_flag.err, one_error("(--model)"));
  const ProgramRun by_variable =
      run_slava({"report", film}, {"SLAVA_MODEL=" + folder.path().string()});
  EXPECT_EQ(by_variable.exit_code, static_cast<int>(ExitCode::kModel));
  EXPECT_THAT(by_variable.err, one_error("($SLAVA_MODEL)"));
}

TEST(Cli, AnOutputFolderWithContentIsRefusedBeforeTheModelIsLookedFor) {
  const TemporaryFolder folder;
  write_picture(folder / "film.png");
  ASSERT_TRUE(write_file_atomically(folder / "out/mine", "x"));
  const ProgramRun run = run_slava(
      {"report", folder / "film.png", "--output", folder / "out", "--model", folder / "none"});
  EXPECT_EQ(run.exit_code, kUsage);
  EXPECT_THAT(run.err, one_error("--resume"));
}

TEST(Cli, ATemplateThatIsMissingIsSaidBeforeTheModelIsLookedFor) {
  const TemporaryFolder folder;
  const ProgramRun run =
      run_slava({"report", ".", "--template", folder / "none", "--model", folder / "none"});
  EXPECT_EQ(run.exit_code, static_cast<int>(ExitCode::kInput));
  EXPECT_THAT(run.err, one_error((folder / "none").string()));
}

TEST(Cli, ALogFileThatCannotBeOpenedIsAnOutputError) {
  const TemporaryFolder folder;
  write_picture(folder / "film.png");
  const ProgramRun run =
      run_slava({"version", "--log-file", (folder / "film.png").string() + "/log"});
  EXPECT_EQ(run.exit_code, static_cast<int>(ExitCode::kOutput));
  EXPECT_THAT(run.err, one_error("film.png/log"));
}

TEST(Cli, AFullStandardOutputIsAnOutputError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  const ProgramRun result = run({"bash", "-c", "exec '" + slava_path() + "' help > /dev/full"});
  EXPECT_EQ(result.exit_code, static_cast<int>(ExitCode::kOutput));
  EXPECT_THAT(result.err, one_error("standard output"));
}

TEST(Cli, InspectPrintsTheSchemaAndAPicturesSize) {
  const ProgramRun schema = run_slava({"inspect", "--schema"});
  EXPECT_EQ(schema.exit_code, 0);
  EXPECT_THAT(schema.out, HasSubstr("\"$schema\""));
  const TemporaryFolder folder;
  write_picture(folder / "film.png");
  const ProgramRun picture = run_slava({"inspect", folder / "film.png", "--json"});
  EXPECT_EQ(picture.exit_code, 0) << picture.err;
  EXPECT_THAT(picture.out, AllOf(HasSubstr("\"width\":2"), HasSubstr("\"bits\":8")));
}

TEST(Cli, InspectSaysWhatIsWrongWithAFilm) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "empty.dcm", ""));
  const ProgramRun run = run_slava({"inspect", folder / "empty.dcm"});
  EXPECT_EQ(run.exit_code, static_cast<int>(ExitCode::kInput));
  EXPECT_THAT(run.err, one_error("empty.dcm"));
}

// What bash offers for the last of `words`.
std::vector<std::string> completions(const std::vector<std::string>& words) {
  std::string quoted;
  for (const std::string& word : words) quoted += " '" + word + "'";
  const ProgramRun result =
      run({"bash", "-c",
           cat("set -eu; source <('", slava_path(), "' completion bash); COMP_WORDS=(slava-cxr",
               quoted, "); COMP_CWORD=", words.size(),
               "; _slava_cxr || true; for word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  std::vector<std::string> list = split(result.out, '\n');
  list.pop_back();
  return list;
}

TEST(Completion, OffersCommandsFlagsAndTheWordsThatAFlagTakes) {
  EXPECT_THAT(completions({"re"}), testing::ElementsAre("report"));
  EXPECT_THAT(completions({"report", "--out"}), testing::ElementsAre("--output"));
  EXPECT_THAT(completions({"report", "--device", ""}), testing::ElementsAre("auto", "cpu", "cuda"));
  EXPECT_THAT(completions({"train", "--objective", "l"}), testing::ElementsAre("labels"));
  EXPECT_THAT(completions({"help", "in"}), testing::ElementsAre("inspect"));
  EXPECT_THAT(completions({"completion", ""}), testing::ElementsAre("bash"));
}

TEST(Completion, OffersEveryFlagOfEveryCommand) {
  for (const CommandEntry& entry : commands()) {
    const auto flags = completions({entry.name, "--"});
    EXPECT_THAT(flags, testing::IsSupersetOf({"--help", "--config", "--log-level"}));
  }
}

TEST(Completion, OffersFilesForPathsAndForFlagsThatTakeOne) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "a film.dcm", "x"));
  const std::string start = folder / "a";
  EXPECT_THAT(completions({"report", start}),
              testing::ElementsAre((folder / "a film.dcm").string()));
  EXPECT_THAT(completions({"report", "--manifest", start}),
              testing::ElementsAre((folder / "a film.dcm").string()));
}

}  // namespace
}  // namespace slava
