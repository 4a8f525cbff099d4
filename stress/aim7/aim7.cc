// Throughput against the number of users, kernel by kernel: `bazel run //stress:aim7`.
// Everything is in command.h and behind it.
#include <iostream>
#include <string>
#include <vector>

#include "core/base/interrupt.h"
#include "stress/aim7/command.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const int code = aim7::Main(words, std::cout, std::cerr);
  // A shell should see why the command ended.
  if (code == aim7::kInterrupted) base::DieOfInterrupt();
  return code;
}
