// The oracle that a run asks: who goes on, and what becomes of a new step.
//
// While the graph's trail lasts, a run follows it and asks nothing. Behind it, the Decider (the
// exploration) picks a thread and turns its pending action into an event of the graph.
#ifndef RMAPCHECK_MODELS_SCHEDULER_DECIDER_H_
#define RMAPCHECK_MODELS_SCHEDULER_DECIDER_H_

#include <vector>

#include "models/graph/event.h"

namespace models {

// What a decider may know of a thread that runs.
struct ThreadStatus {
  bool exists = false;
  bool begun = false;  // Has run at all.
  bool finished = false;
  bool stopped = false;             // By a failed assumption: takes no further step.
  int cycle = 0;                    // It stopped behind a cycle of so many reads: it spins.
  int next = 0;                     // Index of its next event.
  int repeats = 0;                  // Reads in a row that told it nothing new: it spins.
  const Action* pending = nullptr;  // Null: has not come to its next step yet.
};

inline constexpr int kNobody = -1;

class Decider {
 public:
  virtual ~Decider() = default;

  // Returns: the thread whose pending action is to become the next event, or kNobody to end the
  // execution here.
  virtual int NextThread(const std::vector<ThreadStatus>& threads) = 0;

  // Makes `action` of `thread` the next event: at the end of the trail, or blocked.
  virtual void Add(int thread, const Action& action) = 0;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_DECIDER_H_
