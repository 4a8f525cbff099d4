// Who watches a script run: what a stress run keeps its logs and its counts with. Under the checker
// nobody does.
//
// Each call comes from the thread that takes the step, so that a watcher who keeps one record a
// thread needs no lock. Begin and End enclose everything the step does.
#ifndef RMAPCHECK_CORE_SCRIPTS_OBSERVER_H_
#define RMAPCHECK_CORE_SCRIPTS_OBSERVER_H_

#include <cstdint>

#include "core/scripts/script.h"

namespace rmap {

class Observer {
 public:
  virtual ~Observer() = default;

  virtual void Begin(const Place& /*place*/, const Step& /*step*/) {}
  virtual void End(const Place& /*place*/, const Step& /*step*/, Outcome /*outcome*/) {}

  // By the thread that runs the script, while no other does: before the threads of a phase start;
  // when all have ended and everything was found in order; when all was given back.
  virtual void BeginPhase(std::uint32_t /*phase*/) {}
  virtual void EndPhase(std::uint32_t /*phase*/) {}
  virtual void EndScript() {}
};

}  // namespace rmap

#endif  // RMAPCHECK_CORE_SCRIPTS_OBSERVER_H_
