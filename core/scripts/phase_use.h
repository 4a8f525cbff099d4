// Who does what to which process in a phase, as far as the script tells before it runs. From this
// follows which processes need users (run_script.h), and of which ones somebody knows at each
// moment what is in them (oracle.h).
//
// It may only err on one side: what a step might do counts as done.
#ifndef RMAPCHECK_CORE_SCRIPTS_PHASE_USE_H_
#define RMAPCHECK_CORE_SCRIPTS_PHASE_USE_H_

#include <cstdint>
#include <vector>

#include "core/scripts/script.h"

namespace rmap {

// No threads, one, or several.
class Threads {
 public:
  void Add(std::uint32_t thread) {
    several_ = several_ || (any_ && thread != first_);
    first_ = any_ ? first_ : thread;
    any_ = true;
  }
  bool any() const { return any_; }
  bool several() const { return several_; }
  // Returns: whether nobody but this thread is among them.
  bool AtMost(std::uint32_t thread) const { return !any_ || (!several_ && first_ == thread); }

 private:
  bool any_ = false;
  bool several_ = false;
  std::uint32_t first_ = 0;
};

struct ProcessUse {
  Threads named_by;    // Whatever they do.
  Threads changed_by;  // Who may change what can be read in it: write, unmap, fork into it...
  Threads seen_by;     // These, and who reads it or copies it.
  bool ends = false;   // Or begins.
  bool changes_vmas = false;  // But by the forks that make it.

  // Whether a thread must make sure that the process stays while it is used.
  bool NeedsUsers() const { return ends && named_by.several(); }
  // Whether some thread cannot follow what is in it.
  bool IsContested() const { return changed_by.any() && seen_by.several(); }
};

// Returns: of each process number below `count`. Requires: the phase names no other.
std::vector<ProcessUse> UsesIn(const Phase& phase, std::uint32_t count);

// Returns: how many process numbers a script uses: one more than the largest.
std::uint32_t ProcessCount(const Script& script);

// Returns: how many threads it takes to run a script, the caller's included. The first list of a
// phase is the caller's, and one without steps is nobody's.
std::uint32_t ThreadCount(const Script& script);

// Returns: whether there is anything to do.
bool HasSteps(const Script& script);

// Returns: whether a step of the script does that.
bool Has(const Script& script, Verb verb);
bool Has(const Phase& phase, Verb verb);

// Returns: whether it needs a machine on which pages are merged.
bool MergesPages(const Script& script);

}  // namespace rmap

#endif  // RMAPCHECK_CORE_SCRIPTS_PHASE_USE_H_
