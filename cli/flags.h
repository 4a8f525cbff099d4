// The flags as a table: name, meaning, which commands they mean something to, how a value is read.
// A new flag is one row in flags.cc, and one member of Command.
#ifndef RMAPCHECK_CLI_FLAGS_H_
#define RMAPCHECK_CLI_FLAGS_H_

#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/command.h"

namespace cli {

struct Flag {
  const char* name;   // Without its dashes.
  const char* value;  // What to write behind "=", for the help text; "" if it takes none.
  const char* meaning;
  unsigned verbs;  // A bit for each Verb it means something to.
  bool takes_value;
  // Fails: with one line that names flag, value and mend.
  absl::Status (*set)(Command& command, const std::string& value);
  bool repeats = false;  // It may be given more than once.
};

std::span<const Flag> Flags();

bool AppliesTo(const Flag& flag, Verb verb);

// Returns: the flag of a word such as "--format". Fails: naming the nearest ones.
absl::StatusOr<const Flag*> FindFlag(const std::string& word);

// The two mistakes one can make about a flag's value before it is looked at.
absl::Status NoValue(const Flag& flag);
absl::Status NeedlessValue(const Flag& flag);

}  // namespace cli

#endif  // RMAPCHECK_CLI_FLAGS_H_
