// One class that writes a script from front to back. Whatever it draws, it draws from one stream
// of numbers, in an order that the language fixes: one draw for each expression.
#include "stress/workload/generator.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/mm/pte.h"
#include "stress/workload/random.h"

namespace workload {
namespace {

using rmap::Phase;
using rmap::Script;
using rmap::Step;
using rmap::Steps;
using rmap::Verb;

constexpr std::uint32_t kLengthMax = 4;  // Of a range: several fit beside each other.
constexpr std::uint32_t kPolicies = 2;   // Ranges of one policy are merged.
constexpr std::uint32_t kCommonValues = 2;
constexpr std::uint32_t kFewProcesses = 2;  // Then a new family is started.

class Author {
 public:
  Author(const Mix& mix, std::uint64_t seed) : mix_(mix), random_(seed) {}

  Script Write() {
    Script script;
    script.pages = mix_.pages;
    script.swap_slots = mix_.swap_slots;
    for (std::uint32_t phase = 0; phase < mix_.phases; ++phase) {
      if (alive_.size() < kFewProcesses) script.phases.push_back(Alone(NewFamily()));
      script.phases.push_back(Together());
    }
    return script;
  }

 private:
  static Phase Alone(Steps steps) {
    Phase phase;
    phase.threads.push_back(std::move(steps));
    return phase;
  }

  // A process with a few ranges that it has written to, its children, and one of theirs: so pages
  // are shared by three generations.
  Steps NewFamily() {
    Steps steps;
    const std::uint32_t first = NewProcess();
    steps.push_back({.verb = Verb::kStart, .process = first});
    const bool merges = mix_.weights[Verb::kMergeable] > 0;
    for (int range = 0; range < 3; ++range) {
      const Step map = Range(random_.Happens(1, 8) ? Verb::kMapStack : Verb::kMap, first);
      steps.push_back(map);
      if (merges) steps.push_back(SameRange(Verb::kMergeable, map));
    }
    WriteSome(first, 4, steps);
    const std::uint32_t child = Fork(first, steps);
    if (random_.Happens(1, 2)) WriteSome(child, 2, steps);
    Fork(child, steps);
    if (random_.Happens(1, 2)) Fork(first, steps);
    return steps;
  }

  std::uint32_t NewProcess() {
    alive_.push_back(next_);
    return next_++;
  }

  std::uint32_t Fork(std::uint32_t parent, Steps& steps) {
    const std::uint32_t child = NewProcess();
    steps.push_back({.verb = Verb::kFork, .process = parent, .other = child});
    return child;
  }

  void WriteSome(std::uint32_t process, int count, Steps& steps) {
    for (; count > 0; --count) steps.push_back(AtPage(SomeWrite(), process));
  }

  // Twins are wanted from the first if there are to be any.
  Verb SomeWrite() {
    const std::uint32_t common = mix_.weights[Verb::kStore];
    if (common == 0) return Verb::kWrite;
    return random_.Happens(common, common + mix_.weights[Verb::kWrite]) ? Verb::kStore
                                                                        : Verb::kWrite;
  }

  Phase Together() {
    Phase phase;
    phase.memory_may_run_out = random_.Happens(mix_.scarcity, 1000);
    for (std::uint32_t thread = 0; thread < mix_.threads; ++thread) {
      // Two of five, and of two one: these meet everybody, each other too.
      const bool from_page = thread % 5 == 1 || thread % 5 == 3;
      phase.threads.push_back(from_page ? FromPages() : InProcess());
    }
    if (WeightOf(mix_.weights, Side::kKsmd) > 0) phase.threads.push_back(Ksmd());
    return phase;
  }

  Steps FromPages() {
    Steps steps;
    while (steps.size() < mix_.steps) {
      const std::uint32_t process = AnyProcess();
      steps.push_back(AtPage(Draw(Side::kPage), process));
    }
    return steps;
  }

  // Batches that end within a process, and such that reach into the next.
  Steps Ksmd() {
    Steps steps;
    while (steps.size() < mix_.steps) {
      Step step{.verb = Draw(Side::kKsmd)};
      if (step.verb == Verb::kScan) step.length = random_.Between(1, 2 * mix_.pages);
      steps.push_back(step);
    }
    return steps;
  }

  // A program is mostly about its own process, and about the children it forks.
  Steps InProcess() {
    Steps steps;
    std::uint32_t own = AnyProcess();
    while (steps.size() < mix_.steps) {
      const std::uint32_t process = random_.Happens(3, 4) ? own : AnyProcess();
      steps.push_back(Act(InBounds(Draw(Side::kProgram)), process));
      if (steps.back().verb == Verb::kExit || steps.back().verb == Verb::kFork) own = AnyProcess();
    }
    return steps;
  }

  // Neither do processes die out, nor do they become too many.
  Verb InBounds(Verb verb) const {
    const bool more = verb == Verb::kFork || verb == Verb::kStart;
    if (more && alive_.size() >= mix_.processes) return Verb::kExit;
    if (verb == Verb::kExit && alive_.size() <= kFewProcesses) return Verb::kFork;
    return verb;
  }

  Step Act(Verb verb, std::uint32_t process) {
    switch (verb) {
      case Verb::kStart:
        return {.verb = verb, .process = NewProcess()};
      case Verb::kFork:
        return {.verb = verb, .process = process, .other = NewProcess()};
      case Verb::kExit:
        std::erase(alive_, process);
        return {.verb = verb, .process = process};
      case Verb::kTakeAllLocks:
      case Verb::kCheckMm:
        return {.verb = verb, .process = process};
      case Verb::kRead:
      case Verb::kWrite:
      case Verb::kStore:
      case Verb::kDirectIo:
        return AtPage(verb, process);
      default:
        return Range(verb, process);
    }
  }

  Step AtPage(Verb verb, std::uint32_t process) {
    Step step{.verb = verb, .process = process, .at = random_.Below(mix_.pages)};
    if (verb == Verb::kStore) step.to = random_.Below(kCommonValues);
    return step;
  }

  Step Range(Verb verb, std::uint32_t process) {
    Step step = AtPage(verb, process);
    step.length = LengthAt(step.at);
    if (verb == Verb::kMap || verb == Verb::kMapStack || verb == Verb::kProtect) {
      step.rights = SomeRights();
    } else if (verb == Verb::kMove) {
      step.to = random_.Below(mix_.pages);
      step.to_length = random_.Happens(3, 4) && step.to + step.length <= mix_.pages
                           ? step.length
                           : LengthAt(step.to);
    } else if (verb == Verb::kBind) {
      step.to = random_.Below(kPolicies);
    }
    return step;
  }

  static Step SameRange(Verb verb, const Step& of) {
    return {.verb = verb, .process = of.process, .at = of.at, .length = of.length};
  }

  std::uint32_t LengthAt(std::uint32_t at) {
    return random_.Between(1, std::min(kLengthMax, mix_.pages - at));
  }

  // Mostly those with which everything can be done.
  std::uint32_t SomeRights() {
    const std::uint32_t draw = random_.Below(8);
    if (draw == 0) return 0;
    return draw <= 2 ? rmap::kVmRead : rmap::kVmAccess;
  }

  std::uint32_t AnyProcess() {
    if (alive_.empty()) return next_ - 1;  // It is gone, and the step does nothing.
    return random_.OneOf<std::uint32_t>(alive_);
  }

  Verb Draw(Side side) {
    const std::uint32_t sum = WeightOf(mix_.weights, side);
    CHECK(sum > 0, "no verb has a weight");
    std::uint32_t left = random_.Below(sum);
    int verb = 0;
    while (left >= Share(verb, side)) left -= Share(verb++, side);
    return static_cast<Verb>(verb);
  }

  std::uint32_t Share(int verb, Side side) const {
    const Verb as_verb = static_cast<Verb>(verb);
    return SideOf(as_verb) == side ? mix_.weights[as_verb] : 0;
  }

  const Mix& mix_;
  Random random_;
  std::vector<std::uint32_t> alive_;  // Those that should be, by the order of writing.
  std::uint32_t next_ = 0;            // Numbers are never used twice.
};

}  // namespace

Script Generate(const Mix& mix, std::uint64_t seed) { return Author(mix, seed).Write(); }

}  // namespace workload
