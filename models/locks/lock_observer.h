// Fills Observations while programs run.
//
// While an execution goes on, what happens is only written down; when it is over, and it is known
// which threads accessed what, it is sorted out. An access and a lock are told apart from others of
// the execution by their places and by what was held, so a loop counts once.
//
// What it does not do: keep anything of an execution but the rows it adds to.
#ifndef RMAPCHECK_MODELS_LOCKS_LOCK_OBSERVER_H_
#define RMAPCHECK_MODELS_LOCKS_LOCK_OBSERVER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/locks/observations.h"
#include "models/scheduler/observer.h"

namespace models {

// What runs, as replays name it.
struct WatchedProgram {
  std::string program;
  std::string memory_model;
  std::string source = "";  // Of a program that has no name which says so: a script.
};

class LockObserver final : public Observer {
 public:
  // `wanted`: a witness's sentence; the execution that shows it ends as a failure of kind
  // kLockRule. Empty: nothing is waited for.
  LockObserver(Observations& to, WatchedProgram program, std::string wanted = "")
      : seen_(to), program_(std::move(program)), wanted_(std::move(wanted)) {}

  void BeginRun() override;
  void OnMake(LocationId location, int thread, const View& past) override;
  void OnLock(const LockStep& step, std::span<const HeldLock> held) override;
  void OnLastUser(const LastUserStep& step, const View& past) override;
  void OnAccess(const AccessStep& step, std::span<const HeldLock> held, const View& past) override;
  const Failure* EndRun(const ExecutionGraph& graph, const Names& names, const Failure& failure,
                        bool complete) override;

 private:
  struct Instance {
    LocationId lock;
    ksync::LockMode mode;
    int last_use = -1;  // Into last_uses_, if it was not taken.

    friend bool operator==(const Instance&, const Instance&) = default;
  };
  using Instances = std::vector<Instance>;

  struct LastUse {
    LastUserStep step;
    View past;
    bool is_so = false;  // For the life that is being looked at.
  };
  struct LockNote {
    LockStep step;
    std::size_t held_begin;  // Into held_.
    std::size_t held_end;
  };
  // A lock that was asked for under another one of its class.
  struct TwoOfOneClass {
    Edge edge;
    LocationId held;
    const LockNote* note;
  };
  struct AccessNote {
    AccessStep step;                    // `count` is of the last of them.
    std::size_t held;                   // Into held_sets_.
    const AccessNote* meets = nullptr;  // One that it could have met, a write among the two.
  };
  struct Life {
    LocationId location = 0;
    int maker = 0;
    std::uint16_t known_from = 0;  // The maker's steps before it nobody else could meet.
    std::uint32_t threads = 0;
    std::vector<AccessNote> accesses;
  };
  // What an execution is to whoever looks at it when it is over.
  struct Ended {
    const ExecutionGraph& graph;
    const Names& names;
    const Failure& failure;
    bool complete;
  };

  void CarryOver(const Life& before, Life& life, const View& past);
  std::size_t HeldSet(int thread, std::span<const HeldLock> held);
  bool IsLastUser(const LastUse& use, const Life& life) const;
  HoldKind KindOf(const Instance& instance) const;
  void NoteLock(const LockNote& note, const Ended& run);
  void NoteEdge(Edge edge, const LockNote& note, int held_by, const Ended& run);
  void NoteInversions(const Ended& run);
  void NoteInversion(const TwoOfOneClass& a, const TwoOfOneClass& b, const Ended& run);
  ClassMask GatesOf(const LockNote& a, const LockNote& b, const Ended& run);
  Failure FailureOf(const Edge& edge, int thread) const;
  void NoteLife(Life& life, const Ended& run);
  bool CouldMeet(const Life& life, const AccessNote& a, const AccessNote& b,
                 const Ended& run) const;
  void NoteMeeting(const Life& life, AccessNote& a, AccessNote& b, const Ended& run);
  void NoteClash(const Clash& clash, const AccessNote& a, const AccessNote& b, const Ended& run);
  ClassMask HeldClasses(const AccessNote& access, const Ended& run);
  ClassMask CommonClasses(const AccessNote& a, const AccessNote& b, const Ended& run);
  Instances GuardsOf(const Life& life, const Ended& run);
  Holds HoldsOf(const AccessNote& access, const Instances& guards, const Ended& run);
  Holds HoldsOf(const AccessNote& access, const Ended& run);
  ClassId ClassOf(LocationId lock, const Ended& run);
  // Counts the execution, unless it has been counted. Returns: whether it had not.
  bool CountOnce(std::uint64_t& executions, std::uint64_t& latest) const {
    if (latest == seen_.executions) return false;
    latest = seen_.executions;
    ++executions;
    return true;
  }
  // Counts the execution, of which `make` describes what there is to be seen.
  template <typename MakeFailure>
  void Count(Seen& seen, const Ended& run, MakeFailure make);
  const std::shared_ptr<const Replay>& Execution(const Ended& run);

  Observations& seen_;
  const WatchedProgram program_;
  const std::string wanted_;

  // Of the run that is going on.
  std::vector<LockNote> locks_;
  std::vector<HeldLock> held_;
  std::vector<TwoOfOneClass> twos_;  // Found when the run is over.
  std::vector<LastUse> last_uses_;
  std::vector<Instances> held_sets_;
  std::size_t held_sets_used_ = 0;
  Instances set_;            // That is being looked for.
  std::vector<Life> lives_;  // The first lives_used_ are in use; the rest keep their memory.
  std::size_t lives_used_ = 0;
  std::vector<int> life_of_;  // By location; -1: it was not made in this run.
  std::shared_ptr<const Replay> execution_;
  Failure shown_;
  bool shows_ = false;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_LOCKS_LOCK_OBSERVER_H_
