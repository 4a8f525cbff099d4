// A program that logs: two workers tell squares, three in all; the ring has room for two.
// The claim: every line is written once or counted as dropped, and what is written is whole.
#include <cassert>
#include <cstring>
#include <thread>

#include "logger.h"

Logger logger;

void Work(int from, int to) {
  logger.Log(Level::kDebug, "begins", from);
  for (int i = from; i < to; ++i) logger.Log(Level::kInfo, "square", i * i);
}

int main() {
  std::thread first(Work, 1, 3);
  std::thread second(Work, 3, 4);
  first.join();
  second.join();
  logger.Stop();

  int sum = 0;
  for (const Record& line : logger.lines()) {
    assert(line.level == Level::kInfo && std::strcmp(line.text, "square") == 0);
    sum += line.value;
  }
  assert(logger.lines().size() + logger.dropped() == 3 && "no line is lost without a word");
  assert((logger.dropped() > 0 || sum == 1 + 4 + 9) && "every line is written once");
}
