// Virtual machines of equal pages beside ksmd: `bazel run //stress:ksm_machines`.
// Everything is in command.h and behind it.
#include <iostream>
#include <string>
#include <vector>

#include "core/base/interrupt.h"
#include "stress/ksm/command.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const int code = fleet::Main(words, std::cout, std::cerr);
  // A shell should see why the command ended.
  if (code == fleet::kInterrupted) base::DieOfInterrupt();
  return code;
}
