// Which side of the port the OS thread is on: in the program, or in the engine.
//
// A program that is not written against ksync shares malloc, the locks of the C library and the
// like with the engine, in one process; they must do for the one what they must not do for the
// other. Whoever lets such a program run says so here, each call of it back into the engine takes
// it back, and so does the engine itself where it comes back by a jump.
#ifndef RMAPCHECK_MODELS_SCHEDULER_BOUNDARY_H_
#define RMAPCHECK_MODELS_SCHEDULER_BOUNDARY_H_

namespace models {

// One variable, because one OS thread runs every modelled thread.
inline constinit bool in_program = false;

}  // namespace models

#endif  // RMAPCHECK_MODELS_SCHEDULER_BOUNDARY_H_
