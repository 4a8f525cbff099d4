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

// The kernel in which the fix's mistake is to be seen.
Kernel KernelToShow(const Scenario& scenario, Fix fix) {
  for (const Bug& bug : scenario.bugs) {
    if (bug.fix == fix && bug.generation.has_value()) return Kernel(*bug.generation);
  }
  return DefaultKernel(scenario);
}

// Whether the kernel makes a mistake that is younger than it: the code can, but there was no such
// kernel, and nobody says what it does.
bool IsUnknown(const Kernel& kernel) {
  const auto fixes = Fixes();
  return std::any_of(fixes.begin(), fixes.end(), [&kernel](const FixInfo& info) {
    return kernel.generation() < info.born && !kernel.Has(info.fix);
  });
}

bool Shows(const Scenario& scenario, const KernelPair& pair) {
  const std::optional<std::string> violation = ExpectedViolation(scenario, pair.without);
  return violation.has_value() && !violation->empty() &&
         ExpectedViolation(scenario, pair.with) == std::string();
}

}  // namespace

std::optional<std::string> ExpectedViolation(const Scenario& scenario, const Kernel& kernel) {
  if (kernel.generation() < scenario.since) return std::nullopt;
  for (const Expectation& expectation : scenario.expectations) {
    for (const Kernel& listed : KernelsOf(expectation)) {
      if (listed == kernel) return expectation.violation;
    }
  }
  if (IsUnknown(kernel)) return std::nullopt;
  for (const Bug& bug : scenario.bugs) {
    const bool seen = bug.from <= kernel.generation() && kernel.generation() <= bug.until;
    if (seen && !kernel.Has(bug.fix)) return bug.violation;
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
  std::vector<Kernel> kernels = KernelsToProve(scenario);
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
