// A program over address spaces, as data: what a random workload is made of, what a failure is
// shrunk to, and what the checker is given to prove. A value, with one written form
// (script_text.h).
//
// Idea: a script is a list of phases. The threads of a phase run together, each its own list of
// steps; when all have ended, everything is at rest and every rule of the structure is checked;
// then the next phase begins. A set-up is a phase of one thread. So one type serves a round of a
// stress run with ten thousand steps and a proof with four, and cutting steps out of a script
// leaves a script.
//
// That last point is what steps are designed for: each is an attempt. A step whose process does not
// exist (any more), or whose range is mapped in some other way than it wants, does nothing, as a
// system call returns an error; it is never the script's fault.
//
// What it does not do: run (run_script.h), or order the threads of a phase.
#ifndef RMAPCHECK_CORE_SCRIPTS_SCRIPT_H_
#define RMAPCHECK_CORE_SCRIPTS_SCRIPT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace rmap {

// What a step does. Those that name an address come from a program, or from a page that is mapped
// there; the text form and the meaning of each is in core/scripts/README.md.
enum class Verb : std::uint8_t {
  // Whole processes.
  kStart,  // An empty address space.
  kFork,   // `other` becomes a child of `process`.
  kExit,   // The process ends; its address space goes with its last user.
  // Ranges.
  kMap,       // [at, at + length) with `rights`; what is in the way goes.
  kMapStack,  // The same, and it grows down.
  kUnmap,
  kProtect,
  kMove,      // mremap to [to, to + to_length).
  kGrowHeap,  // brk: `length` pages at `at`.
  kLock,      // mlock.
  kUnlock,
  kBind,       // mbind, with a policy of its own for each value of `to`.
  kMergeable,  // madvise.
  kUnmergeable,
  kTakeAllLocks,
  kCheckMm,  // The kernel's own validate_mm().
  // Accesses at one page.
  kRead,
  kWrite,     // Of a value that no other step writes.
  kStore,     // Of a common value, of which there are a few: `to` says which.
  kDirectIo,  // A device writes.
  // From the page that is mapped there.
  kReferenced,  // The first of those that no process does.
  kReclaim,
  kMigrate,
  kPoison,  // memory_failure().
  // From no process: of samepage merging.
  kScan,        // ksmd looks at `length` pages.
  kUnmergeAll,  // Everything that was merged is taken apart.
};

inline constexpr int kVerbCount = static_cast<int>(Verb::kUnmergeAll) + 1;

// Whether a step of the verb names a process.
constexpr bool HasProcess(Verb verb) { return verb < Verb::kScan; }

// Fields that the verb has no use for are zero.
struct Step {
  Verb verb;
  std::uint32_t process = 0;  // Processes have numbers, given by the script.
  std::uint32_t other = 0;    // Of kFork: the child's number, which is nobody's yet.
  std::uint32_t at = 0;       // Addresses and lengths are in pages.
  std::uint32_t length = 0;
  std::uint32_t to = 0;
  std::uint32_t to_length = 0;
  std::uint32_t rights = 0;  // kVmRead and kVmWrite (core/mm/pte.h).

  friend bool operator==(const Step&, const Step&) = default;
};

using Steps = std::vector<Step>;

struct Phase {
  bool memory_may_run_out = false;  // At each allocation of the kernel's, as long as it lasts.
  std::vector<Steps> threads = {};

  friend bool operator==(const Phase&, const Phase&) = default;
};

// Which step of a script: positions, from zero.
struct Place {
  std::uint32_t phase = 0;
  std::uint32_t thread = 0;
  std::uint32_t step = 0;

  friend bool operator==(const Place&, const Place&) = default;
};

// How a step ended. A program's access that fails gets a signal, whatever the reason: it is
// kRefused.
enum class Outcome : std::uint8_t { kDone, kRefused, kNoMemory };

struct Script {
  std::string kernel = {};  // In Kernel's written form; empty: whoever runs it decides.
  std::uint32_t pages = 8;  // Of each address space.
  std::uint32_t swap_slots = 4;
  std::vector<Phase> phases = {};

  friend bool operator==(const Script&, const Script&) = default;
};

}  // namespace rmap

#endif  // RMAPCHECK_CORE_SCRIPTS_SCRIPT_H_
