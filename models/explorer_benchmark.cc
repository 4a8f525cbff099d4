// How many executions a second the checker visits, on the programs that a peer is measured on.
//
// One benchmark for each row of models/testing/peer_programs.h, at full size. The unit is complete
// executions for each second of CPU time; blocked runs cost time and earn nothing. A count that
// differs from the expected one makes the row an error and the exit code 1: a fast wrong search is
// worth nothing.
//
// With RMAPCHECK_PEER_TSV=FILE each row also has `ratio`, our rate by the peer's, and after the
// rows comes one line with the geometric mean and the slowest row. FILE has rows of
//   name <TAB> complete <TAB> blocked <TAB> CPU seconds
// measured on the same machine under the same load, or the ratio means nothing. Rows of other
// shapes (a heading) are skipped.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "models/check.h"
#include "models/testing/peer_programs.h"

namespace models {
namespace {

using testing::PeerProgram;

// What the peer needs to compile and load a program; its rate is meant without it.
constexpr double kPeerStartSeconds = 0.04;
constexpr double kPeerSecondsMin = 0.01;

// Executions a second of the peer, by row.
using PeerRates = std::map<std::string, double>;

PeerRates ReadPeerRates(const char* path) {
  PeerRates rates;
  std::ifstream file(path);
  if (!file) {
    std::cerr << "RMAPCHECK_PEER_TSV: cannot read " << path << "\n";
    std::exit(2);
  }
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name;
    double complete = 0;
    double blocked = 0;
    double seconds = 0;
    if (!(fields >> name >> complete >> blocked >> seconds)) continue;
    rates[name] = complete / std::max(seconds - kPeerStartSeconds, kPeerSecondsMin);
  }
  return rates;
}

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Returns: whether the count was the expected one.
bool Explore(benchmark::State& state, const PeerProgram& program, const PeerRates& peer) {
  Report report;
  const double start = CpuSeconds();
  for (auto _ : state) {
    report = Check(Options{}, [&program] { program.run(program.n); });
    if (!report.exhaustive || report.executions != program.executions) {
      state.SkipWithError("not the expected number of executions");
      return false;
    }
  }
  const double executions = static_cast<double>(report.executions);
  const double visited = executions * static_cast<double>(state.iterations());
  const double rate = visited / std::max(CpuSeconds() - start, 1.0 / CLOCKS_PER_SEC);
  state.counters["executions"] = executions;
  state.counters["blocked"] = static_cast<double>(report.blocked);
  state.counters["executions/s"] = rate;
  const auto of_peer = peer.find(program.name);
  if (of_peer != peer.end()) state.counters["ratio"] = rate / of_peer->second;
  return true;
}

// Prints the rows, and keeps the best ratio of each for the line at the end.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  RatioReporter() : ConsoleReporter(OO_Tabular) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      const auto ratio = run.counters.find("ratio");
      if (run.run_type != Run::RT_Iteration || ratio == run.counters.end()) continue;
      double& best = ratios_[run.benchmark_name()];
      best = std::max<double>(best, ratio->second);
    }
  }

  void Finalize() override {
    if (ratios_.empty()) return;
    double logarithms = 0;
    auto slowest = ratios_.begin();
    for (auto row = ratios_.begin(); row != ratios_.end(); ++row) {
      logarithms += std::log(row->second);
      if (row->second < slowest->second) slowest = row;
    }
    GetOutputStream() << ratios_.size() << " rows, geometric mean of the ratios "
                      << std::exp(logarithms / static_cast<double>(ratios_.size())) << ", slowest "
                      << slowest->first << " " << slowest->second << "\n";
  }

 private:
  std::map<std::string, double> ratios_;
};

int RunAll(int argc, char** argv) {
  const char* peer_path = std::getenv("RMAPCHECK_PEER_TSV");
  const PeerRates peer = peer_path == nullptr ? PeerRates() : ReadPeerRates(peer_path);
  bool all_as_expected = true;
  for (const PeerProgram& program : testing::PeerPrograms()) {
    const auto explore = [&](benchmark::State& state) {
      all_as_expected &= Explore(state, program, peer);
    };
    benchmark::RegisterBenchmark(program.name, explore)->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  RatioReporter reporter;
  if (peer.empty()) {
    benchmark::RunSpecifiedBenchmarks();
  } else {
    benchmark::RunSpecifiedBenchmarks(&reporter);
  }
  benchmark::Shutdown();
  return all_as_expected ? 0 : 1;
}

}  // namespace
}  // namespace models

int main(int argc, char** argv) { return models::RunAll(argc, argv); }
