// All ways in which one thread may run, when other threads may write what a given set says.
//
// The body is run as it is written, statement by statement. Where a load could return several
// values, or a lock could be free or held, the run goes on with the first, and is repeated from the
// start for each other one: a run is known by its choices. A value carries the loads that it was
// computed from; that is where dependencies come from.
//
// What counts as a dependency is herd's choice (herd 7.58): nothing is folded, so `r ^ r` depends
// on r; a condition controls what its branches do and nothing behind them. A loop is run at most
// `unroll_max` times if a load decides how often.
//
// A load returns what another thread may write, or what its own thread wrote last, or the
// beginning. What it does not do: ask whether all that a run reads can be read at once.
#ifndef RMAPCHECK_LITMUS_LKMM_TRACER_H_
#define RMAPCHECK_LITMUS_LKMM_TRACER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "litmus/herd/code.h"
#include "litmus/herd/litmus_test.h"
#include "litmus/herd/names.h"
#include "litmus/lkmm/event.h"
#include "litmus/lkmm/vocabulary.h"

namespace lkmm {

// For each element, what other threads may write there.
using Values = std::vector<std::vector<std::int64_t>>;

struct Traces {
  std::vector<Trace> all;
  bool loop_cut = false;  // Some runs were given up in a loop.
};

// Which way a run goes where a load decides.
enum class Branches {
  kTaken,  // As the load says.
  kAll,    // Both ways.
};

class Tracer {
 public:
  // `number`: the thread's place among the threads. Requires: all outlive it.
  Tracer(const herd::LitmusTest& test, const herd::Globals& globals, const herd::Code& frame,
         int number, int unroll_max);

  // Throws: herd::Rejected, for what is not decided here.
  Traces Run(const Values& values, Branches branches);

 private:
  struct Value {
    std::int64_t number = 0;
    EventSet data = 0;     // Loads it was computed from.
    EventSet control = 0;  // Loads that decided that it was computed.
  };
  // What decided that the statement at hand is run.
  struct Control {
    EventSet loads = 0;
    EventSet through_registers = 0;  // Those among them that a register had brought.
  };
  struct Choice {
    int taken = 0;
    int options = 0;
  };
  // Where an access goes: to a register, or to an address.
  struct Target {
    bool in_memory = false;
    std::string name;
    Value address;
  };

  // Statements ------------------------------------------------------------------------------------
  void Do(const herd::Statement& statement);
  void DoIf(const herd::Statement& statement);
  void DoLoop(const herd::Statement& statement);
  void NextStatement();
  // Puts what follows under the condition.
  void EnterBranch(const Value& condition);

  // Expressions -----------------------------------------------------------------------------------
  Value Evaluate(const herd::Expression& expression);
  Value EvaluateName(const herd::Expression& expression);
  Value EvaluateUnary(const herd::Expression& expression);
  Value EvaluateBinary(const herd::Expression& expression);
  Value EvaluateConditional(const herd::Expression& expression);
  Value EvaluateAssign(const herd::Expression& expression);
  Value EvaluateStep(const herd::Expression& expression);
  Value Combine(const std::string& text, const Value& left, const Value& right,
                herd::Position at) const;
  Target FindTarget(const herd::Expression& expression);
  Value AddressOf(const herd::Expression& operand);
  Value ReadTarget(const Target& target);
  void WriteTarget(const Target& target, Value value);

  // Calls -----------------------------------------------------------------------------------------
  Value EvaluateCall(const herd::Expression& call);
  Value PlaceOf(const Function& function, const herd::Expression& operand);
  Value Exchange(const Function& function, const Value& place, const Value& value);
  Value CompareExchange(const Function& function, const Value& place, const Value& expected,
                        const Value& value);
  Value Operate(const Function& function, const Value& place, const Value& value);
  Value AddUnless(const Function& function, const Value& place, const Value& value,
                  const Value& unless);
  void TakeLock(const Value& place);

  // Events ----------------------------------------------------------------------------------------
  int Emit(Event event);
  Event At(Kind kind, Tag tag, const Value& place) const;
  // Returns: what a load of the element may return here.
  std::vector<std::int64_t> Readable(int element) const;
  Value Read(Tag tag, const Value& place, bool is_rmw);
  void Write(Tag tag, const Value& place, const Value& value);
  void WriteAfter(int read, const Value& place, const Value& value, bool by_address);
  void Fence(Tag tag);
  EventSet OfStatement(EventSet events) const;
  int Choose(int options);
  // Returns: whether to go on as if `condition` were not 0.
  bool Decide(const Value& condition);
  bool NextChoices();

  const herd::LitmusTest& test_;
  const herd::Thread& thread_;
  const herd::Globals& globals_;
  const herd::Code& frame_;
  const herd::ThreadCode& code_;
  const int number_;
  const int unroll_max_;
  std::vector<std::int64_t> initial_;  // Of each element.
  const Values* values_ = nullptr;
  Branches branches_ = Branches::kTaken;

  std::vector<Choice> choices_;
  std::size_t choices_taken_ = 0;
  // Of the run at hand.
  Trace trace_;
  absl::flat_hash_map<std::string, Value> registers_;
  Control control_;
  int statement_ = 0;
  int statement_begin_ = 0;  // Events before it are of earlier statements.
};

}  // namespace lkmm

#endif  // RMAPCHECK_LITMUS_LKMM_TRACER_H_
