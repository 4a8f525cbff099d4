// Random programs on the kernel's reverse mapping: `bazel run //stress:rmap_stress`. Everything is
// in workload/; here are only the terminal and Ctrl-C.
//
// The first Ctrl-C, SIGTERM or SIGHUP ends the run, and what is known is printed; the second ends
// the process.
#include <unistd.h>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "core/base/interrupt.h"
#include "stress/workload/command.h"
#include "stress/workload/worker.h"

namespace {

int Run(const std::vector<std::string>& words) {
  const base::InterruptListener listener;
  return workload::Main(words, {.out = std::cout,
                                .err = std::cerr,
                                .err_is_terminal = isatty(STDERR_FILENO) != 0,
                                .is_interrupted = base::Interrupted});
}

}  // namespace

int main(int argc, char** argv) {
  if (const std::optional<int> code = workload::RunAsWorker(argc, argv)) return *code;
  const std::vector<std::string> words(argv + 1, argv + argc);
  const int code = Run(words);
  // A shell should see why the command ended.
  if (code == workload::kInterrupted) base::DieOfInterrupt();
  return code;
}
