// What the anonymous reverse mapping costs, kernel by kernel: `bazel run //stress:rmap_cost`.
// Everything is in cost_command.h and behind it.
#include <iostream>
#include <string>
#include <vector>

#include "stress/cost_command.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  return cost::Main(words, std::cout, std::cerr);
}
