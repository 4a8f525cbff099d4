// Random programs on the kernel's reverse mapping: `bazel run //stress:rmap_stress`. Everything is
// in workload/; here are only the terminal and Ctrl-C.
//
// The first Ctrl-C, SIGTERM or SIGHUP ends the run, and what is known is printed; the second ends
// the process.
#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "stress/workload/command.h"
#include "stress/workload/worker.h"

namespace {

volatile sig_atomic_t interrupted = 0;

void OnSignal(int signal) { interrupted = signal; }

// Unless whoever started the process had the signal ignored.
void Listen(int signal) {
  struct sigaction before {};
  sigaction(signal, nullptr, &before);
  if (before.sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESETHAND;  // The second one is not for us.
  sigaction(signal, &action, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  if (const std::optional<int> code = workload::RunAsWorker(argc, argv)) return *code;
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) Listen(signal);
  const std::vector<std::string> words(argv + 1, argv + argc);
  const int code = workload::Main(words, {.out = std::cout,
                                          .err = std::cerr,
                                          .err_is_terminal = isatty(STDERR_FILENO) != 0,
                                          .is_interrupted = [] { return interrupted != 0; }});
  // A shell should see why the command ended.
  if (code == workload::kInterrupted) raise(interrupted);
  return code;
}
