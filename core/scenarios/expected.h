// What is expected of a scenario under a kernel: derived from its bugs, not listed.
//
// A scenario names the repairs without which it is violated (Scenario::bugs), and exceptions. From
// these follows the verdict of every kernel. Whoever runs scenarios asks here which kernels are
// worth running, and what should come.
//
// Verdicts are those of the memory model RC11. No scenario is run here.
#ifndef RMAPCHECK_CORE_SCENARIOS_EXPECTED_H_
#define RMAPCHECK_CORE_SCENARIOS_EXPECTED_H_

#include <optional>
#include <string>
#include <vector>

#include "core/history/kernel.h"
#include "core/scenarios/scenarios.h"

namespace rmap::inline KSYNC_BACKEND {

// Returns: whether the scenario can be run on a kernel as old as this.
bool CanRun(const Scenario& scenario, const Kernel& kernel);

// Returns: the kind of failure that is found; "" if the scenario holds; nothing if it cannot be run
// on a kernel as old as this, or if the kernel lacks a fix whose mistake came later.
// Requires: the scenario's expectations are in Kernel's written form.
std::optional<std::string> ExpectedViolation(const Scenario& scenario, const Kernel& kernel);

// Returns: the kernels to prove the scenario on if nothing else is asked for, oldest first: each
// unchanged one that it runs on, or only the newest with all fixes.
std::vector<Kernel> KernelsToProve(const Scenario& scenario);

// Two kernels that differ in one fix.
struct KernelPair {
  Kernel without;
  Kernel with;
};

// Returns: the kernel in which the bug is shown without the fix, where the scenario is violated,
// and with it, where it holds. If it takes more to make it hold, both have every fix of the
// scenario's other bugs. Nothing if the fix makes no such difference.
std::optional<KernelPair> KernelsThatShow(const Scenario& scenario, Fix fix);

// Returns: the kernels whose verdict somebody relies on, each once: those to prove it on, after
// those at older states of KSM if it is about that; the pair of each bug, those of the
// expectations.
std::vector<Kernel> NotedKernels(const Scenario& scenario);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SCENARIOS_EXPECTED_H_
