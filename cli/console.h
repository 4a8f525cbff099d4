// Where output goes, and the line of progress that a waiting person sees.
//
// How long it still takes nobody knows: searches differ by a factor of a million, and the part of
// one that is done says little of the rest. So progress is what is done: searches, executions,
// seconds. Progress is drawn on standard error, and only if that is a terminal; it is wiped before
// anything else is printed. So a pipe, a log, and standard output never hold any of it.
#ifndef RMAPCHECK_CLI_CONSOLE_H_
#define RMAPCHECK_CLI_CONSOLE_H_

#include <chrono>
#include <functional>
#include <ostream>
#include <string>

#include "models/options.h"

namespace cli {

class Console {
 public:
  // Requires: both outlive the console.
  Console(std::ostream& out, std::ostream& err, bool shows_progress, int columns)
      : out_(out), err_(err), shows_progress_(shows_progress), columns_(columns) {}

  // Prints to standard output, at once. What does not arrive is noted, see lost().
  void Print(const std::string& text);
  // Prints one line to standard error: "rmapcheck: " and the message, control characters escaped.
  void Complain(const std::string& message);

  // How wide a line of text may be.
  int columns() const { return columns_; }
  // Why something that was printed did not arrive; empty if all did.
  const std::string& lost() const { return lost_; }

  // Announces `total` searches; then, before each, which one it is.
  void StartSearches(std::size_t total);
  void StartSearch(const std::string& name);
  // Returns: the time since they were announced.
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  // Returns: what a search calls now and then; nothing if nobody watches.
  std::function<void(const models::Progress&)> OnProgress();

 private:
  using Clock = std::chrono::steady_clock;

  void Show(const models::Progress& progress);
  void Wipe();

  std::ostream& out_;
  std::ostream& err_;
  const bool shows_progress_;
  const int columns_;
  std::size_t total_ = 0;
  std::size_t started_ = 0;
  std::string name_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_;
  bool visible_ = false;
  std::string lost_;
};

// Returns: the columns of the terminal that a file descriptor is; if it is none, what COLUMNS says;
// else 0.
int OutputColumns(int descriptor);

// Returns: whether it is a terminal on which a line can be drawn again.
bool CanRedraw(int descriptor);

// Makes sure that the three standard streams are open, if only so that writing to them fails: else
// the next file that is opened would take the place of one, and receive what is meant for it.
void HoldStandardStreams();

}  // namespace cli

#endif  // RMAPCHECK_CLI_CONSOLE_H_
