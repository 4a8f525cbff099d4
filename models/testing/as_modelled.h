// A Program as code under the checker: the same operations through ksync's modelled back end.
//
// The main thread makes the locations, starts one thread per program thread, joins them all, reads
// the final values and hands the outcome over. Its last loads happen after everything, so each has
// one write to read and they do not multiply executions.
//
// Invariant: nothing on the heap outlives a call on Hooks, because the engine may never return from
// one; locations, threads and the outcome live on the modelled main thread's stack.
#ifndef RMAPCHECK_MODELS_TESTING_AS_MODELLED_H_
#define RMAPCHECK_MODELS_TESTING_AS_MODELLED_H_

#include <functional>

#include "models/testing/program.h"

namespace models::testing {

// Returns: a modelled program that calls `record` once in each execution in which all threads end.
// Requires: no location of `program` is accessed both atomically and plainly.
std::function<void()> AsModelled(Program program, std::function<void(const Outcome&)> record);

}  // namespace models::testing

#endif  // RMAPCHECK_MODELS_TESTING_AS_MODELLED_H_
