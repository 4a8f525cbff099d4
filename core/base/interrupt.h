// Ctrl-C, and its like from a script: a wish to see what is known so far.
//
// While somebody listens, the first such signal is noted, and the search ends where it stands; a
// second one ends the process, as ever. Who has printed what is known lets the signal have its way,
// so that a shell sees why the command ended.
#ifndef RMAPCHECK_CORE_BASE_INTERRUPT_H_
#define RMAPCHECK_CORE_BASE_INTERRUPT_H_

namespace base {

// Listens for as long as it lives, unless whoever started the process had the signal ignored.
// Requires: one at a time.
class InterruptListener {
 public:
  InterruptListener();
  ~InterruptListener();

  InterruptListener(const InterruptListener&) = delete;
  InterruptListener& operator=(const InterruptListener&) = delete;
};

// Returns: whether a signal came since the last listener began to listen.
bool Interrupted();

// Ends the process by the signal that came. Requires: Interrupted(), and nobody listens.
void DieOfInterrupt();

}  // namespace base

#endif  // RMAPCHECK_CORE_BASE_INTERRUPT_H_
