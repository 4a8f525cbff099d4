// The rmapcheck command: words in, exit code (or death by Ctrl-C) out. Everything else is in
// commands.h and behind it. Its scenarios are those of models/rmap.
#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/console.h"
#include "core/base/interrupt.h"
#include "models/report/trace_text.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  cli::HoldStandardStreams();
  const int columns = cli::OutputColumns(STDOUT_FILENO);
  const bool watched = cli::CanRedraw(STDERR_FILENO);
  cli::Console console(std::cout, std::cerr, watched, columns > 0 ? columns : models::kTextColumns);
  const cli::ExitCode code = cli::Main(words, models::RmapScenarios(), console);
  if (code == cli::kInterrupted) base::DieOfInterrupt();
  return code;
}
