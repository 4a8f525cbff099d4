// Somebody who looks on while a program runs: is told of locks and of accesses, decides nothing.
//
// What is told is what the run knows and a graph does not: what a thread holds, whether a lock was
// tried, which accesses are plain. A run is told of from BeginRun to EndRun, its replayed part
// included; so an observer learns of each execution as a whole.
//
// What it does not do: change an execution. At its end, though, an observer may say that the
// execution shows what it was made to wait for; that becomes the run's failure, with its story.
#ifndef RMAPCHECK_MODELS_SCHEDULER_OBSERVER_H_
#define RMAPCHECK_MODELS_SCHEDULER_OBSERVER_H_

#include <cstdint>
#include <span>

#include "core/sync/hooks.h"
#include "models/graph/execution_graph.h"
#include "models/graph/failure.h"
#include "models/graph/names.h"
#include "models/graph/view.h"

namespace models {

// A lock that a thread has, since where.
struct HeldLock {
  LocationId lock;
  ksync::LockMode mode;
  ksync::Site site;
};

// A lock is asked for, whether or not it is free; or one that was tried has been got.
struct LockStep {
  int thread;
  LocationId lock;
  ksync::LockMode mode;
  ksync::Nesting nesting;
  bool tried;
  bool in_rcu;  // The thread is inside a read-side section.
  ksync::Site site;
};

// A thread takes itself for the last user of a lock, and does without it.
struct LastUserStep {
  int thread;
  LocationId lock;
  std::uint16_t count;  // Events of the thread before it.
};

// An access to a field, plain or atomic; but for atomic stores of the value that is there.
struct AccessStep {
  int thread;
  LocationId field;
  bool writes;
  std::uint16_t count;  // Events of the thread before it.
  int children;         // How many threads its thread has started before it.
  std::uint32_t ended;  // A bit for each thread whose whole life happens before it.
  ksync::Site site;
};

class Observer {
 public:
  virtual ~Observer() = default;

  virtual void BeginRun() = 0;
  // A life of the location begins: `thread` makes it, or takes the object around it from a slab.
  // `past`: what happens before that.
  virtual void OnMake(LocationId location, int thread, const View& past) = 0;
  // `held`: what the thread holds, without the lock that the step is about.
  virtual void OnLock(const LockStep& step, std::span<const HeldLock> held) = 0;
  // `past`: what happens before it.
  virtual void OnLastUser(const LastUserStep& step, const View& past) = 0;
  // `past`: what happens before the access.
  virtual void OnAccess(const AccessStep& step, std::span<const HeldLock> held,
                        const View& past) = 0;
  // The run is over: `complete`, or ended by `failure`, or somebody waits.
  // Returns: what the execution shall fail with instead, or null. It must live until BeginRun.
  virtual const Failure* EndRun(const ExecutionGraph& graph, const Names& names,
                                const Failure& failure, bool complete) = 0;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_OBSERVER_H_
