// A program that logs: two workers, each with a result that it tells.
// The claim: every line is written or counted as dropped, and what is written is whole.
#include <cassert>
#include <cstring>
#include <thread>

#include "logger.h"

Logger logger;

void Work(int number) {
  logger.Log(Level::kDebug, "begins", number);
  logger.Log(Level::kInfo, "result", number * number);
}

int main() {
  std::thread first(Work, 2);
  std::thread second(Work, 3);
  first.join();
  second.join();
  logger.Stop();

  int sum = 0;
  for (const Record& line : logger.lines()) {
    assert(line.level == Level::kInfo && std::strcmp(line.text, "result") == 0);
    sum += line.value;
  }
  assert(logger.dropped() == 0 && "there is room for two");
  assert(sum == 2 * 2 + 3 * 3 && "both are told");
}
