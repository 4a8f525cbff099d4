// What can be read where (rule I13): which value each address of each process may hold, kept beside
// a run of a script. Ordinary memory, each part of it one thread's at a time: to ask costs an
// execution nothing.
//
// Every write writes a value of its own, and a page that nobody has written holds zero; so a value
// names the write it comes from. What a process reads depends on its own operations and on what it
// inherited, and on nobody else's: memory here is private, whoever shares the pages.
//
// Two ways to know it, for a process in a phase:
//   exactly    at most one thread may change what is in it, and who forked it knew exactly what was
//              in the parent. That thread follows its own steps: a write, a move, an unmapping.
//              Where memory ran out half-way it may be either, until the next read says which.
//   as a set   several threads may. Then an address may hold what it held at first, what any step
//              of the phase writes there, zero if any unmaps it, and what a move or a fork may
//              bring there from where that may be.
// The second also serves the other threads of the first. When the phase has ended, every address is
// looked at; so each phase begins with one value an address.
//
// Poison: the pages of a value whose memory failed are gone; whoever expected that value may read
// zero. Which value it was is known when the step is done, perhaps after the read: such reads are
// judged when the phase has ended. A device that writes to such a page writes to nothing.
//
// What it does not do: ask whether an access should have been refused; the validator compares the
// rights of ptes and VMAs.
#ifndef RMAPCHECK_CORE_SCRIPTS_ORACLE_H_
#define RMAPCHECK_CORE_SCRIPTS_ORACLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/scripts/phase_use.h"
#include "core/scripts/script.h"
#include "core/scripts/values.h"

namespace rmap {

class Oracle {
 public:
  // Requires: the script outlives the oracle.
  explicit Oracle(const Script& script);
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  // Returns: what a step writes, if it does: nobody else's value, and never zero.
  Value ValueOf(const Place& place) const {
    return first_value_[place.phase][place.thread] + place.step;
  }

  // Before the threads of a phase start, by the thread that starts them.
  void BeginPhase(std::uint32_t phase, const std::vector<ProcessUse>& uses);

  // Each by the thread whose step it is, when it is done.
  void Ended(const Place& place, const Step& step, Outcome outcome);
  // Returns: how a read breaks the rule; "" if it does not, or if that is not known yet.
  [[nodiscard]] std::string BrokenRead(const Place& place, const Step& step, Value value);
  // The memory of a page failed that held the value.
  void Poisoned(const Place& place, Value value);

  // After the threads of the phase were joined. Returns: as BrokenRead, of reads not judged yet.
  [[nodiscard]] std::string BrokenReads();
  // What is in a process that lives; to be called after BrokenReads. Each address holds what
  // `contents` says, and the heap ends at `brk`. Returns: as BrokenRead.
  [[nodiscard]] std::string BrokenAtRest(std::uint32_t process, const std::vector<Value>& contents,
                                         std::uint32_t brk);

 private:
  // What is known of a process.
  struct Known {
    bool exactly = true;  // In this phase, by those who are not kept out by:
    Threads changed_by;
    Memory memory;
    std::optional<std::uint32_t> brk = 0;  // Where the heap ends.
  };
  struct Doubt {
    Step step;
    Values expected;
  };
  // One thread's.
  struct Notes {
    Values poisoned;
    std::vector<Doubt> doubts;
  };

  void CollectPoisoned();
  bool Knows(const Place& place, std::uint32_t process) const;
  void FindExact(const Phase& phase);
  void Fork(const Place& place, const Step& step);
  void NarrowTo(std::uint32_t process, std::uint32_t at, Value value);
  std::string Broken(const Step& step, Value value, const Values& expected) const;
  std::string InWords(Value value) const;

  const Script& script_;
  std::uint32_t phase_ = 0;
  std::vector<std::vector<Value>> first_value_;  // By phase and thread.
  std::vector<Known> known_;                     // By process.
  std::vector<Memory> possible_;                 // By process, in this phase; empty: nobody asks.
  std::vector<Notes> notes_;                     // By thread, in this phase.
  bool may_poison_ = false;                      // In this phase.
  Values poisoned_;                              // In this phase, when it has ended.
};

}  // namespace rmap

#endif  // RMAPCHECK_CORE_SCRIPTS_ORACLE_H_
