// Runs of threads are chosen one thread after the other. A choice is dropped as soon as some load
// of the chosen runs reads what neither a chosen run writes nor a thread that is still to be chosen
// may.
#include "litmus/lkmm/search.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "litmus/herd/names.h"
#include "litmus/lkmm/model.h"
#include "litmus/lkmm/orders.h"
#include "litmus/lkmm/skeleton.h"
#include "litmus/lkmm/tracer.h"

namespace lkmm {
namespace {

using Clock = std::chrono::steady_clock;
using Written = std::pair<int, std::int64_t>;  // Element, value.

// Steps of the choice of runs that may fail between two executions to be judged.
constexpr std::uint64_t kStepsPerCandidate = 20;

// A run, with what it needs others to have written, and what it writes.
struct Run {
  const Trace* trace = nullptr;
  std::vector<Written> needs;
  std::vector<Written> writes;
};

// The search is cut short.
struct Cut {
  const char* limit;
};

void SortOut(std::vector<Written>& written) {
  std::sort(written.begin(), written.end());
  written.erase(std::unique(written.begin(), written.end()), written.end());
}

class Searcher {
 public:
  Searcher(const herd::LitmusTest& test, const herd::Code& frame, const Limits& limits)
      : test_(test), frame_(frame), limits_(limits), globals_(test) {
    for (const herd::Global& global : frame.globals) {
      for (std::int64_t value : global.initial) initial_.push_back(value);
    }
  }

  Outcome All() {
    FindTraces();
    for (const Traces& traces : traces_) outcome_.loop_cut |= traces.loop_cut;
    FindRuns();
    try {
      Choose(0);
    } catch (const Cut& cut) {
      outcome_.limit_hit = cut.limit;
    }
    return std::move(outcome_);
  }

 private:
  // Runs ------------------------------------------------------------------------------------------

  void FindTraces() {
    std::vector<Values> written(test_.threads.size(), Values(initial_.size()));
    std::size_t writes_most = 1;
    for (std::size_t round = 0; round <= writes_most; ++round) {
      TraceAll(written, Branches::kAll);
      writes_most = 0;
      for (const Traces& traces : traces_) writes_most += WritesMost(traces);
      if (!AddWritten(written)) break;
    }
    TraceAll(written, Branches::kTaken);
  }

  // `written`: what each thread may write.
  void TraceAll(const std::vector<Values>& written, Branches branches) {
    traces_.clear();
    for (std::size_t i = 0; i < test_.threads.size(); ++i) {
      Tracer tracer(test_, globals_, frame_, static_cast<int>(i), limits_.unroll_max);
      traces_.push_back(tracer.Run(ByOthers(written, i), branches));
    }
  }

  Values ByOthers(const std::vector<Values>& written, std::size_t thread) const {
    Values values(initial_.size());
    for (std::size_t other = 0; other < written.size(); ++other) {
      if (other == thread) continue;
      for (std::size_t element = 0; element < values.size(); ++element) {
        for (std::int64_t value : written[other][element]) AddTo(values[element], value);
      }
    }
    return values;
  }

  // Returns: whether it is new there.
  static bool AddTo(std::vector<std::int64_t>& values, std::int64_t value) {
    if (std::find(values.begin(), values.end(), value) != values.end()) return false;
    values.push_back(value);
    return true;
  }

  static std::size_t WritesMost(const Traces& traces) {
    std::ptrdiff_t most = 0;
    for (const Trace& trace : traces.all) {
      most = std::max(most, std::count_if(trace.events.begin(), trace.events.end(), IsWrite));
    }
    return static_cast<std::size_t>(most);
  }

  // Returns: whether something was new.
  bool AddWritten(std::vector<Values>& written) const {
    bool grown = false;
    for (std::size_t thread = 0; thread < traces_.size(); ++thread) {
      for (const Trace& trace : traces_[thread].all) {
        for (const Event& event : trace.events) {
          if (event.kind != Kind::kWrite) continue;
          grown |= AddTo(written[thread][event.element], event.value);
        }
      }
    }
    return grown;
  }

  void FindRuns() {
    for (const Traces& traces : traces_) {
      runs_.emplace_back();
      writable_.emplace_back();
      for (const Trace& trace : traces.all) {
        runs_.back().push_back(RunOf(trace));
        const std::vector<Written>& writes = runs_.back().back().writes;
        writable_.back().insert(writable_.back().end(), writes.begin(), writes.end());
      }
      SortOut(writable_.back());
      for (const Written& written : writable_.back()) ++supply_[written];
    }
  }

  Run RunOf(const Trace& trace) const {
    Run run;
    run.trace = &trace;
    for (const Event& event : trace.events) {
      if (event.kind == Kind::kWrite) run.writes.emplace_back(event.element, event.value);
    }
    SortOut(run.writes);
    for (const Event& event : trace.events) {
      if (event.kind != Kind::kRead || event.value == initial_[event.element]) continue;
      run.needs.emplace_back(event.element, event.value);
    }
    SortOut(run.needs);
    return run;
  }

  // The choice ------------------------------------------------------------------------------------

  void Choose(std::size_t thread) {
    if (thread == runs_.size()) return Combine();
    for (const Run& run : runs_[thread]) {
      CountStep();
      chosen_.push_back(&run);
      for (const Written& written : writable_[thread]) --supply_[written];
      for (const Written& written : run.writes) ++supply_[written];
      if (IsSupplied()) Choose(thread + 1);
      for (const Written& written : run.writes) --supply_[written];
      for (const Written& written : writable_[thread]) ++supply_[written];
      chosen_.pop_back();
    }
  }

  bool IsSupplied() const {
    for (const Run* run : chosen_) {
      for (const Written& needed : run->needs) {
        const auto found = supply_.find(needed);
        if (found == supply_.end() || found->second == 0) return false;
      }
    }
    return true;
  }

  // Executions ------------------------------------------------------------------------------------

  void Combine() {
    std::vector<const Trace*> traces;
    for (const Run* run : chosen_) traces.push_back(run->trace);
    const Skeleton skeleton = Join(frame_, traces);
    std::vector<std::vector<Order>> orders;
    for (int element : skeleton.touched) {
      orders.push_back(OrdersOf(skeleton, element, limits_.candidates_max));
      if (orders.back().empty()) return;
    }
    for (const Trace* trace : traces) {
      if (trace->mistake != nullptr) herd::RejectUnsupported(trace->mistake);
    }
    const Model model(skeleton);
    std::vector<std::int64_t> state;
    for (const Trace* trace : traces) {
      state.insert(state.end(), trace->registers.begin(), trace->registers.end());
    }
    state.insert(state.end(), initial_.begin(), initial_.end());
    ChooseOrders(skeleton, orders, model, 0, Relation(), Relation(), state);
  }

  void ChooseOrders(const Skeleton& skeleton, const std::vector<std::vector<Order>>& orders,
                    const Model& model, std::size_t next, const Relation& rf, const Relation& co,
                    std::vector<std::int64_t>& state) {
    if (next == orders.size()) return Judge(skeleton, model, rf, co, state);
    for (const Order& order : orders[next]) {
      Relation more_rf = rf;
      Relation more_co = co;
      for (const auto& [write, read] : order.reads) more_rf.Add(write, read);
      for (std::size_t i = 0; i < order.co.size(); ++i) {
        for (std::size_t j = i + 1; j < order.co.size(); ++j) {
          more_co.Add(order.co[i], order.co[j]);
        }
      }
      state[frame_.registers + skeleton.touched[next]] = order.final_value;
      ChooseOrders(skeleton, orders, model, next + 1, more_rf, more_co, state);
    }
  }

  void Judge(const Skeleton& skeleton, const Model& model, const Relation& rf, const Relation& co,
             const std::vector<std::int64_t>& state) {
    CountCandidate();
    Judgement judgement = model.Judge(rf, co);
    if (!judgement.happens) return;
    if (!IsAcyclic(rf | skeleton.data | skeleton.address)) {
      herd::RejectUnsupported("an execution whose values come out of thin air");
    }
    Ending& ending = outcome_.endings[state];
    ++ending.executions;
    ending.flags.merge(judgement.flags);
  }

  // Limits ----------------------------------------------------------------------------------------

  void CountStep() {
    if (++steps_ > kStepsPerCandidate * limits_.candidates_max) RejectTooLarge();
    constexpr std::uint64_t kStepsBetweenLooks = 1024;
    if (steps_ % kStepsBetweenLooks == 0) LookAtClock();
  }

  void CountCandidate() {
    if (++candidates_ > limits_.candidates_max) RejectTooLarge();
    LookAtClock();
  }

  [[noreturn]] void RejectTooLarge() const {
    herd::RejectUnsupported(
        absl::StrCat("more than ", limits_.candidates_max, " candidate executions"));
  }

  void LookAtClock() const {
    if (limits_.interrupted && limits_.interrupted()) throw Cut{"interrupt"};
    if (limits_.seconds_max == 0) return;
    const std::chrono::duration<double> passed = Clock::now() - start_;
    if (passed.count() > limits_.seconds_max) throw Cut{"seconds_max"};
  }

  const herd::LitmusTest& test_;
  const herd::Code& frame_;
  const Limits limits_;
  const herd::Globals globals_;
  const Clock::time_point start_ = Clock::now();
  std::vector<std::int64_t> initial_;  // Of each element.
  std::vector<Traces> traces_;         // Of each thread.
  std::vector<std::vector<Run>> runs_;
  std::vector<std::vector<Written>> writable_;  // By some run of the thread.
  // How many of the chosen runs, and of the threads that are still to be chosen, (may) write it.
  absl::flat_hash_map<Written, int> supply_;
  std::vector<const Run*> chosen_;
  std::uint64_t steps_ = 0;
  std::uint64_t candidates_ = 0;
  Outcome outcome_;
};

}  // namespace

absl::StatusOr<Outcome> Search(const herd::LitmusTest& test, const herd::Code& frame,
                               const Limits& limits) {
  try {
    return Searcher(test, frame, limits).All();
  } catch (const herd::Rejected& rejected) {
    return rejected.status;
  }
}

}  // namespace lkmm
