// Programs of a few lines, watched: what tests of locks share.
// Every execution is run, those behind a failing one too.
#ifndef RMAPCHECK_MODELS_TESTING_WATCH_LOCKS_H_
#define RMAPCHECK_MODELS_TESTING_WATCH_LOCKS_H_

#include <functional>
#include <string>
#include <vector>

#include "core/sync/sync.h"
#include "gtest/gtest.h"
#include "models/check.h"
#include "models/locks/lock_observer.h"
#include "models/locks/lock_order.h"
#include "models/locks/lock_verdict.h"

namespace models {

inline constexpr ksync::LockClass kOuter{"outer", 10, true};
inline constexpr ksync::LockClass kMiddle{"middle", 20, true};
inline constexpr ksync::LockClass kInner{"inner", 30, true};
inline constexpr ksync::LockClass kSpinning{"spinning", 40};

struct Watched {
  Observations seen;
  Report report;
};

inline Watched Watch(const std::function<void()>& program) {
  Watched watched;
  LockObserver observer(watched.seen, {"program", "rc11"});
  Options options;
  options.observer = &observer;
  options.stop_at_failure = false;
  watched.report = Check(options, program);
  return watched;
}

inline std::vector<std::string> Problems(const std::function<void()>& program) {
  const Watched watched = Watch(program);
  std::vector<std::string> texts;
  for (const OrderProblem& problem : FindOrderProblems(watched.seen)) {
    texts.push_back(std::string(MistakeName(problem.mistake)) + ": " + problem.text +
                    (problem.gated ? " (gated)" : ""));
  }
  return texts;
}
using Texts = std::vector<std::string>;

inline Judged JudgeText(const std::string& claim, const Observations& seen) {
  const LockClaims parsed =
      ParseLockClaims(claim, {{"outer", "middle", "inner", "spinning"}, {"G0"}});
  EXPECT_EQ(parsed.claims.size(), 1u) << claim;
  return Judge(parsed.claims.at(0), seen);
}

}  // namespace models

#endif  // RMAPCHECK_MODELS_TESTING_WATCH_LOCKS_H_
