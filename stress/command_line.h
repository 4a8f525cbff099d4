// Flags as a table, for the commands of this folder; and word of long work.
//
// What a user got wrong is one line that names the flag, the value and the mend. Not absl/flags,
// which exits with 1 and a page of text where the commands here say one line and 2.
#ifndef RMAPCHECK_STRESS_COMMAND_LINE_H_
#define RMAPCHECK_STRESS_COMMAND_LINE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace cost {

struct Flag {
  std::string name;     // "--pages".
  std::string value;    // What stands for its value in the help: "N". Empty: it takes none.
  std::string meaning;  // With the default, if there is one.
  // Takes the value. Fails with a line that begins with the flag as it was written.
  std::function<absl::Status(const std::string& value)> set;
};

// Calls set() of each flag among the words, in their order.
// Fails: with one line, about the first word that is wrong.
absl::Status ParseWords(std::span<const std::string> words, std::span<const Flag> flags);

// Returns: a line of help for each flag.
std::string HelpOf(std::span<const Flag> flags);

// Returns: an error of one line, whatever is in the text.
absl::Status Wrong(const std::string& what);

// Reads a whole number from `min` to `max`.
absl::Status ReadNumber(const std::string& flag, const std::string& value, std::uint32_t min,
                        std::uint32_t max, std::uint32_t& number);

// Says what is being done, if that takes long.
class Ticker {
 public:
  // `command`: whose name each line begins with.
  Ticker(std::string command, std::ostream& err) : command_(std::move(command)), err_(err) {}

  // `fraction`: how much of that is done, from 0 to 1.
  void Tick(const std::string& step, double fraction);

 private:
  using Clock = std::chrono::steady_clock;
  const std::string command_;
  std::ostream& err_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace cost

#endif  // RMAPCHECK_STRESS_COMMAND_LINE_H_
