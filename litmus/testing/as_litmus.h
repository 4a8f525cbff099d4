// A program of the obvious engine as a litmus test in herd's format, so that the whole way from the
// text of a test to its answer can be compared with an engine that shares none of it.
//
// Registers are r0, r1, ...; locations x, y, z, w; mutexes m, n. A compare-exchange expects in the
// register that gets what it read. What a litmus test cannot say (waiting, giving up, choosing,
// shared holds, RCU) has no text.
#ifndef RMAPCHECK_LITMUS_TESTING_AS_LITMUS_H_
#define RMAPCHECK_LITMUS_TESTING_AS_LITMUS_H_

#include <optional>
#include <string>

#include "models/testing/program.h"

namespace litmus {

// Returns: the test; nothing if some operation has no text.
std::optional<std::string> AsLitmus(const models::testing::Program& program);

// Returns: the name of a location in that test.
std::string LocationName(int location);

}  // namespace litmus

#endif  // RMAPCHECK_LITMUS_TESTING_AS_LITMUS_H_
