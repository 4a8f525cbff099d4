// Runs a scaling program twice, its threads created in order and in reverse. Of one that fails only
// the failure is compared: how far the search got by then depends on the order.
#include "litmus/testing/scaling.h"

#include <cctype>
#include <cstddef>
#include <deque>

#include "core/sync/sync.h"

namespace litmus {
namespace {

void Start(const Bodies& bodies, bool reversed) {
  std::deque<ksync::Thread> threads;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    threads.emplace_back(bodies[reversed ? bodies.size() - 1 - i : i]);
  }
  for (ksync::Thread& thread : threads) thread.Join();
}

std::string DifferencesInOrder(const Scaling& scaling, bool reversed) {
  models::Options options;
  options.memory_model = scaling.memory_model;
  const models::Report report = models::Check(options, [&] {
    scaling.program([reversed](const Bodies& bodies) { Start(bodies, reversed); });
  });
  const std::string who = reversed ? "in reverse: " : "in order: ";
  if (report.failure_kind != scaling.failure) {
    return who + "failure: " + models::FailureName(report.failure_kind) + " instead of " +
           models::FailureName(scaling.failure) + ". " + report.failure + "\n";
  }
  if (scaling.failure != models::FailureKind::kNone) return "";
  if (!report.exhaustive) return who + "the search was cut by " + report.limit_hit + "\n";
  if (report.executions == scaling.executions) return "";
  return who + "wrong count: " + std::to_string(report.executions) + " executions instead of " +
         std::to_string(scaling.executions) + ", and " + std::to_string(report.blocked) +
         " blocked\n";
}

}  // namespace

Bodies Times(int count, const std::function<void(int)>& body) {
  Bodies bodies;
  for (int i = 0; i < count; ++i) {
    bodies.emplace_back([body, i] { body(i); });
  }
  return bodies;
}

std::ostream& operator<<(std::ostream& out, const Scaling& scaling) {
  return out << scaling.name << " (" << scaling.source << ")";
}

std::string Differences(const Scaling& scaling) {
  return DifferencesInOrder(scaling, false) + DifferencesInOrder(scaling, true);
}

std::string NameOfScaling(const ::testing::TestParamInfo<Scaling>& info) {
  std::string name;
  for (char c : info.param.name) {
    const bool allowed = std::isalnum(static_cast<unsigned char>(c)) != 0;
    name += allowed ? c : '_';
  }
  return name;
}

}  // namespace litmus
