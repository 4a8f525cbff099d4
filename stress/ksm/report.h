// What was measured, as text, as JSON, and as a picture.
//
// JSON of a fleet: `request` (the fields of fleet::Request), `interrupted`, and `samples`, one for
// each tick: `tick`, `mapped`, `frames`, `saved`, `pages_shared`, `pages_sharing`,
// `pages_unshared`, `pages_volatile`, `full_scans`, `writes`, `boots`. Of costs: `pages`,
// `interrupted`, `scans` (each `processes`, `equal`, `saved`, and pages a second: `first`,
// `merging`, `settled`) and `trees` (each `tree`, `in_order`, `nodes`, `depth_max`, `depth_mean`,
// `pages_per_second`).
#ifndef RMAPCHECK_STRESS_KSM_REPORT_H_
#define RMAPCHECK_STRESS_KSM_REPORT_H_

#include <string>

#include "stress/ksm/cost.h"
#include "stress/ksm/fleet.h"

namespace fleet {

// A table of at most so many ticks, the last among them.
std::string ToText(const Results& results);
std::string ToText(const Costs& costs);

std::string ToJson(const Results& results);
std::string ToJson(const Costs& costs);

// Returns: pages against time, in gnuplot's language. Requires: there is a sample.
std::string PlotScript(const Results& results);

}  // namespace fleet

#endif  // RMAPCHECK_STRESS_KSM_REPORT_H_
