// What each address may hold at some moment of a phase, whatever the order of its steps: for who
// cannot know better, because several threads change it.
//
// Idea: a graph whose nodes are the addresses of all processes. A node begins with what it holds
// before the phase; a write adds its value, whatever unmaps adds zero, a move or a fork makes an
// edge. Then values flow along the edges until nothing changes. Steps may fail or come too late, so
// nothing is ever taken away: it errs on one side.
#ifndef RMAPCHECK_CORE_SCRIPTS_POSSIBLE_H_
#define RMAPCHECK_CORE_SCRIPTS_POSSIBLE_H_

#include <vector>

#include "core/scripts/script.h"
#include "core/scripts/values.h"

namespace rmap {

// `before`: of each process. `first_values`: of each thread, what its first step writes; the others
// write the values behind it.
std::vector<Memory> PossibleIn(const Phase& phase, std::vector<Memory> before,
                               const std::vector<Value>& first_values, std::uint32_t pages);

}  // namespace rmap

#endif  // RMAPCHECK_CORE_SCRIPTS_POSSIBLE_H_
