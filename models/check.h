// The facade: prove or refute a claim about concurrent code.
//
//   models::Report report = models::Check({}, [] {
//     ksync::Atomic<int> x;
//     ksync::Thread writer([&] { x.Store(1, ksync::release); });
//     ksync::Check(x.Load(ksync::acquire) <= 1, "x is 0 or 1");
//   });
//
// The program is run many times, once for each execution that the memory model allows. It must be
// deterministic: what it does may depend only on what ksync returns to it, so state lives in the
// program and not in globals. The claim holds if no execution fails and the search was exhaustive.
#ifndef RMAPCHECK_MODELS_CHECK_H_
#define RMAPCHECK_MODELS_CHECK_H_

#include <functional>

#include "models/options.h"
#include "models/report/report.h"

namespace models {

// Requires: not called from inside a modelled program.
// Returns: always; crashes and exceptions of the program are failures in the report.
Report Check(const Options& options, const std::function<void()>& program);

// Runs the one execution that a replay describes.
// Returns: the same failure; or, if the program no longer does what it did, nondeterminism.
Report CheckReplay(const Options& options, const std::function<void()>& program,
                   const Replay& replay);

}  // namespace models

#endif  // RMAPCHECK_MODELS_CHECK_H_
