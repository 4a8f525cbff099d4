// What older kernels cannot bear: steps that break their structure whatever is repaired. Random
// programs find it, and what ended it are mechanisms (core/history/generation.h), not repairs. Of
// each there is a script in core/scripts/examples, which the checker refutes there and proves
// later.
//
// So tests that a kernel holds with every repair leave these verbs out. The list is as long as what
// is known, and each line must have its script.
#ifndef RMAPCHECK_CORE_SCRIPTS_TESTING_UNSOUND_VERBS_H_
#define RMAPCHECK_CORE_SCRIPTS_TESTING_UNSOUND_VERBS_H_

#include <vector>

#include "core/history/kernel.h"
#include "core/scripts/script.h"

namespace rmap::testing {

// Returns: the verbs without which it cannot happen in this kernel; none for the newest.
std::vector<Verb> UnsoundVerbs(const Kernel& kernel);

}  // namespace rmap::testing

#endif  // RMAPCHECK_CORE_SCRIPTS_TESTING_UNSOUND_VERBS_H_
