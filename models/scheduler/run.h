// Runs a modelled program once, along a graph and then as a Decider says.
//
// Each modelled thread is a fiber. A call of the program on Hooks either is an event (it is matched
// with the trail, or waits for its turn and is added) or is done on the spot (plain accesses,
// allocation). The trail is followed in order, so untracked memory that is properly protected has
// the same contents as in the execution that the trail came from.
//
// Invariants:
//   1. A fiber is switched away from only inside a call on Hooks.
//   2. Whatever differs from the trail is reported as nondeterminism, never followed.
//   3. A failed or stopped execution leaves nothing behind: fibers are unwound, memory forgotten.
//
// What it does not do: decide anything about memory order.
#ifndef RMAPCHECK_MODELS_SCHEDULER_RUN_H_
#define RMAPCHECK_MODELS_SCHEDULER_RUN_H_

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/sync/hooks.h"
#include "models/graph/execution_graph.h"
#include "models/graph/failure.h"
#include "models/graph/names.h"
#include "models/scheduler/crash.h"
#include "models/scheduler/decider.h"
#include "models/scheduler/extent.h"
#include "models/scheduler/fiber.h"
#include "models/scheduler/heap.h"
#include "models/scheduler/observer.h"
#include "models/scheduler/races.h"
#include "models/scheduler/shadow.h"
#include "models/scheduler/spins.h"

namespace models {

struct RunLimits {
  std::size_t events_max = 10'000;      // Events in one execution.
  std::size_t stack_bytes = 256 << 10;  // Stack of each modelled thread.
  // False: the stacks of an execution that is given up are forgotten. For programs whose memory is
  // all ours, and whose functions may be noexcept. Nor is it a failure of such a program, which was
  // not written for us, that it needs more threads or memory than there are: it is a limit.
  bool unwinds = true;
  // Digests what determines how the calling thread goes on, but for memory that others may see; for
  // loops that only re-read. Null: there is no such thing.
  std::uint64_t (*state_digest)() = nullptr;
  // Adds the memory of the program, but for the modelled heap, and stacks.
  void (*add_memory)(Digest&) = nullptr;
  // Called when the digests of different executions are going to be compared from now on.
  void (*on_digests_compared)() = nullptr;
  int unroll_max = 0;            // How often a thread may read at one place; 0: no limit.
  bool watches_leaks = true;     // Whether what is never freed is a failure.
  ThreadStorage thread_storage;  // Begins as it is before the first execution.
  bool keeps_storage = false;    // From the start; else from KeepThreadStorage on.
  Observer* observer = nullptr;  // Who is told what happens; null: nobody.
};

enum class RunOutcome {
  kComplete,    // Every thread came to its end.
  kIncomplete,  // Somebody waits, or an assumption failed.
  kFailed,      // See failure().
  kTooLong,     // A limit cut it; see limit().
};

class Run final : public ksync::Hooks {
 public:
  explicit Run(const RunLimits& limits);
  ~Run() override;

  // Requires: `graph` is closed under po ∪ rf. It grows by what the decider adds.
  RunOutcome Execute(const std::function<void()>& program, ExecutionGraph& graph, Decider& decider);

  const Failure& failure() const { return failure_; }
  // Returns: the limit that stopped some thread of an execution that went on; empty: none.
  const std::string& stopped_by() const { return stopped_by_; }
  // Returns: what cut the execution short: "events_max", or which loop went on reading old values.
  const std::string& limit() const { return limit_; }
  Names& names() { return names_; }
  const Names& names() const { return names_; }
  const std::vector<ThreadStatus>& statuses() const { return statuses_; }
  // Returns: who holds a lock when the execution ends, for messages.
  std::vector<int> HoldersOf(LocationId lock) const;

  // Begins a search with what was learned in those before; see spins.h.
  void BeginSearch() {
    if (Learned() && limits_.on_digests_compared != nullptr) limits_.on_digests_compared();
    spins_.Begin();
  }
  // Returns: whether something was learned that makes a search shorter.
  bool Learned() const { return spins_.Learned(); }
  // Returns: whether something that the search rests on turned out wrong.
  bool Revoked() const { return spins_.Revoked(); }

  // From now on each thread has its own thread_storage. Requires: no thread but the running one has
  // changed it yet.
  void KeepThreadStorage();

  // Hooks -----------------------------------------------------------------------------------------
  LocationId NewLocation(const ksync::LocationInfo& info, std::uint64_t initial,
                         ksync::Site site) override;
  void EndLocation(LocationId location, ksync::Site site) override;
  std::uint64_t Load(LocationId location, Order order, ksync::Site site) override;
  void Store(LocationId location, std::uint64_t value, Order order, ksync::Site site) override;
  std::uint64_t Rmw(LocationId location, const ksync::RmwOp& op, Order success, Order failure,
                    ksync::Site site) override;
  std::uint64_t Await(LocationId location, const ksync::Condition& condition, Order order,
                      ksync::Site site) override;
  void Fence(Order order, ksync::Site site) override;
  void PlainRead(LocationId location, ksync::Site site) override;
  void PlainWrite(LocationId location, ksync::Site site) override;
  std::uint64_t LoadPlain(LocationId location, ksync::Site site) override;
  void StorePlain(LocationId location, std::uint64_t value, ksync::Site site) override;
  LocationId LocationAt(const ksync::LocationInfo& info, std::size_t bytes,
                        ksync::Site site) override;
  // As LocationAt of an atomic; at less cost if it is known already.
  LocationId AtomicAt(const void* address, std::size_t bytes, ksync::Site site) {
    const auto start = reinterpret_cast<std::uintptr_t>(address);
    const Cell* const cell = shadow_.Find(start / Shadow::kCellBytes);
    const std::size_t byte = start % Shadow::kCellBytes;
    if (cell != nullptr && cell->width[byte] == bytes && !spins_.WatchesStacks()) {
      return cell->at[byte];
    }
    return LocationAt({ksync::LocationKind::kAtomic, "", address, nullptr, true}, bytes, site);
  }
  void EndLocationAt(const void* address, ksync::Site site) override;
  void PlainReadAt(const void* address, std::size_t bytes, ksync::Site site) override;
  void PlainWriteAt(const void* address, std::size_t bytes, ksync::Site site) override;
  void Acquire(LocationId lock, ksync::LockMode mode, ksync::Site site,
               ksync::Nesting nesting) override;
  bool TryAcquire(LocationId lock, ksync::LockMode mode, ksync::Site site) override;
  void Release(LocationId lock, ksync::LockMode mode, ksync::Site site) override;
  bool IsLocked(LocationId lock, ksync::Site site) override;
  bool Holds(LocationId lock, ksync::LockMode mode) override;
  void NoteLastUser(LocationId lock, ksync::Site site) override;
  void RcuReadLock(ksync::Site site) override;
  void RcuReadUnlock(ksync::Site site) override;
  void SynchronizeRcu(ksync::Site site) override;
  bool InRcuReadSection() override;
  ksync::ThreadId Spawn(void (*body)(void*), void* argument, const char* name,
                        ksync::Site site) override;
  void Join(ksync::ThreadId thread, bool at_end, ksync::Site site) override;
  std::uint32_t Choose(std::uint32_t count, const char* what, ksync::Site site) override;
  void* Allocate(std::size_t size, const char* name, ksync::Site site,
                 std::size_t alignment = alignof(std::max_align_t)) override;
  void Free(void* memory, ksync::Site site) override;
  bool Owns(const void* memory, std::size_t* size) override;
  void* PoolAllocate(LocationId pool, std::size_t size, const char* name, bool* fresh,
                     ksync::Site site) override;
  void PoolFree(LocationId pool, void* object, ksync::Site site) override;
  [[noreturn]] void Fail(ksync::Misuse kind, const char* message, ksync::Site site) override;
  [[noreturn]] void Block(ksync::Site site, const char* limit = nullptr) override;

 private:
  // A thread's first events are not looked at for repetition: it is no spin yet.
  static constexpr int kMayRepeat = 12;

  struct Thread {
    std::unique_ptr<Fiber> fiber;
    void (*body)(void*) = nullptr;
    void* argument = nullptr;
    int locations = 0;  // How many it has made, and so the name of the next.
    int children = 0;
    int sections = 0;  // Nesting of read-side sections.
    bool unwound = false;
    ksync::Site last_site;  // Of its last step.
    std::vector<HeldLock> held;
    void* exceptions[2] = {};  // The C++ runtime's per-thread exception state.
    SpinMarks marks;
    std::vector<Extent> own;  // What it touched of its own stack since the last of them.
    std::vector<std::pair<ksync::Site, int>> loops;  // Where it has read, and how often.
    std::vector<char> storage;  // Its own thread_storage, while another thread runs.
  };
  struct PoolObject {
    void* memory;
    LocationId pool;
    bool live;
    ksync::Site site;                // Of the last allocation.
    std::vector<EventId> frees;      // So far, in the order of the trail.
    std::vector<PlainAccess> plain;  // By thread, the last plain access outside of sections.
  };

  static void ThreadMain(void* run);
  void RunBody(Thread& thread);

  void Reset(ExecutionGraph& graph, Decider& decider);
  void StartThread(int thread, void (*body)(void*), void* argument);
  void EndByException(const std::string& what);
  void NoteCrash(const Crash& crash);
  void Finish();
  void Unwind();
  void CheckLeaks();

  // Turns the action into the calling thread's next event: the trail's next if that is this
  // thread's, as most are; otherwise when its turn comes.
  Event& Perform(const Action& action) {
    guard_->Progress();
    last_site_ = action.site;
    if (replaying() && graph_->trail()[replayed_].thread == current_) return Consume(action);
    return PerformInTurn(action);
  }
  Event& PerformInTurn(const Action& action);
  // Follows the trail: its next entry must be what the calling thread asks for.
  Event& Consume(const Action& action) {
    ThreadStatus& status = statuses_[current_];
    const EventId id = graph_->trail()[replayed_];
    Event& event = graph_->event(id);
    const Request& recorded = event.action;
    if (id.index != status.next || !(recorded == action)) FailDiverged(event, action);
    if (HasLocation(action.kind)) {
      const NamedLocation& named = names_.location(action.location);
      if (named.watched && NeedsCheck(named)) CheckWatched(event, id, action);
    }
    me().last_site = action.site;
    ++replayed_;
    ++status.next;
    status.pending = nullptr;
    if (watches_loops_) NoteInLoop(event, action);
    if (event.writes || !event.reads) {
      status.repeats = 0;
    } else if (id.index >= kMayRepeat) {
      CheckProgress(event, id);
    }
    return event;
  }
  Event& Abandon();
  int WhoseTurn();
  void SwitchFromEngine(int thread);
  [[gnu::always_inline]] inline void SwitchTo(int thread);
  void SwitchToEngine();

  Thread& me() { return threads_[current_]; }
  // Returns: what happens before the calling thread's next step.
  const View& here() const { return graph_->hb_before(current_, statuses_[current_].next); }
  bool replaying() const { return replayed_ < graph_->trail().size(); }
  static Action Make(ActionKind kind, LocationId location, Order order, ksync::Site site) {
    Action action;
    action.kind = kind;
    action.location = location;
    action.order = order;
    action.site = site;
    return action;
  }

  void CheckAccess(const Action& action);
  void NoteMixed(LocationId location);
  bool NeedsCheck(const NamedLocation& named) {
    return named.dead || named.mixed || !shadow_.cell(named.cell).touches.empty();
  }
  [[gnu::noinline]] void CheckWatched(const Event& event, EventId id, const Action& action);
  void CheckMixed(const Event& event, EventId id);
  void CheckPoolAccess(const PoolObject& object, LocationId location, const char* what,
                       ksync::Site site);
  void NotePoolPlain(PoolObject& object, const PlainAccess& access);
  int OpenSection() const;
  void CheckPoolFree(const PoolObject& object, const Action& action);
  void CheckStorageEnd(LocationId location, ksync::Site site);
  void NotePlain(LocationId location, bool writes, ksync::Site site);
  void NoteBytes(const void* address, std::size_t bytes, bool writes, ksync::Site site);
  void NoteForLoops(const void* address, std::size_t bytes, bool writes);
  void NoteCell(std::uintptr_t key, std::uint8_t bytes, bool writes, ksync::Site site);
  Cell& CellOf(std::uintptr_t key) {
    Cell* const known = shadow_.Find(key);
    return known != nullptr ? *known : MakeCell(key);
  }
  Cell& MakeCell(std::uintptr_t key);
  void CheckValid(const Cell& cell, std::uint8_t bytes, const char* what, ksync::Site site);
  void MeetAtomics(Cell& cell, std::uint8_t bytes, bool writes, ksync::Site site);
  // A use of an atomic's bytes that is no atomic access to it, and how that is told.
  struct OtherUse {
    bool writes;
    const char* verb;
    const char* complaint;
  };
  static constexpr OtherUse kOtherSize{true, "uses it in another size",
                                       " is accessed in different sizes without an order"};
  void CheckBehind(const Cell& cell, int byte, const OtherUse& use, ksync::Site site);
  void EndLife(Cell& cell, int byte, ksync::Site site);
  EventId LatestBefore(LocationId location) const;
  LocationId MakeAt(LocationId id, const ksync::LocationInfo& info, ksync::Site site);
  LocationId ObjectAt(const ksync::LocationInfo& info, ksync::Site site);
  void CheckTouches(const Event& event, const NamedLocation& named);
  std::string AddressName(const void* address);
  static void NoteBlock(NamedLocation& named, const Allocation* block);
  void EndCells(const Allocation& block, ksync::Site site);
  void SwapStorage(int from, int to) {
    if (keeps_storage_) CopyStorage(from, to);
  }
  [[gnu::cold]] void CopyStorage(int from, int to);
  std::uint64_t PerformInLoop(Action& action);
  // A step other than a read is an effect, but for fences. Of a read-modify-write, EndRead sees
  // whether it changed something.
  void NoteInLoop(const Event& event, const Action& action) {
    if (event.action.never != action.never) stopped_by_ = "the state of a loop";
    if (action.kind != ActionKind::kLoad && action.kind != ActionKind::kRmw &&
        action.kind != ActionKind::kFence) {
      me().marks.clear();
    }
  }
  // Before a read: closes a cycle, or gives the read the values to wait for. Most reads are the
  // first of a thread since it last had an effect.
  void BeginRead(Action& action) {
    const bool first = me().marks.empty() && !spins_.KnowsAny() && limits_.unroll_max == 0;
    if (first && limits_.state_digest != nullptr && !unwinding_) return AddMark(action);
    BeginReadInLoop(action);
  }
  void BeginReadInLoop(Action& action);
  std::uint64_t StateBefore(const Action& action) const;
  void AddMark(const Action& action) {
    SpinMark& mark = me().marks.Add();
    mark.site = action.site;
    mark.location = action.location;
    me().own.clear();
  }
  void EndRead(const Event& event);
  // Has anything changed in memory since this thread went on, that nobody reported?
  void LookForEffects() {
    if (!me().marks.empty() && me().marks.back().watched) CompareMemory();
  }
  void CompareMemory();
  std::uint64_t MemoryDigest() const;
  void FenceInLoop(const Action& fence);
  void MeetWaiters(LocationId location, bool writes, FailureKind kind, ksync::Site site);
  [[noreturn]] void StopInCycle(int reads, ksync::Site site);
  void CountLoop(ksync::Site site);
  PoolObject* FindPoolObject(void* memory);
  bool ForgetHeld(LocationId lock, ksync::LockMode mode);

  // Tell the observer, if there is one. Of an event: after it.
  void Tell(const Event& event) {
    if (limits_.observer != nullptr) [[unlikely]]
      TellOfEvent(event);
  }
  [[gnu::cold]] void TellOfEvent(const Event& event);
  [[gnu::cold]] void TellOfAccess(LocationId field, bool writes, int count, ksync::Site site);
  [[gnu::cold]] void TellOfLock(const LockStep& step);
  [[gnu::cold]] void TellOfLastUser(LocationId lock);
  [[gnu::cold]] void TellOfNewLife(const Allocation& block);
  [[gnu::cold]] void TellOfEnd();
  void CheckProgress(const Event& event, EventId id);
  void CheckEndOfThread();
  [[noreturn]] void EndExecution();
  [[noreturn]] void FailWith(FailureKind kind, std::string message, std::vector<Place> places);
  [[noreturn]] void FailHere(FailureKind kind, std::string message, ksync::Site site);
  [[noreturn]] void FailDead(const Action& action);
  [[noreturn]] void FailDead(LocationId location, const char* what, ksync::Site site);
  [[noreturn]] void FailFull(ksync::Site site);
  [[noreturn]] void FailDiverged(const Event& recorded, const Action& asked);

  const RunLimits limits_;
  const bool watches_loops_;  // Whether loops are recognised, or cut.
  Heap heap_;
  Names names_;
  Races races_;
  Shadow shadow_;
  Spins spins_;
  std::unordered_map<const void*, LocationId> objects_;  // LocationAt that is no atomic.
  std::unordered_map<const void*, int> lives_;           // How many of them an address has had.
  std::vector<char> first_storage_;                      // thread_storage as a thread finds it.
  bool keeps_storage_ = false;  // Whether threads have different ones by now.
  Fiber engine_;
  void* engine_exceptions_[2] = {};
  std::vector<Thread> threads_;
  std::vector<ThreadStatus> statuses_;
  std::vector<PoolObject> pool_objects_;
  std::vector<Action> waiting_;  // Pending actions of an execution that was given up.

  ExecutionGraph* graph_ = nullptr;
  Decider* decider_ = nullptr;
  int current_ = 0;
  int granted_ = kNobody;
  std::size_t replayed_ = 0;
  CrashGuard* guard_ = nullptr;
  ksync::Site last_site_;  // Where the program last called us, for crashes.
  Event discarded_;        // What operations get while a stack is unwound.
  bool ending_ = false;    // The join being asked for is a destructor's.
  bool unwinding_ = false;
  bool complete_ = false;
  std::string limit_;
  std::string stopped_by_;
  Failure failure_;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_RUN_H_
