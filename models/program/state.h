// What the runtime knows of the program that runs: who runs, and where in the program he stands.
//
// The instrumentation tells of every function entered and left, so each modelled thread has its
// call stack as a path in one tree of calls that is kept for the whole search. A step's place is a
// node of that tree: equal places are equal pointers, and lines are looked up only for messages.
//
// Invariant: while the program runs, in_program is set and `self` is the thread that runs; behind a
// call of the engine it is not, until the `Inside` has ended. Every
// entry point that calls the engine does so inside of an `Inside`, since the engine may let other
// threads run before it returns.
#ifndef RMAPCHECK_MODELS_PROGRAM_STATE_H_
#define RMAPCHECK_MODELS_PROGRAM_STATE_H_

#include <time.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <unordered_map>
#include <vector>

#include "core/sync/hooks.h"
#include "models/graph/view.h"
#include "models/program/image.h"
#include "models/scheduler/boundary.h"
#include "models/scheduler/run.h"

namespace models::program {

// A call: the instruction behind it, and the call that its function is in.
struct Call {
  const Call* parent = nullptr;
  std::uintptr_t pc = 0;
};

// The table of them, empty slots between; see FindCall.
struct CallSlot {
  const Call* parent = nullptr;
  std::uintptr_t pc = 0;
  const Call* call = nullptr;  // Null: the slot is free.
};
extern CallSlot* call_slots;
extern std::size_t call_mask;

// Makes the table. Requires: called once, before the first execution.
void MakeCalls();
const Call* AddCall(const Call* parent, std::uintptr_t pc);

inline std::size_t HashOfCall(const Call* parent, std::uintptr_t pc) {
  return ((reinterpret_cast<std::uintptr_t>(parent) ^ pc) * 0x9e3779b97f4a7c15u) >> 32;
}

// Returns: the one node for a call. It lives as long as the process. Inline, because it is asked
// for at every access of the program.
inline const Call* FindCall(const Call* parent, std::uintptr_t pc) {
  for (std::size_t i = HashOfCall(parent, pc);; ++i) {
    const CallSlot& slot = call_slots[i & call_mask];
    if (slot.parent == parent && slot.pc == pc) return slot.call;
    if (slot.call == nullptr) return AddCall(parent, pc);
  }
}

// Thrown by pthread_exit through the thread's functions, so that their destructors run.
struct ThreadExit {};

struct Cleanup {
  void (*function)(void*) = nullptr;
  void* argument = nullptr;
};

inline constexpr int kKeysMax = 64;

// A modelled thread, in one execution.
struct ThreadState {
  int id = 0;
  const Call* call = nullptr;  // Where the function that runs was called.
  void* (*body)(void*) = nullptr;
  void* argument = nullptr;
  void* result = nullptr;
  bool detached = false;
  bool joined = false;
  std::int64_t now_ns = 0;          // Its clock: time passes only where somebody waits for it.
  bool reads_clock = false;         // Whether it has looked at it.
  bool exits = false;               // It has called pthread_exit.
  std::uint64_t random = 1;         // Its sequence of random numbers.
  void* end[5] = {};                // Where exit() jumps to.
  const char* stack_top = nullptr;  // Where its first function was called.
  std::vector<Cleanup> cleanups;    // Destructors of its thread_local variables.
  std::vector<void*> keys;          // Those beyond its end are null.
  std::vector<const void*> held;    // The recursive mutexes it has taken again, once for each time.

  // Makes it a new thread, in memory that is there.
  void Begin(int number, void* (*first)(void*), void* with) {
    id = number;
    call = nullptr;
    body = first;
    argument = with;
    result = nullptr;
    detached = joined = false;
    now_ns = 0;
    reads_clock = exits = false;
    random = 1 + static_cast<std::uint64_t>(number);
    cleanups.clear();
    keys.clear();
    held.clear();
  }
};

// Everything that an execution begins with anew.
struct ProgramState {
  std::deque<ThreadState> threads;  // By number.
  std::size_t exists = 0;           // How many there have been; numbers may be left out.
  std::deque<ThreadState*> slots;   // What the engine hands to a thread that begins.
  std::vector<Cleanup> cleanups;    // Destructors of static variables, and atexit.
  int keys = 0;
  std::array<void (*)(void*), kKeysMax> key_destructors{};
  std::unordered_map<const void*, unsigned> barriers;  // How many each waits for.

  // Forgets an execution; memory is kept for the next.
  void Begin() {
    exists = 0;
    slots.clear();
    cleanups.clear();
    keys = 0;
    if (!barriers.empty()) barriers.clear();
  }
  // Returns: the memory of a thread that is to begin.
  ThreadState& thread(int id) {
    if (threads.size() <= static_cast<std::size_t>(id)) threads.resize(id + 1);
    exists = std::max(exists, static_cast<std::size_t>(id) + 1);
    return threads[id];
  }
};

// What one may tell the runtime; see options.h for how.
struct Settings {
  int unroll_max = 0;  // How often a thread may do one atomic operation; 0: no limit.
  int nondet_min = 0;  // What __VERIFIER_nondet_int() returns.
  int nondet_max = 3;
};

inline constinit ThreadState* self = nullptr;
// The engine of the execution that runs: what ksync::CurrentHooks() returns, at less cost.
inline constinit Run* engine = nullptr;
extern ProgramState state;
extern Settings settings;

inline constexpr std::size_t kStackBytes = std::size_t{8} << 20;  // As Linux has it.

// Returns: whether an address lies in the stack of a thread other than the running one.
// Requires: in_program.
inline bool InForeignStack(const void* address) {
  if (image.HasVariable(address)) return false;
  for (std::size_t i = 0; i < state.exists; ++i) {
    const ThreadState& thread = state.threads[i];
    const auto below =
        static_cast<std::size_t>(thread.stack_top - static_cast<const char*>(address));
    if (below < kStackBytes) return &thread != self;
  }
  return false;
}

inline bool InOwnStack(const void* address) {
  return static_cast<std::size_t>(self->stack_top - static_cast<const char*>(address)) <
         kStackBytes;
}

// Returns: whether it is a variable of the program's, or in its heap or a stack of its threads.
// Requires: in_program.
bool IsProgramMemory(const void* address);

// Whether what the engine leaves behind on a thread's stack is wiped, so that the stack of a thread
// is the same in executions with a common past: uninitialised variables of the program may lie
// there, and loops are recognised by the state they are in.
inline constinit bool scrubs = false;

// Some object file of the program is compiled with -fsanitize=thread.
inline constinit bool is_instrumented = false;

// Wipes the stack below the caller's frame.
[[gnu::noinline]] void Scrub();

// The program is left for the engine, for the length of a scope.
class Inside {
 public:
  Inside() : self_(self) { in_program = false; }
  ~Inside() {
    if (scrubs) Scrub();
    self = self_;
    in_program = true;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  ThreadState* const self_;
};

// Returns: the place of a call of an entry point. Requires: in_program.
inline ksync::Site SiteOf(void* return_address) {
  const auto pc = reinterpret_cast<std::uintptr_t>(return_address);
  return ksync::Site::OfCall(FindCall(self->call, pc));
}

// Returns: `caller` if it is in the program; else, since a library called, the nearest return
// address into the program on the stack behind `frame`, as far as one can tell.
void* ProgramCaller(void* caller, void* frame);

// The place from which the entry point that uses it was called.
#define RMAPCHECK_HERE       \
  ::models::program::SiteOf( \
      ::models::program::ProgramCaller(__builtin_return_address(0), __builtin_frame_address(0)))

// Returns: memory of the engine's heap, for a call of the program from `caller`.
// Requires: in_program.
void* AllocateFor(std::size_t size, const char* what, void* caller);

// Stops the calling thread, because it uses `what`, which must live on; the search is then not
// exhaustive, and says why. Requires: in_program.
void Refuse(const char* what, ksync::Site site);

// Returns: whether an address is in a thread_local variable of the running thread's, which other
// threads have under the same address. Requires: in_program.
inline bool InThreadStorage(const void* address) { return image.HasThreadVariable(address); }
// Refuses a value that is such an address: another thread would find its own variable there.
void RefuseThreadLocal(std::uint64_t value, ksync::Site site);

// Returns: the engine's lock that stands for an object. Requires: Inside.
ksync::LocationId LockAt(const volatile void* address, ksync::Site site);

// The deadline that a wait of the running thread was given has passed; one that is not absolute
// counts from now. Requires: in_program, so that `self` is the thread that waited.
void PassDeadline(const timespec& time, bool absolute);

// The function of the next library of that name: the C library's, where this one stands before it.
void* NextFunction(const char* name);

// Without the compiler's own guard of a static variable, which is one of the entry points.
#define RMAPCHECK_NEXT(function)                                                                \
  ([] {                                                                                         \
    static constinit decltype(&function) next = nullptr;                                        \
    if (next == nullptr) {                                                                      \
      next = reinterpret_cast<decltype(&function)>(::models::program::NextFunction(#function)); \
    }                                                                                           \
    return next;                                                                                \
  }())

// Digests the registers and the stack that the running thread had when it called an atomic entry
// point. Requires: called inside of that.
std::uint64_t StateDigest();

// Calls the cleanups, youngest first; they may add others.
void Clean(std::vector<Cleanup>& cleanups);
// Runs `body` of a thread and what its end brings with it.
void RunThread(ThreadState& thread);
// Ends the calling thread at once. Requires: in_program.
[[noreturn]] void EndThread();

}  // namespace models::program

#endif  // RMAPCHECK_MODELS_PROGRAM_STATE_H_
