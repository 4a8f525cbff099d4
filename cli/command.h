// A command line as a value: which command, on what, with which flags.
//
// Parsed by hand, because Abseil's parser answers a mistake with several lines and exit code 1.
// Flags are written --name=value or --name value, before or behind the arguments; "--" ends them.
#ifndef RMAPCHECK_CLI_COMMAND_H_
#define RMAPCHECK_CLI_COMMAND_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/history/fix.h"
#include "core/history/generation.h"
#include "models/options.h"
#include "models/scale/shards.h"

namespace cli {

// What the process ends with. Scripts rely on it.
enum ExitCode {
  kAsExpected = 0,     // Every verdict is the expected one.
  kDiffers = 1,        // Some verdict is not.
  kBadInput = 2,       // The command line or a file is wrong, or output cannot be written.
  kCut = 3,            // A limit cut a search that should have been exhaustive.
  kInterrupted = 130,  // By a signal. What a shell makes of it, if the process ends by the signal.
};

enum class Verb { kProve, kBugs, kClaims, kLocks, kLitmus, kMerge, kReplay, kRun, kList, kHelp };
enum class Format { kText, kJson };

enum class TraceStyle {
  kBrief,  // The default: the stories that a reader is likely to want; none in JSON.
  kText,   // Of every failing execution, set-up left out.
  kFull,   // Likewise, set-up told.
  kDot,    // As pictures, in files beside the replays.
  kNone,
};

struct Command {
  Verb verb = Verb::kProve;
  bool verb_given = false;  // False: the first argument, if any, may be meant as one.
  std::vector<std::string> arguments;
  Format format = Format::kText;
  TraceStyle trace = TraceStyle::kBrief;
  models::MemoryModelKind memory_model = models::MemoryModelKind::kRc11;
  std::uint64_t executions_max = 0;  // 0: no limit.
  bool executions_max_given = false;
  std::size_t events_max = models::Options().events_max;
  double seconds_max = 0;  // For each search; 0: no limit.
  std::uint64_t jobs = 1;  // Processes that do one search together.
  std::string checkpoint;  // `prove`: where a search that is cut is kept; empty: nowhere.
  std::optional<models::Shard> shard;  // `prove`: search this hand only; nothing: all.
  std::string shard_result;            // Where what it finds goes; empty: see cli/shard.cc.
  std::string resume;      // `prove`: a search that was kept, to go on with; empty: none.
  std::string replay_dir;  // Empty: a folder among the temporary ones.
  std::vector<rmap::Fix> without;
  std::vector<rmap::Fix> with;
  bool with_all = false;
  std::optional<rmap::Generation> generation;
  std::optional<rmap::KsmState> ksm;  // Of G0, which is meant then.
  bool any_build = false;
  std::string claims;      // `locks`: a file; empty: the claims that are built in.
  std::string scenarios;   // `locks`: patterns, with commas between them; empty: all.
  std::string observed;    // `locks`: a file of what real threads did; empty: none.
  bool witnesses = false;  // `locks`: keep a replay for each way in which two locks nest.
  std::string svg;         // `locks`: where the picture goes; empty: nowhere.
  std::string expect;      // `litmus`: of every test; empty: nothing.
  std::string verdicts;    // `litmus`: a file with a table; empty: none.
  std::uint64_t unroll_max = 2;
  std::string program_replay;  // The execution that `run` runs again; empty: it searches.
  std::string program_flags;   // What `run` hands on: " --flag=value" each.
};

// Returns: what the words after the program's name ask for.
// Fails: InvalidArgument with one line: the word, what is wrong with it, and the mend.
absl::StatusOr<Command> ParseCommand(std::span<const std::string> words);

// Returns: the model of that name; nothing if there is none.
std::optional<models::MemoryModelKind> FindMemoryModel(const std::string& name);

// Returns: the names of all commands, as users type them.
const std::vector<std::string>& VerbNames();

// Returns: the lines about flags in the help text.
std::string FlagsHelp();

}  // namespace cli

#endif  // RMAPCHECK_CLI_COMMAND_H_
