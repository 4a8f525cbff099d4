// What a campaign found, for people and for scripts.
//
// The JSON is an object: `started`, `commit` (null unless RMAPCHECK_COMMIT says it),
// `configuration` ("plain", "tsan", "asan", "ubsan"), `kernel`, `profile`, `seed`, `seconds`,
// `interrupted` (whether a signal ended it), `rounds`, `threads`, `chaos`, `mix` (each size by the
// name of its flag, and `weights` by verb), `operations`, `operations_per_second`; `failures` (each
// `seed`, `round`, `rule`, `message`, `script`: a file or null, `command`: what repeats that round
// (repeat.h), `after_seconds`, `after_rounds`, `last_steps`, `shrunk_to`: a size in words or null,
// `shrunk_message`: how that one fails or null, `seen_instead`: messages of other failures that
// were seen while it was made smaller); `operation_counts` by verb; `pairs` (each `first`,
// `second`, `overlaps`): every two verbs that there are, the first not behind the second in the
// alphabet; `lock_order`: what was held when what was taken, each way once (stress/nesting.h).
#ifndef RMAPCHECK_STRESS_WORKLOAD_REPORT_H_
#define RMAPCHECK_STRESS_WORKLOAD_REPORT_H_

#include <string>

#include "stress/workload/campaign.h"

namespace workload {

// Returns: with which sanitizer this program was built: "plain", "tsan", "asan", "ubsan".
std::string Configuration();

std::string ToText(const Campaign& campaign, const Results& results);
std::string ToJson(const Campaign& campaign, const Results& results);

// Returns: the smallest script that is known to fail that way.
const rmap::Script& SmallestScript(const FoundFailure& found);

}  // namespace workload

#endif  // RMAPCHECK_STRESS_WORKLOAD_REPORT_H_
