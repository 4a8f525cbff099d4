// What each step does when nobody else does anything: a table, asked of both back ends. A row for
// what is done, and one for each way to be refused.
#ifndef RMAPCHECK_CORE_SCRIPTS_TESTING_EFFECTS_H_
#define RMAPCHECK_CORE_SCRIPTS_TESTING_EFFECTS_H_

#include <span>
#include <string>

#include "core/scripts/observer.h"
#include "core/scripts/script.h"

namespace rmap::testing {

struct Effect {
  const char* steps;   // One thread's, a line each.
  Outcome outcome;     // Of the last.
  const char* effect;  // As EffectOf() tells it.
};

// Every verb is the last of some row.
std::span<const Effect> Effects();

// Returns: a script of one phase and one thread, with eight pages and two swap slots.
Script ScriptOf(const Effect& effect);

// Remembers how the last step ended.
class LastOutcome : public Observer {
 public:
  void End(const Place& /*place*/, const Step& /*step*/, Outcome outcome) override {
    outcome_ = outcome;
  }
  Outcome outcome() const { return outcome_; }

 private:
  Outcome outcome_ = Outcome::kNoMemory;
};

}  // namespace rmap::testing

#endif  // RMAPCHECK_CORE_SCRIPTS_TESTING_EFFECTS_H_
