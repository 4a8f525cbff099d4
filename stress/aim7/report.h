// A run as tables, and as JSON. Both have the same numbers; JSON has all of them.
// Text has a line break at its end.
#ifndef RMAPCHECK_STRESS_AIM7_REPORT_H_
#define RMAPCHECK_STRESS_AIM7_REPORT_H_

#include <string>

#include "stress/aim7/results.h"

namespace aim7 {

std::string ToText(const Results& results);
std::string ToJson(const Results& results);

}  // namespace aim7

#endif  // RMAPCHECK_STRESS_AIM7_REPORT_H_
