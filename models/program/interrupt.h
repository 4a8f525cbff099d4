// Ctrl-C, and its like from a script: the search ends where it stands, and what is known is told.
//
// As by the command (cli/interrupt.h), but without an end: the process listens until it has told.
#ifndef RMAPCHECK_MODELS_PROGRAM_INTERRUPT_H_
#define RMAPCHECK_MODELS_PROGRAM_INTERRUPT_H_

namespace models::program {

// From here on the first SIGINT or SIGTERM is noted, unless it is ignored; a second one ends the
// process, as ever.
void ListenForInterrupt();

// Returns: whether a signal came.
bool Interrupted();

// Ends the process by the signal that came. Requires: Interrupted().
void DieOfInterrupt();

}  // namespace models::program

#endif  // RMAPCHECK_MODELS_PROGRAM_INTERRUPT_H_
