// Random scripts from a seed, the same on every platform: for tests of the written form, of the
// interpreter and of the oracle. (The workload of a stress run has weights and shapes of its own.)
#ifndef RMAPCHECK_CORE_SCRIPTS_TESTING_RANDOM_SCRIPT_H_
#define RMAPCHECK_CORE_SCRIPTS_TESTING_RANDOM_SCRIPT_H_

#include <cstdint>
#include <vector>

#include "core/scripts/script.h"

namespace rmap::testing {

struct RandomScriptSize {
  std::uint32_t phases = 3;
  std::uint32_t threads_max = 3;
  std::uint32_t steps = 12;  // Of a thread.
  std::uint32_t pages = 8;
  std::uint32_t processes = 4;
  bool memory_may_run_out = false;  // In half of the phases.
  std::vector<Verb> without = {};   // Verbs that are not drawn.
};

// Returns: a set-up that maps most of P0, then phases of any steps, on any process and range, the
// impossible ones included. The machine of every other one merges pages. Requires: `without` leaves
// some verb.
Script RandomScript(std::uint64_t seed, const RandomScriptSize& size = {});

}  // namespace rmap::testing

#endif  // RMAPCHECK_CORE_SCRIPTS_TESTING_RANDOM_SCRIPT_H_
