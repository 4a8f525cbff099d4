// One pass over the steps. What each verb may do to its process is a few lists of verbs; in doubt a
// verb does it.
#include "core/scripts/phase_use.h"

#include <algorithm>

namespace rmap {
namespace {

bool BeginsOrEnds(Verb verb) { return verb == Verb::kStart || verb == Verb::kExit; }

// What can be read somewhere in the process may be something else afterwards. That its pages are
// moved or reclaimed is nothing that it can read; for those that fail see oracle.h.
bool ChangesContent(Verb verb) {
  switch (verb) {
    case Verb::kStart:
    case Verb::kExit:
    case Verb::kMap:
    case Verb::kMapStack:
    case Verb::kUnmap:
    case Verb::kMove:
    case Verb::kGrowHeap:
    case Verb::kWrite:
    case Verb::kStore:
    case Verb::kDirectIo:
      return true;
    default:
      return false;
  }
}

bool SeesContent(Verb verb) { return verb == Verb::kRead || verb == Verb::kFork; }

bool ChangesVmas(Verb verb) {
  switch (verb) {
    case Verb::kProtect:
    case Verb::kLock:
    case Verb::kUnlock:
    case Verb::kBind:
    case Verb::kMergeable:
    case Verb::kUnmergeable:
      return true;
    case Verb::kWrite:
    case Verb::kStore:
    case Verb::kDirectIo:
      return false;
    default:
      return ChangesContent(verb);
  }
}

void Note(const Step& step, std::uint32_t thread, std::vector<ProcessUse>& uses) {
  if (!HasProcess(step.verb)) return;
  ProcessUse& use = uses[step.process];
  use.named_by.Add(thread);
  if (ChangesContent(step.verb)) use.changed_by.Add(thread);
  if (ChangesContent(step.verb) || SeesContent(step.verb)) use.seen_by.Add(thread);
  if (ChangesVmas(step.verb)) use.changes_vmas = true;
  if (BeginsOrEnds(step.verb)) use.ends = true;
  if (step.verb != Verb::kFork) return;
  ProcessUse& child = uses[step.other];
  child.named_by.Add(thread);
  child.changed_by.Add(thread);
  child.seen_by.Add(thread);
  child.ends = true;
}

// Calls visit(step) for each step until one returns true. Returns: whether one did.
template <typename Visit>
bool AnyStep(const Phase& phase, Visit visit) {
  return std::ranges::any_of(phase.threads,
                             [&](const Steps& steps) { return std::ranges::any_of(steps, visit); });
}

}  // namespace

std::vector<ProcessUse> UsesIn(const Phase& phase, std::uint32_t count) {
  std::vector<ProcessUse> uses(count);
  for (std::uint32_t thread = 0; thread < phase.threads.size(); ++thread) {
    for (const Step& step : phase.threads[thread]) Note(step, thread, uses);
  }
  return uses;
}

std::uint32_t ProcessCount(const Script& script) {
  std::uint32_t count = 0;
  for (const Phase& phase : script.phases) {
    AnyStep(phase, [&count](const Step& step) {
      count = std::max({count, step.process + 1, step.other + 1});
      return false;
    });
  }
  return count;
}

std::uint32_t ThreadCount(const Script& script) {
  std::uint32_t count = 1;
  for (const Phase& phase : script.phases) {
    for (std::size_t i = 1; i < phase.threads.size(); ++i) count += !phase.threads[i].empty();
  }
  return count;
}

bool HasSteps(const Script& script) {
  return std::ranges::any_of(script.phases, [](const Phase& phase) {
    return AnyStep(phase, [](const Step&) { return true; });
  });
}

bool Has(const Phase& phase, Verb verb) {
  return AnyStep(phase, [verb](const Step& step) { return step.verb == verb; });
}

bool MergesPages(const Script& script) {
  return Has(script, Verb::kMergeable) || Has(script, Verb::kScan) ||
         Has(script, Verb::kUnmergeAll);
}

bool Has(const Script& script, Verb verb) {
  return std::ranges::any_of(script.phases,
                             [verb](const Phase& phase) { return Has(phase, verb); });
}

}  // namespace rmap
