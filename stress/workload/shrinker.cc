// Each pass proposes candidates and keeps those that fail; the loop at the end runs all passes
// until none has kept one.
#include "stress/workload/shrinker.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/scripts/phase_use.h"

namespace workload {
namespace {

using rmap::Phase;
using rmap::Script;
using rmap::Step;
using rmap::Steps;

template <typename T>
std::vector<T> WithoutRange(const std::vector<T>& items, std::size_t first, std::size_t count) {
  std::vector<T> rest(items.begin(), items.begin() + first);
  rest.insert(rest.end(), items.begin() + std::min(first + count, items.size()), items.end());
  return rest;
}

void Append(const Steps& from, Steps& to) { to.insert(to.end(), from.begin(), from.end()); }

Phase Alone(Steps steps) {
  Phase phase;
  phase.threads.push_back(std::move(steps));
  return phase;
}

bool IsAlone(const Phase& phase) { return phase.threads.size() <= 1; }

// The largest address that a step names, plus one.
std::uint32_t PagesOf(const Step& step) {
  if (!rmap::HasProcess(step.verb)) return 0;
  return std::max({step.at + std::max(step.length, 1u), step.to + step.to_length});
}

std::uint32_t PagesOf(const Script& script) {
  std::uint32_t pages = 1;
  for (const Phase& phase : script.phases) {
    for (const Steps& steps : phase.threads) {
      for (const Step& step : steps) pages = std::max(pages, PagesOf(step));
    }
  }
  return pages;
}

class Shrinker {
 public:
  Shrinker(Script script, const Oracle& oracle) : best_(std::move(script)), oracle_(oracle) {}

  Shrunk Run() {
    bool changed = true;
    while (changed && finished_) {
      const Script before = best_;
      CutPhases();
      CutThreads();
      CutSteps();
      Simplify();
      CutSizes();
      changed = !(best_ == before);
    }
    return {std::move(best_), asked_, finished_};
  }

 private:
  // Returns: whether the candidate fails, and so is the best from now on. One without steps is no
  // script (core/scripts/script_text.h).
  bool Try(Script candidate) {
    if (!finished_ || candidate == best_ || !rmap::HasSteps(candidate)) return false;
    if (!oracle_.has_time()) {
      finished_ = false;
      return false;
    }
    ++asked_;
    if (!oracle_.fails(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  // Leaves out of a list what need not be there. `list(script)`: where the list is in a script.
  template <typename List>
  void Minimize(List list) {
    for (std::size_t chunk = std::max<std::size_t>(list(best_).size() / 2, 1);; chunk /= 2) {
      CutChunks(list, chunk);
      if (chunk <= 1) return;
    }
  }

  // From the end: what comes after the failure goes first.
  template <typename List>
  void CutChunks(List list, std::size_t chunk) {
    std::size_t end = list(best_).size();
    while (end > 0) {
      const std::size_t first = end > chunk ? end - chunk : 0;
      Script candidate = best_;
      list(candidate) = WithoutRange(list(candidate), first, end - first);
      Try(std::move(candidate));
      end = first;
    }
  }

  void CutPhases() {
    Minimize([](Script & script) -> auto& { return script.phases; });
  }

  void CutThreads() {
    for (std::size_t p = 0; p < best_.phases.size(); ++p) {
      Minimize([p](Script & script) -> auto& { return script.phases[p].threads; });
    }
  }

  void CutSteps() {
    for (std::size_t p = best_.phases.size(); p-- > 0;) {
      for (std::size_t t = 0; t < best_.phases[p].threads.size(); ++t) {
        Minimize([ p, t ](Script & script) -> auto& { return script.phases[p].threads[t]; });
      }
    }
  }

  void Simplify() {
    for (std::size_t p = 0; p < best_.phases.size(); ++p) OneAfterAnother(p);
    for (std::size_t p = 0; p < best_.phases.size(); ++p) {
      for (std::size_t t = 0; t < best_.phases[p].threads.size(); ++t) DoBefore(p, t);
    }
    for (std::size_t p = best_.phases.size(); p-- > 1;) JoinWithNext(p - 1);
  }

  void OneAfterAnother(std::size_t p) {
    if (IsAlone(best_.phases[p])) return;
    Script candidate = best_;
    Steps all;
    for (const Steps& steps : candidate.phases[p].threads) Append(steps, all);
    candidate.phases[p].threads = {all};
    Try(std::move(candidate));
  }

  // As many of a thread's first steps as can be.
  void DoBefore(std::size_t p, std::size_t t) {
    while (!best_.phases[p].threads[t].empty() && !IsAlone(best_.phases[p])) {
      Script candidate = best_;
      Steps& steps = candidate.phases[p].threads[t];
      const Step first = steps.front();
      steps.erase(steps.begin());
      const bool has_set_up = p > 0 && IsAlone(candidate.phases[p - 1]);
      if (has_set_up) {
        Phase& set_up = candidate.phases[p - 1];
        if (set_up.threads.empty()) set_up.threads.emplace_back();
        set_up.threads[0].push_back(first);
      } else {
        candidate.phases.insert(candidate.phases.begin() + p, Alone({first}));
      }
      if (!Try(std::move(candidate))) return;
      if (!has_set_up) ++p;
    }
  }

  void JoinWithNext(std::size_t p) {
    if (!IsAlone(best_.phases[p]) || !IsAlone(best_.phases[p + 1])) return;
    Script candidate = best_;
    Steps all;
    for (std::size_t i : {p, p + 1}) {
      for (const Steps& steps : candidate.phases[i].threads) Append(steps, all);
    }
    candidate.phases[p].threads = {all};
    candidate.phases[p].memory_may_run_out |= candidate.phases[p + 1].memory_may_run_out;
    candidate.phases.erase(candidate.phases.begin() + p + 1);
    Try(std::move(candidate));
  }

  void CutSizes() {
    for (std::size_t p = 0; p < best_.phases.size(); ++p) {
      TryWith([p](Script& script) { script.phases[p].memory_may_run_out = false; });
    }
    TryWith([](Script& script) { script.pages = std::min(script.pages, PagesOf(script)); });
    for (std::uint32_t slots = 1; slots < best_.swap_slots; slots *= 2) {
      if (TryWith([slots](Script& script) { script.swap_slots = slots; })) return;
    }
  }

  template <typename Change>
  bool TryWith(Change change) {
    Script candidate = best_;
    change(candidate);
    return Try(std::move(candidate));
  }

  Script best_;
  const Oracle& oracle_;
  int asked_ = 0;
  bool finished_ = true;
};

}  // namespace

Shrunk Shrink(Script script, const Oracle& oracle) {
  return Shrinker(std::move(script), oracle).Run();
}

ScriptSize SizeOf(const Script& script) {
  ScriptSize size;
  size.phases = script.phases.size();
  for (const Phase& phase : script.phases) {
    size.threads = std::max(size.threads, phase.threads.size());
    for (const Steps& steps : phase.threads) {
      size.steps += steps.size();
      if (!IsAlone(phase)) size.steps_together += steps.size();
    }
  }
  return size;
}

std::string ToText(const ScriptSize& size) {
  return absl::StrCat(size.phases, " phases, at most ", size.threads, " threads, ", size.steps,
                      " steps (", size.steps_together, " of them together)");
}

bool FitsModel(const Script& script) {
  for (std::size_t p = 0; p + 1 < script.phases.size(); ++p) {
    if (!IsAlone(script.phases[p])) return false;
  }
  const ScriptSize size = SizeOf(script);
  return size.threads <= kModelThreadsMax && size.steps_together <= kModelStepsMax;
}

}  // namespace workload
