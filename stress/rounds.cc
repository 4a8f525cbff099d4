// Every other round is calm: perturbing makes some schedules likelier and others less so, and the
// machine's own are those that people's tests have always had.
//
// Whatever ends the process in a round, a failed check, lock misuse, a crash, a sanitizer, a hang,
// does so by a signal or by the sanitizers' death callback; both say the round last of all.
#include "stress/rounds.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/check.h"
#include "core/sync/native_control.h"
#include "gtest/gtest.h"
#include "stress/budget.h"

// Of whichever sanitizer the program is built with.
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());

namespace stress {
namespace {

// A round takes well below a second, with sanitizers too.
constexpr absl::Duration kPatience = absl::Minutes(1);

void SetKnobs(const RoundsPlan& plan) {
  ksync::StaggerStarts(plan.spins_max);
  ksync::SetAllocationFailureRate(plan.failures_per_mille);
}

std::string Text(const std::vector<ksync::LiveCount>& live) {
  std::string text;
  for (const ksync::LiveCount& count : live) {
    text += count.kind + ": " + std::to_string(count.count) + "\n";
  }
  return text;
}

bool IsCalm(std::uint64_t seed) { return seed % 2 == 0; }

// The round that is running. Order: relaxed wherever these are used: what is read here is told, and
// orders no thread that a sanitizer watches. The name stands still while there are other threads.
constinit std::atomic<int> running_round{0};
constinit std::atomic<std::uint64_t> running_seed{0};
constinit std::atomic<const char*> running_test{nullptr};

using Line = std::array<char, 512>;

// Returns: one line, cut off if it is too long. Allocates nothing: signal handlers need it.
Line DescribeRound() {
  Line line;
  const std::uint64_t seed = running_seed.load(std::memory_order_relaxed);
  std::snprintf(line.data(), line.size(), "in round %d, seed %llu, %s, of %s",
                running_round.load(std::memory_order_relaxed),
                static_cast<unsigned long long>(seed), IsCalm(seed) ? "calm" : "perturbed",
                running_test.load(std::memory_order_relaxed));
  return line;
}

// Called wherever the process ends, perhaps inside malloc, perhaps by several threads.
void SayRound() {
  static constinit std::atomic<bool> said{false};
  if (said.exchange(true, std::memory_order_relaxed)) return;  // Order: one says it.
  std::array<char, 600> words;
  const int length =
      std::snprintf(words.data(), words.size(), "ended %s\n", DescribeRound().data());
  // Who cannot write has nobody to tell.
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, words.data(), static_cast<std::size_t>(length));
}

// Says the round if the process ends while this lives.
class LastWords {
 public:
  explicit LastWords(const std::string& test) {
    running_test.store(test.c_str(), std::memory_order_relaxed);
    struct sigaction say = {};
    say.sa_handler = &SayAndReturn;
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &say, &before_[i]);
    if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(&SayRound);
  }
  ~LastWords() {
    Restore();
    if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(nullptr);
  }
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

 private:
  static constexpr std::array kSignals = {SIGABRT, SIGSEGV, SIGBUS};

  // abort() ends the process when its handler returns; other faults happen again, and come to
  // whoever was there before, a sanitizer perhaps, with all that can be said of them.
  static void SayAndReturn(int) {
    SayRound();
    Restore();
  }
  static void Restore() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  }

  static inline std::array<struct sigaction, kSignals.size()> before_;
};

std::string TestName() {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  return test == nullptr ? "no test" : std::string(test->test_suite_name()) + "." + test->name();
}

void BeginRound(int round, std::uint64_t seed) {
  running_round.store(round, std::memory_order_relaxed);
  running_seed.store(seed, std::memory_order_relaxed);
  ksync::SetChaos(IsCalm(seed) ? ksync::Chaos{} : ksync::DrawChaos(seed));
  ksync::SeedChoices(seed);
}

// Returns: whether there is as much as `before`. Fails: the calling test, if there is not.
bool IsAllGivenBack(const std::vector<ksync::LiveCount>& before) {
  const std::vector<ksync::LiveCount> after = ksync::LiveObjects();
  if (after == before) return true;
  ADD_FAILURE() << "objects were not given back " << DescribeRound().data() << "; there are\n"
                << Text(after) << "and before there were\n"
                << Text(before);
  return false;
}

}  // namespace

absl::Duration NightlyPart(int tests, double share) {
  CHECK(tests > 0, "a night is divided among the tests there are");
  return StressBudget(absl::ZeroDuration()) * share / tests;
}

RoundsDone RunRounds(const RoundsPlan& plan, const std::function<void()>& scenario) {
  const std::string test = TestName();
  const LastWords last_words(test);
  SetKnobs(plan);
  ksync::Watchdog watchdog(kPatience);
  const std::uint64_t first = StressSeed();
  const absl::Time end = absl::Now() + plan.budget;
  RoundsDone done;
  bool leaked = false;
  while (!leaked && (done.rounds < plan.rounds || absl::Now() < end)) {
    const std::vector<ksync::LiveCount> before = ksync::LiveObjects();
    BeginRound(done.rounds, first + static_cast<std::uint64_t>(done.rounds));
    const bool counts = ksync::TryRound(scenario);
    done.counted += counts;
    leaked = counts && !IsAllGivenBack(before);
    ++done.rounds;
    watchdog.Progress();
  }
  ksync::SetChaos({});
  SetKnobs({});
  return done;
}

}  // namespace stress
