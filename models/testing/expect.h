// What the tests of the checker's detectors expect of a program: a failure of one kind, at a place
// in the test, or a proof.
#ifndef RMAPCHECK_MODELS_TESTING_EXPECT_H_
#define RMAPCHECK_MODELS_TESTING_EXPECT_H_

#include <functional>
#include <string>

#include "gtest/gtest.h"
#include "models/check.h"

namespace models {

inline Report RunChecked(const std::function<void()>& program) {
  Options options;
  options.validate = true;
  return Check(options, program);
}

// The fault is found, with a place in a test.
inline void ExpectFailure(FailureKind kind, const std::function<void()>& program) {
  const Report report = RunChecked(program);
  EXPECT_EQ(report.verdict, Verdict::kViolated) << report;
  EXPECT_EQ(report.failure_kind, kind) << report;
  EXPECT_FALSE(report.exhaustive);
  EXPECT_NE(report.failure.find("_test.cc:"), std::string::npos) << report.failure;
}

inline void ExpectHolds(const std::function<void()>& program) {
  const Report report = RunChecked(program);
  EXPECT_EQ(report.verdict, Verdict::kHolds) << report;
  EXPECT_TRUE(report.exhaustive);
  EXPECT_GT(report.executions, 0u);
}

}  // namespace models

#endif  // RMAPCHECK_MODELS_TESTING_EXPECT_H_
