// An exception has the first word, a bug the second, in the order of the lists; else it holds.
// An expectation that does not parse is our own mistake, and ends the process.
#include "core/scenarios/expected.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "core/base/check.h"

namespace rmap::inline KSYNC_BACKEND {
namespace {

std::vector<Kernel> KernelsOf(const Expectation& expectation) {
  const absl::StatusOr<std::vector<Kernel>> kernels = ParseKernels(expectation.kernel);
  CHECK(kernels.ok(), kernels.status().message());
  return *kernels;
}

void AddOnce(const Kernel& kernel, std::vector<Kernel>& to) {
  if (std::find(to.begin(), to.end(), kernel) == to.end()) to.push_back(kernel);
}

Kernel DefaultKernel(const Scenario& scenario) {
  return scenario.newest_only ? Kernel().WithAll() : Kernel(scenario.default_generation);
}

// G0 at each state of KSM before its own on which the scenario can be run; none if it is not about
// KSM.
std::vector<Kernel> StatesToProve(const Scenario& scenario) {
  std::vector<Kernel> kernels;
  for (const KsmStateInfo& info : KsmStates()) {
    const bool is_older = info.state != kNewestKsmState && scenario.since == Generation::kG0;
    if (!scenario.since_state.has_value() || !is_older) continue;
    if (info.state >= *scenario.since_state) kernels.emplace_back(info.state);
  }
  return kernels;
}

// The kernel in which the fix's mistake is to be seen.
Kernel KernelToShow(const Scenario& scenario, Fix fix) {
  for (const Bug& bug : scenario.bugs) {
    if (bug.fix == fix && bug.state.has_value()) return Kernel(*bug.state);
    if (bug.fix == fix && bug.generation.has_value()) return Kernel(*bug.generation);
  }
  return DefaultKernel(scenario);
}

bool IsOlderThanMistake(const Kernel& kernel, const FixInfo& info) {
  if (info.ksm.has_value() && kernel.ksm() < info.ksm->born) return true;
  return kernel.generation() < info.born;
}

// Whether the kernel makes a mistake that is younger than it: the code can, but there was no such
// kernel, and nobody says what it does.
bool IsUnknown(const Kernel& kernel) {
  const auto fixes = Fixes();
  return std::any_of(fixes.begin(), fixes.end(), [&kernel](const FixInfo& info) {
    return IsOlderThanMistake(kernel, info) && !kernel.Has(info.fix);
  });
}

bool IsSeen(const Bug& bug, const Kernel& kernel) {
  const KsmState state = kernel.ksm();
  const Generation generation = kernel.generation();
  return bug.from <= generation && generation <= bug.until && bug.from_state <= state &&
         state <= bug.until_state;
}

bool Shows(const Scenario& scenario, const KernelPair& pair) {
  const std::optional<std::string> violation = ExpectedViolation(scenario, pair.without);
  return violation.has_value() && !violation->empty() &&
         ExpectedViolation(scenario, pair.with) == std::string();
}

}  // namespace

bool CanRun(const Scenario& scenario, const Kernel& kernel) {
  if (kernel.ksm() < scenario.since_state.value_or(KsmState::kFirstRelease)) return false;
  return kernel.generation() >= scenario.since;
}

std::optional<std::string> ExpectedViolation(const Scenario& scenario, const Kernel& kernel) {
  if (!CanRun(scenario, kernel)) return std::nullopt;
  for (const Expectation& expectation : scenario.expectations) {
    for (const Kernel& listed : KernelsOf(expectation)) {
      if (listed == kernel) return expectation.violation;
    }
  }
  if (IsUnknown(kernel)) return std::nullopt;
  for (const KsmLack& lack : scenario.lacks) {
    if (lack.from <= kernel.ksm() && kernel.ksm() <= lack.until) return lack.violation;
  }
  for (const Bug& bug : scenario.bugs) {
    if (IsSeen(bug, kernel) && !kernel.Has(bug.fix)) return bug.violation;
  }
  return "";
}

std::vector<Kernel> KernelsToProve(const Scenario& scenario) {
  if (scenario.newest_only) return {DefaultKernel(scenario)};
  std::vector<Kernel> kernels;
  for (const GenerationInfo& info : Generations()) {
    if (info.modelled && info.generation >= scenario.since) kernels.emplace_back(info.generation);
  }
  return kernels;
}

std::optional<KernelPair> KernelsThatShow(const Scenario& scenario, Fix fix) {
  const Kernel plain = KernelToShow(scenario, fix);
  Kernel mended = plain;
  for (const Bug& bug : scenario.bugs) mended = mended.With(bug.fix);
  for (const Kernel& kernel : {plain, mended}) {
    const KernelPair pair = {kernel.Without(fix), kernel.With(fix)};
    if (Shows(scenario, pair)) return pair;
  }
  return std::nullopt;
}

std::vector<Kernel> NotedKernels(const Scenario& scenario) {
  std::vector<Kernel> kernels = StatesToProve(scenario);
  for (const Kernel& kernel : KernelsToProve(scenario)) AddOnce(kernel, kernels);
  for (const Bug& bug : scenario.bugs) {
    const std::optional<KernelPair> pair = KernelsThatShow(scenario, bug.fix);
    if (!pair.has_value()) continue;
    AddOnce(pair->without, kernels);
    AddOnce(pair->with, kernels);
  }
  for (const Expectation& expectation : scenario.expectations) {
    for (const Kernel& kernel : KernelsOf(expectation)) AddOnce(kernel, kernels);
  }
  return kernels;
}

}  // namespace rmap::inline KSYNC_BACKEND
