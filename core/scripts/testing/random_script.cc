// Draws are modulo a small number, which makes them a little unfair: that does no harm to a test of
// what must always hold.
#include "core/scripts/testing/random_script.h"

#include <algorithm>
#include <iterator>
#include <random>

namespace rmap::testing {
namespace {

constexpr std::uint32_t kAllRights = 3;
// Without which a machine does not merge pages.
constexpr Verb kMerging[] = {Verb::kMergeable, Verb::kScan, Verb::kUnmergeAll};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint32_t Below(std::uint32_t count) { return static_cast<std::uint32_t>(engine_() % count); }

 private:
  std::mt19937_64 engine_;  // Of which the standard says what it draws.
};

// One in eight ends behind the address space.
void DrawRange(Dice& dice, std::uint32_t pages, std::uint32_t& at, std::uint32_t& length) {
  at = dice.Below(pages);
  length = 1 + dice.Below(3);
  if (at + length > pages && dice.Below(8) != 0) length = pages - at;
}

// Fields that the verb has no use for stay zero, so that the written form gives the step back.
void DrawOperands(Dice& dice, const RandomScriptSize& size, Step& step) {
  switch (step.verb) {
    case Verb::kStart:
    case Verb::kExit:
    case Verb::kTakeAllLocks:
    case Verb::kCheckMm:
    case Verb::kUnmergeAll:
      return;
    case Verb::kScan:
      step.length = 1 + dice.Below(size.pages);
      return;
    case Verb::kStore:
      step.at = dice.Below(size.pages);
      step.to = dice.Below(2);
      return;
    case Verb::kFork:
      step.other = dice.Below(size.processes);
      return;
    case Verb::kRead:
    case Verb::kWrite:
    case Verb::kDirectIo:
    case Verb::kReferenced:
    case Verb::kReclaim:
    case Verb::kMigrate:
    case Verb::kPoison:
      step.at = dice.Below(size.pages);
      return;
    case Verb::kMap:
    case Verb::kMapStack:
    case Verb::kProtect:
      step.rights = dice.Below(3) == 0 ? dice.Below(kAllRights + 1) : kAllRights;
      break;
    case Verb::kBind:
      step.to = dice.Below(2);
      break;
    case Verb::kMove:
      DrawRange(dice, size.pages, step.to, step.to_length);
      break;
    default:
      break;
  }
  DrawRange(dice, size.pages, step.at, step.length);
}

// Half of the steps access memory, or else hardly anything would be there.
Verb DrawAnyVerb(Dice& dice) {
  constexpr Verb kAccesses[] = {Verb::kRead, Verb::kWrite, Verb::kWrite};
  if (dice.Below(2) == 0) return kAccesses[dice.Below(3)];
  return static_cast<Verb>(dice.Below(kVerbCount));
}

Verb DrawVerb(Dice& dice, const std::vector<Verb>& without) {
  while (true) {
    const Verb verb = DrawAnyVerb(dice);
    if (std::ranges::find(without, verb) == without.end()) return verb;
  }
}

Steps DrawSteps(Dice& dice, const RandomScriptSize& size) {
  Steps steps;
  for (std::uint32_t i = 0; i < size.steps; ++i) {
    Step step{DrawVerb(dice, size.without)};
    const std::uint32_t process = dice.Below(size.processes);
    if (HasProcess(step.verb)) step.process = process;
    DrawOperands(dice, size, step);
    steps.push_back(step);
  }
  return steps;
}

}  // namespace

Script RandomScript(std::uint64_t seed, const RandomScriptSize& wanted) {
  Dice dice(seed);
  RandomScriptSize size = wanted;
  if (dice.Below(2) == 0) std::ranges::copy(kMerging, std::back_inserter(size.without));
  Script script{.pages = size.pages, .swap_slots = 1 + dice.Below(4)};
  const std::uint32_t mapped = size.pages - 2;
  const Steps setup = {{.verb = Verb::kStart},
                       {.verb = Verb::kMap, .at = 1, .length = mapped, .rights = kAllRights},
                       {.verb = Verb::kWrite, .at = 2},
                       {.verb = Verb::kFork, .other = 1}};
  script.phases.push_back({.threads = {setup}});
  for (std::uint32_t phase = 0; phase < size.phases; ++phase) {
    Phase& drawn = script.phases.emplace_back();
    drawn.memory_may_run_out = size.memory_may_run_out && dice.Below(2) == 0;
    const std::uint32_t threads = 1 + dice.Below(size.threads_max);
    for (std::uint32_t i = 0; i < threads; ++i) drawn.threads.push_back(DrawSteps(dice, size));
  }
  return script;
}

}  // namespace rmap::testing
