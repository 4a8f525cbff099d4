// The command that runs one failing round again.
//
// A round follows from the kernel, the mix, the seed and the round's number, so the command says
// all of them, defaults too: those may be others when somebody types it. What it repeats is the
// script and how that is perturbed; how threads run, nobody can.
//
// What it does not do: name the shrunk script, which is a file of its own.
#ifndef RMAPCHECK_STRESS_WORKLOAD_REPEAT_H_
#define RMAPCHECK_STRESS_WORKLOAD_REPEAT_H_

#include <string>
#include <vector>

#include "stress/workload/campaign.h"

namespace workload {

// Returns: the words for ParseCommand() (command.h), by which the failing round is the only one.
std::vector<std::string> WordsToRepeat(const Campaign& campaign, const Failure& failure);

// Returns: the same as a command line, built as this program is.
std::string CommandToRepeat(const Campaign& campaign, const Failure& failure);

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_REPEAT_H_
