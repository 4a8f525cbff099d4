// Programs whose cost grows with a number, and data structures: written as code, because they loop.
//
// Each is known by its number of complete executions, and by how it fails if it is wrong. It is run
// with its threads created in order and in reverse; as in the cases, nothing may move.
#ifndef RMAPCHECK_LITMUS_TESTING_SCALING_H_
#define RMAPCHECK_LITMUS_TESTING_SCALING_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "models/check.h"

namespace litmus {

// What threads do: one function per thread.
using Bodies = std::vector<std::function<void()>>;
// Creates the threads of a modelled program, and joins them.
using Starter = std::function<void(const Bodies&)>;
// A modelled program that leaves it to `start` in which order its threads are created.
using ScalingProgram = std::function<void(const Starter& start)>;

// Returns: `count` bodies, the i-th of which calls body(i).
Bodies Times(int count, const std::function<void(int)>& body);

struct Scaling {
  std::string name;
  std::string source;  // Why the number is what it is.
  ScalingProgram program;
  std::uint64_t executions = 0;  // Complete ones; not compared if a failure is expected.
  models::FailureKind failure = models::FailureKind::kNone;
  models::MemoryModelKind memory_model = models::MemoryModelKind::kRc11;
};

std::ostream& operator<<(std::ostream& out, const Scaling& scaling);

// Returns: how the engine differs from what is expected, in either order; empty if it does not.
std::string Differences(const Scaling& scaling);

class ScalingTest : public ::testing::TestWithParam<Scaling> {};

// Returns: the name with what GoogleTest does not allow in names replaced.
std::string NameOfScaling(const ::testing::TestParamInfo<Scaling>& info);

}  // namespace litmus

#endif  // RMAPCHECK_LITMUS_TESTING_SCALING_H_
