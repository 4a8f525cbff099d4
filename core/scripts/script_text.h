// The written form of a script, and back. docs of each line: core/scripts/README.md.
//
//   kernel G9 without KH-25
//   phase
//     thread
//       start P0
//       map P0 2..5 rw
//   phase
//     thread
//       write P0 3
//     thread
//       migrate P0 3
//
// Idea: one line says one thing, and its first word says what; so a mistake has a line, and cutting
// lines out leaves a script. Indentation is for people. A script has one printed form, which parses
// back to it.
//
// What it does not do: ask whether the steps make sense; each is an attempt (script.h).
#ifndef RMAPCHECK_CORE_SCRIPTS_SCRIPT_TEXT_H_
#define RMAPCHECK_CORE_SCRIPTS_SCRIPT_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/scripts/script.h"

namespace rmap {

// What a script may ask for at most. Whoever makes one keeps to it, so that a stranger's file
// cannot take all memory.
struct ScriptLimits {
  std::uint32_t pages_max = 1 << 16;  // Of an address space; of addresses and policies too.
  std::uint32_t swap_slots_max = 1 << 16;
  std::uint32_t common_values_max = 1 << 16;
  std::uint32_t processes_max = 1 << 12;  // Numbers are below it.
  std::uint64_t table_max = 1 << 20;      // Pages times processes.
  std::size_t threads_max = 64;           // Of a phase.
  std::size_t lines_max = 1 << 20;        // Of the text.
};

// Returns: the word with which a line about the verb begins: "fork".
const char* VerbName(Verb verb);

// Returns: the line, without indentation: "fork P0 -> P1".
std::string ToText(const Step& step);

// Requires: the kernel, if there is one, is in Kernel's written form.
std::string ToText(const Script& script);

// Fails: InvalidArgument, "LINE:COLUMN: what is wrong: the mend", both counted from one.
absl::StatusOr<Script> ParseScript(std::string_view text, const ScriptLimits& limits = {});

}  // namespace rmap

#endif  // RMAPCHECK_CORE_SCRIPTS_SCRIPT_TEXT_H_
