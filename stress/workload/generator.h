// A seed and a mix become a script. The same on every platform, and a function of nothing else.
//
// Idea: the generator plays the script roughly while it writes it. It keeps the processes that
// should be there, so that most steps are about one that is; it knows nothing of what is mapped,
// because which of two threads was first nobody knows before the run. Steps are attempts
// (script.h), and address spaces are so small that most attempts meet something.
//
// Shape of a script: a phase of one thread, in which a family of three generations is built up,
// with pages that they share; then phases of many threads. Of these two of five belong to no
// process and do what comes from pages: reclaim, migration, failing memory, the question who uses a
// page. Each of the others lives in a process, some two in one. When few processes are left,
// another phase of one thread makes a family again.
//
// What it does not do: choose schedules (chaos does), or aim at a mistake.
#ifndef RMAPCHECK_STRESS_WORKLOAD_GENERATOR_H_
#define RMAPCHECK_STRESS_WORKLOAD_GENERATOR_H_

#include <cstdint>

#include "core/scripts/script.h"
#include "stress/workload/mix.h"

namespace workload {

// Returns: the script of that seed, for whatever kernel. Requires: no size of the mix is zero, and
// some weight of each side is not.
rmap::Script Generate(const Mix& mix, std::uint64_t seed);

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_GENERATOR_H_
