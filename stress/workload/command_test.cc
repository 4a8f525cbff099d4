// The command from outside of its library: every flag, every mistake, what is written where.
//
// The test is its own worker, and its rounds are a planted fault: one that the checker need not be
// lucky for.
#include "stress/workload/command.h"

#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "core/scripts/script_text.h"
#include "core/sync/native_control.h"
#include "gtest/gtest.h"
#include "stress/workload/generator.h"
#include "stress/workload/random.h"
#include "stress/workload/worker.h"

namespace workload {
namespace {

using Json = nlohmann::json;

constexpr char kFault[] = "PLANTED_FAULT";  // Any value but these is a fork before an exit.
constexpr char kExitAtEnd[] = "exit at the end";
constexpr char kSlowStart[] = "slow start";

// Whether a fork and an exit that comes later, in whatever thread, are in the script.
bool HasForkAndExit(const rmap::Script& script) {
  bool forked = false;
  for (const rmap::Phase& phase : script.phases) {
    for (const rmap::Steps& steps : phase.threads) {
      for (const rmap::Step& step : steps) {
        forked = forked || step.verb == rmap::Verb::kFork;
        if (forked && step.verb == rmap::Verb::kExit) return true;
      }
    }
  }
  return false;
}

bool HasFault(const char* fault) {
  const char* const planted = getenv(kFault);
  return planted != nullptr && std::string_view(planted) == fault;
}

bool Fails(const rmap::Script& script) {
  if (HasFault(kExitAtEnd)) {
    return script.phases.back().threads.back().back().verb == rmap::Verb::kExit;
  }
  return getenv(kFault) != nullptr && HasForkAndExit(script);
}

void PlayPlanted(const rmap::Kernel&, const rmap::Script& script, Board& board, ksync::Watchdog&) {
  board.Begin(0, 0, {.verb = rmap::Verb::kFork});
  ksync::Check(!Fails(script), "I3: a planted mistake");
  board.End(0);
}

struct Ran {
  int code;
  std::string out;
  std::string err;
};

Ran RunWords(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = Main(words, {.out = out, .err = err});
  return {code, out.str(), err.str()};
}

class CommandTest : public testing::Test {
 protected:
  CommandTest() : folder_(std::filesystem::path(testing::TempDir()) / "rmap_stress_command") {
    std::filesystem::create_directories(folder_);
    setenv("TMPDIR", folder_.c_str(), 1);
  }
  ~CommandTest() override {
    unsetenv(kFault);
    std::filesystem::remove_all(folder_);
  }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::string Read(const std::string& name) const {
    std::ifstream file(folder_ / name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  const std::filesystem::path folder_;
};

const std::vector<std::string> kShort = {"--rounds=10", "--seconds=60"};

std::vector<std::string> With(std::vector<std::string> words, std::vector<std::string> more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_F(CommandTest, NothingFails) {
  const Ran ran = RunWords(kShort);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err, "") << "progress is for terminals";
  EXPECT_TRUE(absl::StrContains(ran.out, "10 rounds")) << ran.out;
  EXPECT_TRUE(absl::StrContains(ran.out, "G9 with all, seed 1")) << ran.out;
}

// From the failure to the file that proves it.
TEST_F(CommandTest, AFailureIsMadeSmallAndWritten) {
  setenv(kFault, "1", 1);
  const Ran ran = RunWords(kShort);
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(absl::StartsWith(ran.out, "FAILED: I3: I3: a planted mistake")) << ran.out;
  EXPECT_TRUE(absl::StrContains(ran.out, "what each thread did last:\n    thread 0")) << ran.out;
  const std::string file = Path("rmap_stress-1-0.rmap");
  EXPECT_TRUE(absl::StrContains(ran.out, "rmapcheck prove " + file)) << ran.out;
  const absl::StatusOr<rmap::Script> script = rmap::ParseScript(Read("rmap_stress-1-0.rmap"));
  ASSERT_TRUE(script.ok()) << script.status();
  EXPECT_TRUE(HasForkAndExit(*script));
  EXPECT_EQ(SizeOf(*script).steps, 2u);
  EXPECT_EQ(script->kernel, "G9 with all");

  const Ran again = RunWords({"--script=" + file, "--rounds=1"});
  EXPECT_EQ(again.code, 1) << "what was written fails";
}

TEST_F(CommandTest, ShrinkingCanBeLeftOut) {
  setenv(kFault, "1", 1);
  const Ran ran = RunWords(With(kShort, {"--shrink_seconds=0", "--failures_max=3"}));
  EXPECT_EQ(ran.code, 1);
  EXPECT_FALSE(absl::StrContains(ran.out, "made smaller"));
  EXPECT_TRUE(absl::StrContains(ran.out, "failures: 3")) << ran.out;
}

TEST_F(CommandTest, JsonHasEveryPairOnce) {
  setenv(kFault, "1", 1);
  const Ran ran = RunWords(With(kShort, {"--json=" + Path("run.json"), "--shrink_seconds=0"}));
  EXPECT_EQ(ran.code, 1);
  const Json json = Json::parse(Read("run.json"));
  EXPECT_EQ(json["kernel"], "G9 with all");
  EXPECT_EQ(json["profile"], "general");
  EXPECT_EQ(json["seed"], 1);
  EXPECT_EQ(json["rounds"], 1);
  EXPECT_EQ(json["threads"], 5);
  EXPECT_EQ(json["operations"], 1);
  EXPECT_EQ(json["operation_counts"]["fork"], 1);
  ASSERT_EQ(json["failures"].size(), 1u);
  EXPECT_EQ(json["failures"][0]["rule"], "I3");
  EXPECT_EQ(json["failures"][0]["script"], Path("rmap_stress-1-0.rmap"));
  std::set<std::pair<std::string, std::string>> pairs;
  for (const Json& pair : json["pairs"]) {
    EXPECT_LE(pair["first"].get<std::string>(), pair["second"].get<std::string>());
    pairs.emplace(pair["first"], pair["second"]);
  }
  EXPECT_EQ(pairs.size(), rmap::kVerbCount * (rmap::kVerbCount + 1) / 2);
  EXPECT_EQ(pairs.size(), json["pairs"].size());
}

// Returns: the words behind the "--" of a command line that a shell need not take apart.
std::vector<std::string> WordsOf(const std::string& line) {
  const std::size_t begin = line.find(" -- ");
  return absl::StrSplit(line.substr(begin + 4), ' ');
}

// What is printed beside a failure is read as a user would type it, and means the same script.
TEST_F(CommandTest, TheCommandRepeatsTheFailingScript) {
  setenv(kFault, "1", 1);
  const std::vector<std::string> odd = {
      "--seed=77",       "--first_round=5",      "--profile=swap",  "--weights=fork:3,exit:1",
      "--threads=3",     "--phases=2",           "--steps=9",       "--processes=4",
      "--pages=13",      "--swap_slots=2",       "--scarcity=777",  "--chaos=no",
      "--generation=G5", "--with=all",           "--without=KH-25", "--shrink_seconds=0",
      "--seconds=60",    "--scripts=" + Path("")};
  const Ran ran = RunWords(With(odd, {"--json=" + Path("run.json"), "--rounds=40"}));
  ASSERT_EQ(ran.code, 1) << ran.err;
  const Json failure = Json::parse(Read("run.json"))["failures"][0];
  const std::string line = failure["command"];
  EXPECT_TRUE(absl::StrContains(ran.out, "to repeat: " + line + "\n")) << ran.out;
  const absl::StatusOr<Command> command = ParseCommand(WordsOf(line));
  ASSERT_TRUE(command.ok()) << command.status();
  const Campaign& campaign = command->campaign;
  EXPECT_EQ(campaign.rounds_max, 1u);
  EXPECT_FALSE(campaign.chaos);
  EXPECT_EQ(campaign.profile, "swap");
  EXPECT_EQ(campaign.seed, 77u);
  EXPECT_EQ(campaign.first_round, failure["round"]);
  rmap::Script again = Generate(campaign.mix, SeedOf(campaign.seed, campaign.first_round));
  again.kernel = campaign.kernel;
  std::ifstream file(failure["script"].get<std::string>());
  std::stringstream failing;
  failing << file.rdbuf();
  EXPECT_EQ(rmap::ToText(again), failing.str());
}

TEST_F(CommandTest, TheCommandNamesTheScriptThatWasGiven) {
  setenv(kFault, "1", 1);
  const std::string file = Path("given.rmap");
  std::ofstream(file) << "phase\n  thread\n    fork P0 -> P1\n    exit P1\n";
  const Ran ran = RunWords({"--script=" + file, "--rounds=3", "--json=-"});
  const std::string line = Json::parse(ran.out)["failures"][0]["command"];
  const absl::StatusOr<Command> command = ParseCommand(WordsOf(line));
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->campaign.script_file, file);
  EXPECT_TRUE(command->campaign.script.has_value());
}

TEST_F(CommandTest, TheWholeMixIsTold) {
  const Ran text = RunWords(With(kShort, {"--profile=swap", "--weights=fork:55"}));
  for (const char* part : {"profile swap", "phases 4", "steps 12", "processes 6", "pages 4",
                           "swap_slots 3", "scarcity 200", "chaos yes", "fork:55"}) {
    EXPECT_TRUE(absl::StrContains(text.out, part)) << part << "\n" << text.out;
  }
  const Ran ran = RunWords(With(kShort, {"--profile=swap", "--weights=fork:55", "--json=-"}));
  const Json json = Json::parse(ran.out);
  EXPECT_EQ(json["chaos"], true);
  EXPECT_EQ(json["mix"]["swap_slots"], 3);
  EXPECT_EQ(json["mix"]["pages"], 4);
  EXPECT_EQ(json["mix"]["scarcity"], 200);
  EXPECT_EQ(json["mix"]["weights"]["fork"], 55);
}

TEST_F(CommandTest, JsonAloneOnStandardOutput) {
  const Ran ran = RunWords(With(kShort, {"--json=-"}));
  EXPECT_EQ(Json::parse(ran.out)["rounds"], 10);
}

std::string KernelOf(const std::vector<std::string>& words) {
  const absl::StatusOr<Command> command = ParseCommand(words);
  return command.ok() ? command->campaign.kernel : command.status().ToString();
}

TEST(ParseCommandTest, TheKernelIsTheNewestWithAll) {
  EXPECT_EQ(KernelOf({}), "G9 with all");
  EXPECT_EQ(KernelOf({"--without=KH-25"}), "G9 with all without KH-25");
  EXPECT_EQ(KernelOf({"--generation=G5"}), "G5");
  EXPECT_EQ(KernelOf({"--generation=G5", "--with=all", "--without=KH-25,KH-22"}),
            "G5 with all without KH-22 without KH-25");
  EXPECT_EQ(KernelOf({"--without", "KH-25", "--with", "all", "--generation", "G5"}),
            "G5 with all without KH-25");
}

TEST_F(CommandTest, WordsChangeTheKernelOfTheScript) {
  std::ofstream(Path("g5.rmap")) << "kernel G5\nphase\n  thread\n    start P0\n";
  const std::string script = "--script=" + Path("g5.rmap");
  EXPECT_EQ(KernelOf({script}), "G5");
  EXPECT_EQ(KernelOf({script, "--without=KH-25"}), "G5 without KH-25");
  EXPECT_EQ(KernelOf({script, "--generation=G6"}), "G6");
}

// What is said of the mix changes the profile's, wherever that is named.
TEST(ParseCommandTest, AProfileIsTheGround) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--pages=5", "--weights=fork:9", "--profile=swap"},
        std::vector<std::string>{"--profile=swap", "--weights=fork:9", "--pages=5"}}) {
    const absl::StatusOr<Command> command = ParseCommand(words);
    ASSERT_TRUE(command.ok());
    Mix expected = FindProfile("swap")->mix;
    expected.pages = 5;
    expected.weights[rmap::Verb::kFork] = 9;
    EXPECT_EQ(command->campaign.mix, expected);
  }
}

TEST_F(CommandTest, WeightsMayComeFromAFile) {
  std::ofstream(Path("weights")) << "fork:7\nexit:8\n";
  const absl::StatusOr<Command> command =
      ParseCommand(std::vector<std::string>{"--weights=@" + Path("weights")});
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->campaign.mix.weights[rmap::Verb::kFork], 7u);
  EXPECT_EQ(command->campaign.mix.weights[rmap::Verb::kExit], 8u);
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// As long as one may be, and as wide; a worker gets all of it.
TEST_F(CommandTest, ALargeScriptIsRun) {
  std::ofstream(Path("large.rmap")) << "phase\n"
                                    << Repeated("  thread\n    start P0\n", 32)
                                    << Repeated("    read P0 1\n", 74'000) << "    exit P0\n";
  const Ran ran = RunWords({"--script=" + Path("large.rmap"), "--rounds=2", "--seconds=60"});
  EXPECT_EQ(ran.code, 0) << ran.err << ran.out;
  setenv(kFault, kExitAtEnd, 1);
  EXPECT_EQ(RunWords({"--script=" + Path("large.rmap"), "--rounds=2", "--shrink_seconds=0"}).code,
            1)
      << "nothing of its end is cut off";
}

// Who reads standard output may be gone.
TEST_F(CommandTest, TheFileIsWrittenThoughStandardOutputIsLost) {
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  std::ostringstream err;
  const int code = Main(With(kShort, {"--json=" + Path("run.json")}), {.out = out, .err = err});
  EXPECT_EQ(code, 2);
  EXPECT_EQ(err.str(), "rmap_stress: standard output: cannot be written: send it somewhere else\n");
  EXPECT_EQ(Json::parse(Read("run.json"))["rounds"], 10);
}

// A mistake in the words does not cost the file of an earlier run; nor does asking leave one.
TEST_F(CommandTest, AFileIsAsItWasUntilTheRunHasEnded) {
  std::ofstream(Path("old.json")) << "old";
  const std::string nowhere = "--scripts=" + Path("nowhere");
  EXPECT_EQ(RunWords({"--json=" + Path("old.json"), nowhere}).code, 2);
  EXPECT_EQ(Read("old.json"), "old");
  EXPECT_EQ(RunWords({"--json=" + Path("new.json"), nowhere}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(Path("new.json")));
}

// A file's name may be of any bytes but one.
TEST_F(CommandTest, NamesNeedNotBeText) {
  setenv(kFault, "1", 1);
  const std::string folder = Path("\xff\xfe");
  std::filesystem::create_directories(folder);
  const Ran ran = RunWords(With(
      kShort, {"--json=" + folder + "/run.json", "--scripts=" + folder, "--shrink_seconds=0"}));
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_EQ(Json::parse(Read("\xff\xfe/run.json"))["failures"].size(), 1u);
}

TEST_F(CommandTest, AnInterruptIsTold) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = Main(With(kShort, {"--json=-"}),
                        {.out = out, .err = err, .is_interrupted = [] { return true; }});
  EXPECT_EQ(code, kInterrupted);
  EXPECT_EQ(Json::parse(out.str())["interrupted"], true);
}

// The time is over before the worker has looked at it.
TEST_F(CommandTest, NothingRunIsNoSuccess) {
  setenv(kFault, kSlowStart, 1);
  const Ran ran = RunWords({"--seconds=0.01"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(absl::StartsWith(ran.err, "rmap_stress: nothing was run")) << ran.err;
}

struct Mistake {
  std::vector<std::string> words;
  std::string message;
};

TEST_F(CommandTest, EachMistakeIsOneLineThatSaysTheMend) {
  std::ofstream(Path("wrong.rmap")) << "phase\n  thread\n    frok P0\n";
  std::ofstream(Path("empty.rmap")) << "phase\n  thread\n";
  std::ofstream(Path("g5.rmap")) << "kernel G5\nphase\n  thread\n    start P0\n";
  std::ofstream(Path("wide.rmap")) << "phase\n  thread\n    start P0\nphase\n"
                                   << Repeated("  thread\n    read P0 1\n", 33);
  std::ofstream(Path("long.rmap")) << "phase\n  thread\n" << Repeated("read P0 1\n", 100'000);
  const Mistake mistakes[] = {
      {{"--secnods=3"}, "did you mean --seconds?"},
      {{"--seconds=an hour"}, "give a number of seconds"},
      {{"--seconds=nan"}, "give a number of seconds"},
      {{"--seconds=0"}, "give a number of seconds from 0.01"},
      {{"--hang_seconds=0.5"}, "give a number of seconds from 1"},
      {{"--failures_max=0"}, "give a whole number from 1"},
      {{"--seconds"}, "write --seconds=S"},
      {{"--threads=0"}, "give a whole number from 1 to 32"},
      {{"--threads=33"}, "give a whole number from 1 to 32"},
      {{"--seed=1x"}, "give a whole number"},
      {{"--seed=1", "--seed=2"}, "give it once"},
      {{"--generation=G10"}, "give G0 to G9"},
      {{"--without=KH-2"}, "KH-"},
      {{"--profile=swop"}, "did you mean swap?"},
      {{"--weights=frok:1"}, "did you mean fork?"},
      {{"--weights=@/nowhere"}, "cannot be read"},
      {{"--weights=@" + Path("")}, "no regular file"},
      {{"--weights=@"}, "--weights=@: gives no weight"},
      {{"--weights="}, "--weights=: gives no weight"},
      {{"--script=/nowhere"}, "cannot be read"},
      {{"--script=" + Path("")}, "no regular file"},
      {{"--script="}, "names nothing"},
      {{"--script=" + Path("empty.rmap")}, "empty.rmap:3:1: the script ends, and nothing was done"},
      {{"--script=" + Path("wide.rmap")}, "phase 2 has 33 threads: have at most 32"},
      {{"--script=" + Path("long.rmap")}, "have at most 1048576"},
      {{"--with=KH-25", "--without=KH-22,KH-25"}, "--with=KH-25: is taken away by --without"},
      {{"--with=KH-01"}, "--with=KH-01: G9 with all has that repair already: leave it out"},
      {{"--generation=G4", "--without=KH-25"}, "--without=KH-25: G4 does not have that repair"},
      {{"--script=" + Path("g5.rmap"), "--with=KH-25"}, "--with=KH-25: G5 has that repair"},
      {{"--script=" + Path("wrong.rmap")}, "3:5: "},
      {{"--threads=32", "--phases=1000", "--steps=10000"}, "have at most 20000"},
      {{"--help=yes"}, "write --help"},
      {{"run\nnow"}, "\"run\\nnow\": takes no argument"},
      // Before the run, which would last for ever.
      {{"--json=" + Path("no/folder"), "--seconds=1e6"}, "cannot be written"},
      {{"--json=" + Path(""), "--seconds=1e6"}, "cannot be written (Is a directory)"},
      {{"--scripts=" + Path("no/folder"), "--seconds=1e6"}, "cannot be written to"},
      {{"--scripts=" + Path("wide.rmap"), "--seconds=1e6"}, "cannot be written to"},
  };
  for (const Mistake& mistake : mistakes) {
    const Ran ran = RunWords(mistake.words);
    EXPECT_EQ(ran.code, 2) << mistake.words[0];
    EXPECT_TRUE(absl::StartsWith(ran.err, "rmap_stress: ")) << ran.err;
    EXPECT_TRUE(absl::StrContains(ran.err, mistake.message)) << ran.err;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  }
}

TEST_F(CommandTest, HelpNamesEveryFlagAndProfile) {
  const Ran ran = RunWords({"--help"});
  EXPECT_EQ(ran.code, 0);
  for (const Profile& profile : Profiles()) {
    EXPECT_TRUE(absl::StrContains(ran.out, profile.name)) << profile.name;
  }
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(ran.out, '\n'))) {
    EXPECT_LE(line.size(), 400u) << line;
  }
}

}  // namespace
}  // namespace workload

int main(int argc, char** argv) {
  if (workload::HasFault(workload::kSlowStart)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const auto code = workload::RunAsWorker(argc, argv, workload::PlayPlanted);
  if (code.has_value()) return *code;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
