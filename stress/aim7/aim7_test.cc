// The parts by themselves, then small runs: what is counted must add up, in every kernel, and what
// is written must be what was counted. Nothing here depends on how fast anything is.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/history/kernel.h"
#include "core/rmap/world.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stress/aim7/benchmark.h"
#include "stress/aim7/command.h"
#include "stress/aim7/crossover.h"
#include "stress/aim7/frames.h"
#include "stress/aim7/reclaim.h"
#include "stress/aim7/report.h"

namespace aim7 {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// ---- Crossovers ----

TEST(Crossover, AMachineThatNeverSlowsDownCrossesAtTheHeadroom) {
  const double unit = UnitSeconds(/*headroom=*/8, /*users_that_fit=*/100, /*unloaded=*/5000);
  EXPECT_DOUBLE_EQ(unit, 0.16);
  const Sample kSteady[] = {{100, 5000}, {400, 5000}, {1600, 5000}};
  EXPECT_NEAR(*FindCrossover(kSteady, unit).users, 800, 1e-9);
}

TEST(Crossover, IsExactOnAPowerLaw) {
  // Throughput is 1e6/users, so that it is one per user at 1000.
  const Sample kFalling[] = {{10, 1e5}, {100, 1e4}, {3000, 1e6 / 3000}};
  EXPECT_NEAR(*FindCrossover(kFalling, 1).users, 1000, 1e-6);
}

TEST(Crossover, IsTheFirstOfSeveral) {
  const Sample kNoisy[] = {{10, 20}, {40, 20}, {80, 200}, {160, 10}};
  EXPECT_NEAR(*FindCrossover(kNoisy, 1).users, 20, 1e-9);
}

TEST(Crossover, OutsideOfWhatWasMeasuredIsNotGuessed) {
  const Sample kFast[] = {{10, 1e6}, {20, 1e6}};
  EXPECT_FALSE(FindCrossover(kFast, 1).users.has_value());
  EXPECT_FALSE(FindCrossover(kFast, 1).is_earlier);
  EXPECT_FALSE(FindCrossover(kFast, 1e-9).users.has_value());
  EXPECT_TRUE(FindCrossover(kFast, 1e-9).is_earlier);
}

// ---- Lengths of walks ----

TEST(WalkLengths, BoxesArePowersOfTwo) {
  WalkLengths lengths;
  for (int visited : {0, 1, 2, 3, 4, 1000}) lengths.Add(visited);
  EXPECT_EQ(lengths.walks, 6u);
  EXPECT_EQ(lengths.visits, 1010u);
  EXPECT_EQ(lengths.visits_max, 1000u);
  EXPECT_EQ(lengths.boxes[0], 1u);
  EXPECT_EQ(lengths.boxes[1], 1u);
  EXPECT_EQ(lengths.boxes[2], 2u);
  EXPECT_EQ(lengths.boxes[3], 1u);
  EXPECT_EQ(lengths.boxes[10], 1u);
}

TEST(WalkLengths, QuantilesAreBoundsAndSumsAddUp) {
  WalkLengths lengths;
  for (int i = 0; i < 99; ++i) lengths.Add(1);
  lengths.Add(600);
  EXPECT_EQ(lengths.AtMost(0.99), 1u);
  EXPECT_EQ(lengths.AtMost(1), 600u);
  WalkLengths twice = lengths;
  twice.Add(lengths);
  EXPECT_EQ(twice.walks, 200u);
  EXPECT_EQ(twice.boxes[1], 198u);
  EXPECT_DOUBLE_EQ(twice.Average(), lengths.Average());
}

// ---- Frames ----

class FramesTest : public testing::Test {
 protected:
  // A page that somebody uses.
  rmap::Page* AllocUsed() {
    rmap::Page* const page = rmap::AllocPage(world_.machine());
    if (page != nullptr) rmap::GetPage(*page);
    return page;
  }

  FramesTest() { world_.machine().UseFrames(&frames_); }

  Frames frames_{3};
  rmap::World world_{rmap::Kernel()};
};

TEST_F(FramesTest, ThereAreNoMore) {
  std::array<rmap::Page*, 3> pages = {AllocUsed(), AllocUsed(), AllocUsed()};
  EXPECT_EQ(AllocUsed(), nullptr);
  EXPECT_EQ(frames_.used(), 3u);
  rmap::PutPage(*pages[1]);
  EXPECT_EQ(frames_.used(), 2u);
  pages[1] = AllocUsed();
  EXPECT_NE(pages[1], nullptr);
  for (rmap::Page* page : pages) rmap::PutPage(*page);
  EXPECT_EQ(frames_.used(), 0u);
  EXPECT_EQ(frames_.used_max(), 3u);
}

TEST_F(FramesTest, TheColdestAreIsolatedAndComeBackHot) {
  std::array<rmap::Page*, 3> pages = {AllocUsed(), AllocUsed(), AllocUsed()};
  std::array<rmap::Page*, 2> isolated{};
  ASSERT_EQ(frames_.Isolate(isolated), 2u);
  EXPECT_EQ(isolated, (std::array{pages[0], pages[1]}));
  for (rmap::Page* page : isolated) frames_.PutBack(*page);
  std::array<rmap::Page*, 1> next{};
  ASSERT_EQ(frames_.Isolate(next), 1u);
  EXPECT_EQ(next[0], pages[2]);
  frames_.PutBack(*next[0]);
  for (rmap::Page* page : pages) rmap::DropUses(*page, 2 * rmap::kOneReference);
  EXPECT_EQ(frames_.used(), 0u);
}

TEST_F(FramesTest, APageWithoutUserIsNotIsolated) {
  rmap::Page* const unused = rmap::AllocPage(world_.machine());
  std::array<rmap::Page*, 1> isolated{};
  EXPECT_EQ(frames_.Isolate(isolated), 0u);
  rmap::FreeUnusedPage(unused);
}

TEST_F(FramesTest, EndsTheWait) {
  frames_.End();
  EXPECT_FALSE(frames_.WaitForPressure());
}

// ---- Points ----

constexpr std::uint32_t kUsers = 48;

// Users need more than three times the memory there is.
Load SmallLoad() {
  Load load;
  load.pages = 16;
  load.frames = 224;
  load.workers = 2;
  load.seconds = 0.1;
  return load;
}

void ExpectConsistent(const Reclaimed& reclaimed) {
  EXPECT_LE(reclaimed.evicted, reclaimed.scanned);
  EXPECT_LE(reclaimed.lengths.walks, reclaimed.scanned);
  EXPECT_LE(reclaimed.lengths.visits, reclaimed.lengths.walks * reclaimed.lengths.visits_max);
  const auto& boxes = reclaimed.lengths.boxes;
  EXPECT_EQ(std::accumulate(boxes.begin(), boxes.end(), std::uint64_t{0}), reclaimed.lengths.walks);
  EXPECT_GE(reclaimed.seconds, 0);
}

class PointTest : public testing::TestWithParam<const char*> {};

// What MeasurePoint checks by itself (values, structure, and that nothing is left) ends the test.
TEST_P(PointTest, AddsUp) {
  const Load load = SmallLoad();
  const Point point = MeasurePoint(*rmap::ParseKernel(GetParam()), load, kUsers);
  EXPECT_EQ(point.users, kUsers);
  const auto& jobs = point.work.jobs;
  EXPECT_EQ(std::accumulate(jobs.begin(), jobs.end(), std::uint64_t{0}), point.jobs);
  EXPECT_GT(point.jobs, 0u);
  EXPECT_GE(point.seconds, load.seconds);
  EXPECT_EQ(point.threads, load.workers + 1);
  ExpectConsistent(point.work.reclaimed);
  ExpectConsistent(point.kswapd);
  EXPECT_LE(point.frames_max, load.frames);
  EXPECT_GE(point.objects.vmas, kUsers + 1);
  EXPECT_GT(point.objects.anon_vmas, 0u);
  EXPECT_GT(point.validated, 1u);
  // All users have all their pages: those for which there is no frame are in swap.
  if (point.all_logged_in) {
    EXPECT_EQ(jobs[static_cast<int>(Job::kLogin)], 0u);
    EXPECT_GE(point.swap_slots, kUsers * load.pages - load.frames);
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, PointTest,
                         testing::Values("G0 with all", "G1 with all without KH-20", "G1 with all",
                                         "G4 with all", "G5 with all", "G6 with all", "G8 with all",
                                         "G9 with all"));

// Returns: all walks of a point in which every user only writes, so that no page is shared. A
// machine that is too slow to have walked often enough for an average gets more time.
WalkLengths LengthsIn(const char* kernel) {
  constexpr std::uint64_t kWalks = 500;
  Load load = SmallLoad();
  load.mix = {.read = 0, .fork = 0, .map = 0, .protect = 0};
  for (load.seconds = 0.2;; load.seconds *= 2) {
    const Point point = MeasurePoint(*rmap::ParseKernel(kernel), load, kUsers);
    WalkLengths lengths = point.work.reclaimed.lengths;
    lengths.Add(point.kswapd.lengths);
    if (lengths.walks >= kWalks) return lengths;
  }
}

TEST(Points, OneAnonVmaForAllIsALongWalk) {
  const WalkLengths lengths = LengthsIn("G0 with all");
  EXPECT_GT(lengths.Average(), kUsers / 8);
  EXPECT_LE(lengths.visits_max, kUsers + 1);
}

TEST(Points, ChainsMakeItShort) {
  for (const char* kernel : {"G1 with all without KH-20", "G9 with all"}) {
    const WalkLengths lengths = LengthsIn(kernel);
    EXPECT_LT(lengths.Average(), 3) << kernel;
  }
}

// Returns: what is known of a run of two kernels at 4, 8 and 16 users that is stopped before the
// measurement of that number.
Results StoppedBefore(int measurement) {
  Request request;
  request.kernels = {"G0 with all", "G9 with all"};
  request.users = {4, 8, 16};
  request.repeats = 1;
  request.load = SmallLoad();
  request.load.seconds = 0.02;
  int begun = 0;
  return MeasureAll(request, [&](const std::string&, double) { return begun++ < measurement; });
}

TEST(Results, OfARunThatEndedEarlyHaveEachKernelAtTheSameUsers) {
  const Results results = StoppedBefore(3);
  EXPECT_TRUE(results.ended_early);
  EXPECT_THAT(results.request.users, testing::ElementsAre(4));
  for (const Series& one : results.series) EXPECT_EQ(one.points.size(), 1u);
  EXPECT_THAT(ToText(results), StartsWith("Interrupted: more users were asked for.\n"));
  EXPECT_TRUE(nlohmann::json::parse(ToJson(results))["interrupted"]);
}

TEST(Results, MayBeNone) { EXPECT_THAT(StoppedBefore(1).request.users, IsEmpty()); }

TEST(Results, OfAWholeRunAreNotCalledInterrupted) {
  const Results results = StoppedBefore(6);
  EXPECT_FALSE(results.ended_early);
  EXPECT_FALSE(nlohmann::json::parse(ToJson(results))["interrupted"]);
}

// ---- The command ----

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome RunCommand(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = Main(words, out, err);
  return {code, out.str(), err.str()};
}

const std::vector<std::string> kSmall = {"--users=4..16", "--kernels=G0 with all,G9 with all",
                                         "--seconds=0.02", "--frames=224", "--pages=16"};

std::vector<std::string> SmallAnd(const std::string& word) {
  std::vector<std::string> words = kSmall;
  words.push_back(word);
  return words;
}

void ExpectOneLine(const Outcome& outcome, const std::string& message) {
  EXPECT_EQ(outcome.code, 2) << message;
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, AllOf(StartsWith("aim7: "), HasSubstr(message)));
  EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
}

TEST(Aim7Command, MistakesAreOneLine) {
  const std::pair<const char*, const char*> kMistakes[] = {
      {"--users=0", "--users=0: is no number that fits: give a whole number from 1 to 65536"},
      {"--users=64..32", "--users=32: is no number that fits: give a whole number from 64"},
      {"--users=64,64", "--users=64,64: does not grow"},
      {"--users=", "--users=: lacks a number: write some like 64,100 or 64..512"},
      {"--users=64..", "--users=64..: lacks a number"},
      {"--users=..64", "--users=..64: lacks a number"},
      {"--users=64,", "--users=: lacks a number"},
      {"--users", "--users: has no value: write --users=LIST"},
      {"--kernels=G77", "--kernels=G77: \"G77\" is not a kernel generation"},
      {"--kernels=", "is not a kernel generation"},
      {"--seconds=soon", "--seconds=soon: is no time that fits"},
      {"--seconds=nan", "--seconds=nan: is no time that fits"},
      {"--pages=3", "--pages=3: is no number that fits: give a whole number from 4 to 4096"},
      {"--frames=64", "--frames=64: are too few for 2 workers: have at least 192"},
      {"--workers=0", "from 1 to 64"},
      {"--repeats=0", "--repeats=0: is no number that fits: give a whole number from 1 to 100"},
      {"--reads=61", "from 0 to 60"},
      {"--headroom=x", "from 1 to 100000"},
      {"--seed=-1", "--seed=-1: is no seed"},
      {"--format=xml", "--format=xml: is no format: there is text, json"},
      {"--svg=", "--svg=: names no file"},
      {"--svg=/no/such/folder/x.svg", "--svg=/no/such/folder/x.svg: cannot be written: No such"},
      {"--help=1", "--help: takes no value"},
      {"--user=4", "--user: is no flag: did you mean --users?"},
      {"4", "\"4\": takes no argument"},
      {"--users=60000 --pages=4096\n", "is no number that fits"},
  };
  for (const auto& [word, message] : kMistakes) ExpectOneLine(RunCommand({word}), message);
  ExpectOneLine(RunCommand({"--users=60000", "--pages=4096"}), "have at most 8000000");
  ExpectOneLine(RunCommand({"--pages=8", "--pages=8"}), "--pages: is given twice");
}

TEST(Aim7Command, UsersAreAListOfNumbersAndRanges) {
  const std::vector<std::string> words = {"--users=3,5..30,31"};
  EXPECT_THAT(ParseCommand(words)->request.users, testing::ElementsAre(3, 5, 10, 20, 30, 31));
}

TEST(Aim7Command, Help) {
  const Outcome outcome = RunCommand({"--help"});
  EXPECT_EQ(outcome.code, 0);
  for (const char* flag : {"--users=LIST", "--kernels=LIST", "--seconds=S", "--frames=N",
                           "--format=text|json", "--svg=FILE", "G1 with all without KH-20"}) {
    EXPECT_THAT(outcome.out, HasSubstr(flag));
  }
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(Aim7Command, TextHasATableForEachQuestion) {
  const Outcome outcome = RunCommand(kSmall);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("224 frames; 16 pages for each user, so that 14.0 users fit"));
  EXPECT_THAT(outcome.out, HasSubstr("jobs/s  jobs/user  evicted/s  reclaim  rmap locks"));
  EXPECT_THAT(outcome.out, HasSubstr("9,700 users without the chains, 29,700 with them; 3.06"));
  EXPECT_THAT(outcome.out, HasSubstr("The crossover, in users, for other units:"));
  EXPECT_THAT(outcome.out, HasSubstr("Locks at the first point behind the crossover."));
  EXPECT_THAT(outcome.out, HasSubstr("Lengths of walks there"));
}

void ExpectPointsAddUp(const nlohmann::json& kernel) {
  std::uint32_t users_before = 0;
  for (const nlohmann::json& point : kernel["points"]) {
    EXPECT_GT(point["users"], users_before);
    users_before = point["users"];
    std::uint64_t jobs = 0;
    for (const auto& [kind, count] : point["jobs_by_kind"].items()) jobs += count.get<int>();
    EXPECT_EQ(point["jobs"], jobs);
    EXPECT_LE(point["frames_max"], 224);
    const double per_second = point["jobs"].get<double>() / point["seconds"].get<double>();
    EXPECT_DOUBLE_EQ(point["jobs_per_second"], per_second);
  }
}

// A longer unit lets more users have their job in it.
void ExpectCrossoversGrow(const nlohmann::json& kernel) {
  double before = 0;
  for (const nlohmann::json& crossover : kernel["crossovers"]) {
    if (crossover["users"].is_null()) continue;
    EXPECT_GE(crossover["users"], before);
    before = crossover["users"];
  }
}

// Returns: "mmap_sem(R) > anon_vma->lock(W)" and so on, but for trylocks, at all points.
std::set<std::string> OrderIn(const nlohmann::json& kernel) {
  std::set<std::string> order;
  for (const nlohmann::json& point : kernel["points"]) {
    for (const nlohmann::json& n : point["locks"]["order"]) {
      if (n["tried"]) continue;
      order.insert(absl::StrCat(
          n["held"].get<std::string>(), "(", n["held_mode"].get<std::string>(), ") > ",
          n["taken"].get<std::string>(), "(", n["taken_mode"].get<std::string>(), ")"));
    }
  }
  return order;
}

TEST(Aim7Command, JsonIsWellFormedAndAddsUp) {
  const Outcome outcome = RunCommand(SmallAnd("--format=json"));
  EXPECT_EQ(outcome.code, 0);
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["frames"], 224);
  EXPECT_EQ(json["users_that_fit"], 14);
  EXPECT_NEAR(json["seed_patch"]["ratio"], 3.06, 0.005);
  ASSERT_EQ(json["kernels"].size(), 2u);
  EXPECT_EQ(json["kernels"][1]["kernel"], "G9 with all");
  double fastest = 0;
  for (const nlohmann::json& kernel : json["kernels"]) {
    ASSERT_EQ(kernel["points"].size(), 3u);
    ExpectPointsAddUp(kernel);
    ExpectCrossoversGrow(kernel);
    EXPECT_THAT(OrderIn(kernel), Contains("mmap_sem(R) > pte lock(W)"));
    EXPECT_THAT(OrderIn(kernel), Not(Contains("pte lock(W) > mmap_sem(R)")));
    fastest = std::max<double>(fastest, kernel["points"][0]["jobs_per_second"]);
  }
  EXPECT_EQ(json["unloaded_jobs_per_second"], fastest);
}

TEST(Aim7Command, ThePictureShowsEachKernel) {
  const std::string file = testing::TempDir() + "aim7 \"picture\".svg";
  const Outcome outcome = RunCommand(SmallAnd("--svg=" + file));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::ifstream stream(file);
  const std::string svg{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_THAT(svg, AllOf(StartsWith("<?xml"), HasSubstr("</svg>")));
  EXPECT_THAT(svg, AllOf(HasSubstr("G0 with all (2.6.33)"), HasSubstr("G9 with all (3.19)")));
  EXPECT_THAT(svg, AllOf(HasSubstr("memory is full"), Not(HasSubstr("nan"))));
}

// Sends the signal as soon as somebody waits for it.
void SendWhenAwaited(int signal) {
  struct sigaction now {};
  do {
    sigaction(signal, nullptr, &now);
    std::this_thread::yield();
  } while (now.sa_handler == SIG_DFL);
  kill(getpid(), signal);
}

TEST(Aim7Command, ASignalEndsItBehindTheMeasurementThatGoesOn) {
  std::thread user(SendWhenAwaited, SIGHUP);
  const Outcome outcome = RunCommand(SmallAnd("--repeats=100"));
  user.join();
  EXPECT_EQ(outcome.code, kInterrupted);
  EXPECT_THAT(outcome.out + outcome.err, testing::ContainsRegex("[Ii]nterrupted"));
}

TEST(Aim7Command, WithoutGnuplotItSaysSoBeforeItMeasures) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/no/such/folder", /*overwrite=*/1);
  const Outcome outcome = RunCommand(SmallAnd("--svg=" + testing::TempDir() + "none.svg"));
  setenv("PATH", path.c_str(), /*overwrite=*/1);
  ExpectOneLine(outcome, "gnuplot: is not here: apt-get install gnuplot-nox");
}

// G1 as it was lacks what its chains need; which rule it breaks is found by the validator.
TEST(Aim7Command, AKernelThatBreaksARuleIsNamed) {
  const std::vector<std::string> words = {"--kernels=G9 with all,G1", "--users=64",
                                          "--seconds=0.05", "--repeats=1"};
  EXPECT_EXIT(Main(words, std::cout, std::cerr), testing::ExitedWithCode(2),
              "^aim7: G1, 64 users: is not sound: I5: [^\n]*: name kernels with repairs[^\n]*\n$");
}

TEST(Aim7Command, OutputThatIsLostIsAnError) {
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  EXPECT_EQ(Main(kSmall, out, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("standard output: cannot be written"));
}

}  // namespace
}  // namespace aim7
