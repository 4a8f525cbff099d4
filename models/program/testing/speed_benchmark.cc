// What it costs that a program is only instrumented: executions a second of programs as they are,
// over those of the same programs written against ksync, in the same run.
//
// Each is run in turn, three times; the best of each counts. A program is a process of its own,
// whose CPU time is all of it, start included. Counts that are not the same on both sides make the
// exit code 1.
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "models/check.h"
#include "models/testing/peer_programs.h"

namespace models::testing {
namespace {

struct Pair {
  const char* program;  // fast_... beside this one.
  void (*over_ksync)(int n);
  int n;
  std::uint64_t executions;
};
constexpr Pair kPairs[] = {
    {"fast_fibonacci", &Fibonacci, 5, 525630},
    {"fast_fibonacci_c", &Fibonacci, 5, 525630},
    {"fast_increments", &OneIncrement, 8, 40320},
    {"fast_locked_increments", &LockedIncrement, 8, 40320},
};
constexpr int kRounds = 3;

double CpuSeconds(int who) {
  rusage usage;
  getrusage(who, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

// Returns: the seconds of the search, or a negative number if the count is another.
double OverKsync(const Pair& pair) {
  const double start = CpuSeconds(RUSAGE_SELF);
  const Report report = Check(Options{}, [&pair] { pair.over_ksync(pair.n); });
  const bool same = report.exhaustive && report.executions == pair.executions;
  return same ? CpuSeconds(RUSAGE_SELF) - start : -1;
}

double AsItIs(const Pair& pair) {
  const std::string command =
      "RMAPCHECK_FLAGS='--expect=holds --executions=" + std::to_string(pair.executions) +
      "' models/program/testing/" + pair.program + " > /dev/null";
  const double start = CpuSeconds(RUSAGE_CHILDREN);
  if (std::system(command.c_str()) != 0) return -1;
  return CpuSeconds(RUSAGE_CHILDREN) - start;
}

bool Compare(const Pair& pair) {
  double over_ksync = 1e9;
  double as_it_is = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    over_ksync = std::min(over_ksync, OverKsync(pair));
    as_it_is = std::min(as_it_is, AsItIs(pair));
  }
  if (over_ksync < 0 || as_it_is < 0) {
    std::printf("%-24s not %lu executions\n", pair.program,
                static_cast<unsigned long>(pair.executions));
    return false;
  }
  const double count = static_cast<double>(pair.executions);
  std::printf("%-24s %10.0f %10.0f %6.2f\n", pair.program, count / as_it_is, count / over_ksync,
              over_ksync / as_it_is);
  return true;
}

int CompareAll() {
  std::printf("%-24s %10s %10s %6s\n", "executions a second", "as it is", "ksync", "ratio");
  bool all = true;
  for (const Pair& pair : kPairs) all &= Compare(pair);
  return all ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace models::testing

int main() { return models::testing::CompareAll(); }
