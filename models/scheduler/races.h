// Data races on plain fields, by vector clocks.
//
// For each field: the last write, and the reads since that nothing ordered yet. An access races
// with a recorded one of another thread that does not happen before it (and one of them writes).
// In a race-free execution every read has exactly one write to read, which is why plain accesses
// need no events; an execution with a race is an error before that matters.
//
// Source: Flanagan and Freund, FastTrack, PLDI 2009 (the idea of keeping only the last accesses).
#ifndef RMAPCHECK_MODELS_SCHEDULER_RACES_H_
#define RMAPCHECK_MODELS_SCHEDULER_RACES_H_

#include <optional>
#include <vector>

#include "core/sync/hooks.h"
#include "models/graph/view.h"

namespace models {

// A step between two events: `count` events of the thread came before it.
struct PlainAccess {
  int thread = kNoThread;
  std::uint16_t count = 0;
  ksync::Site site;

  static constexpr int kNoThread = -1;
  // Returns: whether the access happens before a step of another thread whose past is `view`.
  bool Before(int other, const View& view) const {
    return thread == kNoThread || thread == other || view[thread] > count;
  }
};

struct Race {
  PlainAccess earlier;
  bool earlier_writes = false;
};

class Races {
 public:
  // Starts the life of a field: making it is a write, or leaves it without a value.
  void Start(ksync::LocationId field, const PlainAccess& maker, bool initialised);
  // Returns: the race that the access is part of, if any.
  std::optional<Race> Read(ksync::LocationId field, const PlainAccess& access, const View& view);
  std::optional<Race> Write(ksync::LocationId field, const PlainAccess& access, const View& view);
  bool Initialised(ksync::LocationId field) const { return fields_[field].initialised; }

 private:
  struct Field {
    PlainAccess write;
    std::vector<PlainAccess> reads;
    bool initialised = true;
  };

  std::vector<Field> fields_;
};

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_RACES_H_
