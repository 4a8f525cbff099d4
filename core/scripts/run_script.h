// Runs a script: the same for real threads and for the checker.
//
// A phase: its first list of steps is the calling thread's, each other has a thread of its own.
// When all have ended, every rule of core/rmap/validate.h is checked, and for each address what can
// be read there (oracle.h). After the last phase everybody exits, and nothing may be left.
//
// Who uses a process: most threads need not say so, because nobody in the phase makes or ends it.
// Where somebody does, and others name it, a process has users as an mm has (mm_users): a thread
// that finds it gone is refused, and the last to leave gives the address space back. Which of the
// two it is follows from the script, before it runs: a small script has no more to explore than
// what it says.
//
// Steps that come from a page isolate it first, one at a time, and let go of the process.
//
// What it does not do: take notes (observer.h), or order the threads of a phase.
#ifndef RMAPCHECK_CORE_SCRIPTS_RUN_SCRIPT_H_
#define RMAPCHECK_CORE_SCRIPTS_RUN_SCRIPT_H_

#include <string>

#include "core/history/kernel.h"
#include "core/scripts/observer.h"
#include "core/scripts/script.h"
#include "core/sync/sync.h"

namespace rmap::inline KSYNC_BACKEND {

// Runs the script on that kernel, whatever it says itself. `observer` may be null.
// Requires: the script is within ScriptLimits (script_text.h).
// Fails: the run, as ksync::Check does; the text begins with the broken rule: "I1", "I13".
void RunScript(const Kernel& kernel, const Script& script, Observer* observer = nullptr);

// The same. Returns: what is there when the last phase has ended, before everybody exits: each
// process as effect.h tells it.
std::string EffectOf(const Kernel& kernel, const Script& script, Observer* observer = nullptr);

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SCRIPTS_RUN_SCRIPT_H_
