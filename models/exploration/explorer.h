// The search: every consistent execution graph of a program, each exactly once.
//
// A depth-first search over graphs. A run adds events one by one; wherever an event could have been
// added in another way, a Choice is left behind. When the run ends, the youngest Choice is taken:
// the graph is cut back to before the event, the alternative is put in, and the program is run
// again along what is left. Alternatives are
//   kRead     the event reads from another write;
//   kPlace    the write stands elsewhere in mo;
//   kValue    a nondeterministic choice returns another value;
//   kRevisit  the write takes over an earlier read; this continues on a copy of the graph (a
//   Frame).
// Nothing else is remembered: memory is linear in the length of the program for each open Frame.
//
// Who is next is a function of the graph alone: the lowest thread that can go on. Threads that spin
// come after those that do not, waiting for a grace period after them.
//
// Source: TruSt (POPL 2022). The argument, and the departures, are in docs/EXPLORATION.md.
#ifndef RMAPCHECK_MODELS_EXPLORATION_EXPLORER_H_
#define RMAPCHECK_MODELS_EXPLORATION_EXPLORER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "models/exploration/frontier.h"
#include "models/exploration/revisit.h"
#include "models/graph/execution_graph.h"
#include "models/memory_model/memory_model.h"
#include "models/report/replay.h"
#include "models/scheduler/decider.h"
#include "models/scheduler/run.h"

namespace models {

struct ExplorerResult {
  std::uint64_t executions = 0;  // Complete.
  std::uint64_t blocked = 0;     // Ended with somebody waiting, and not a deadlock.
  std::uint64_t failures = 0;
  std::uint64_t runs = 0;
  bool anew = false;       // It was begun anew: what was counted before Continue is void.
  std::string limit_hit;   // Which limit cut the search; empty: none.
  std::string left_out;    // Why it is not exhaustive although it went on; empty: no reason.
  Failure failure;         // The first.
  ExecutionGraph failing;  // The graph it happened on.
};

struct ExplorerOptions {
  MemoryModelKind memory_model = MemoryModelKind::kRc11;
  RunLimits limits;
  std::uint64_t executions_max = 0;  // Complete and blocked ones together; 0: no limit.
  double seconds_max = 0;            // Of wall time; 0: no limit.
  bool stop_at_failure = true;       // False: count failures and go on.
  bool validate = false;             // Check the graph's invariants after every run (slow).
  // Called after each run that failed otherwise than those before, if set: in kind, message or
  // places.
  std::function<void(const Failure&, const ExecutionGraph&, const Names&)> on_failure;
  // Called after each run that did not fail, if set. Returns: false to stop.
  std::function<bool(const ExecutionGraph&, bool complete)> on_execution;
  // Asked before each run but the first, if set; true cuts the search.
  std::function<bool()> interrupted;
  // Called every few thousand runs, if set.
  std::function<void(const ExplorerResult&)> on_progress;
};

class Explorer final : public Decider {
 public:
  Explorer(const ExplorerOptions& options, std::function<void()> program);

  // Requires: called once.
  ExplorerResult Explore();

  // Goes on with a search that stood still, or with a part of one. What is counted is what was
  // found from here on. Requires: called once, instead of Explore. Returns: as Explore;
  // nondeterminism if the frontier does not fit the program.
  ExplorerResult Continue(const Frontier& frontier);

  // Returns: what a search that was cut has left. Requires: Explore or Continue has returned.
  Frontier Left();

  // Runs the program once, deciding as the replay says. Requires: called once, instead of Explore.
  // Returns: what happened; nondeterminism if the steps do not fit the program.
  ExplorerResult Replay(const models::Replay& replay);

  const Names& names() const { return run_.names(); }

  int NextThread(const std::vector<ThreadStatus>& threads) override;
  void Add(int thread, const Action& action) override;

 private:
  enum class ChoiceKind : std::uint8_t { kRead, kPlace, kValue, kRevisit };

  // An alternative that is still to be taken.
  struct Choice {
    ChoiceKind kind;
    bool place_fixed = false;  // kRevisit: `place` says where the write stands.
    std::uint16_t place = 0;   // kPlace, kRevisit.
    int thread = 0;
    EventId rf = kNoEvent;         // kRead: the alternative. kRevisit: what the write reads.
    EventId revisited = kNoEvent;  // kRevisit.
    std::uint64_t value = 0;       // kValue; kRevisit of a slab allocation: the object.
    std::size_t trail = 0;         // The graph before the event.
    std::uint32_t stamp = 0;
    std::uint32_t event_stamp = 0;  // kRevisit: the stamp the write had; 0: a new one.
    Action action;                  // What the event asks for.
  };
  struct Frame {
    ExecutionGraph graph;
    std::vector<Choice> choices;
  };

  ExecutionGraph& graph() { return frames_.back()->graph; }
  std::vector<Choice>& choices() { return frames_.back()->choices; }
  Frame& PushFrame();
  void PopFrame();

  ExplorerResult Search();
  void SetDeadline();

  // Who is next -----------------------------------------------------------------------------------
  bool CanGoOn(const Action& action);
  bool GracePeriodOver(int thread, const Action& action);
  bool HasOldOption(int thread, const Action& action);

  // Adding events, first time ---------------------------------------------------------------------
  void AddRead(EventId id, const Choice& saved);
  void AddStore(EventId id, const Choice& saved);
  void AddPoolAlloc(EventId id, const Choice& saved);
  void AddOther(EventId id, const Choice& saved);
  void FinishOther(EventId id, const Action& action);
  Choice Save(int thread, const Action& action);

  // Pieces that adding and taking alternatives share
  // ------------------------------------------------
  void ReadFrom(EventId id, EventId write);
  void WriteAt(EventId id, int place);
  void Settle(EventId id);
  int FirstReadable(EventId id);
  const std::vector<int>& Places(EventId id);
  void PushRevisits(EventId write, const Choice& saved, EventId conflict);
  // Whether who waits for the lock is woken in place: nobody shares or tries it.
  bool IsSimple(LocationId lock) const { return lock >= not_simple_.size() || !not_simple_[lock]; }
  bool NoteNotSimple(const Action& action);
  void NoteTried(LocationId lock);
  void WakeWaiter(LocationId lock);

  // Taking alternatives. Return: whether there is a graph to run.
  bool Take(const Choice& choice);
  bool Consistent();
  bool TakeRead(const Choice& choice);
  bool TakePlace(const Choice& choice);
  bool TakeValue(const Choice& choice);
  bool TakeRevisit(const Choice& choice);
  EventId ReaddWrite(const Choice& choice);
  bool ReaddRead(EventId read, const Event& old, EventId write);
  void FinishRevisit(EventId read);

  // Replaying
  // --------------------------------------------------------------------------------------
  int NextInReplay(const std::vector<ThreadStatus>& threads);
  int NextInLoop(const std::vector<ThreadStatus>& threads);
  bool FitsStep(const ReplayStep& step, const Action& action);
  bool LegalStep(EventId id, const ReplayStep& step);
  void AddStep(int thread, const Action& action);
  void AddLoopStep(int thread, const Action& action);
  void NoteMisfit(const std::string& what);
  int StepPlace(const ReplayStep& step, LocationId location);

  // Standing still and going on -------------------------------------------------------------------
  FrontierFrame Saved(Frame& frame);
  std::vector<int> KnownThreads(const Frontier& frontier);
  bool Restore(const FrontierFrame& saved);
  int NextInRestore(const std::vector<ThreadStatus>& threads);
  void AddRestored(int thread, const Action& action);
  void AddBlocked(const FrontierEvent& saved, const Action& action);
  bool RestoreOrders(const FrontierFrame& saved);
  bool RestoreChoice(const FrontierChoice& saved);

  // Runs and their ends ---------------------------------------------------------------------------
  void Start();
  void RunOnce();
  void Judge(RunOutcome outcome);
  bool Deadlocked();
  bool SpinsForEver(int thread);
  Failure DescribeDeadlock();
  std::string WhatIsAwaited(const Action& action);
  void NoteFailure(const Failure& failure);
  static std::string LikenessOf(const Failure& failure);
  bool LimitHit();
  bool BeginsAnew();

  const ExplorerOptions options_;
  const std::function<void()> program_;
  const std::unique_ptr<MemoryModel> model_;
  Run run_;
  std::vector<std::unique_ptr<Frame>> frames_;
  std::vector<std::unique_ptr<Frame>> spare_;
  ExplorerResult result_;
  std::vector<int> places_;    // What Places returned.
  Choice revisit_saved_;       // The graph before the read that a revisit put back.
  bool seen_seq_cst_ = false;  // Some event so far was seq_cst.
  bool stop_ = false;
  std::set<std::string> known_failures_;            // Their likenesses.
  std::vector<bool> not_simple_;                    // By lock, over the whole search.
  int rounds_ = 0;                                  // How often something was learned.
  bool restart_ = false;                            // The last run found one more of those.
  bool part_ = false;                               // Others search the rest.
  const FrontierFrame* restored_ = nullptr;         // Set while restoring.
  std::vector<Action> asked_;                       // Restoring: what threads ask for at the end.
  const std::vector<ReplayStep>* steps_ = nullptr;  // Set while replaying.
  int then_ = kNobody;                              // Replaying: who goes on after the steps.
  bool misfit_ = false;                             // A step did not fit the program.
  std::int64_t deadline_ns_ = 0;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_EXPLORATION_EXPLORER_H_
