// A logger that never makes a thread wait: lines are put into a ring, and a thread of the logger's
// own writes them. When the ring is full a line is dropped, and counted.
//
// Who calls Stop comes after all calls of Log: by joining the threads that call it.
#ifndef LOGGER_LOGGER_H_
#define LOGGER_LOGGER_H_

#include <atomic>
#include <thread>
#include <vector>

#include "ring.h"

enum class Level { kDebug, kInfo, kError };

struct Record {
  Level level = Level::kInfo;
  const char* text = nullptr;  // Lives for ever.
  int value = 0;
};

class Logger {
 public:
  Logger();

  // Called by any thread.
  void Log(Level level, const char* text, int value);
  // Called by any thread: lines below this level are not logged from now on, or from soon on.
  void SetLevel(Level level);
  // Returns when every line is written.
  void Stop();

  // After Stop: what was written.
  const std::vector<Record>& lines() const { return lines_; }
  int dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void Run();

  Ring<Record, 2> ring_;
  std::atomic<Level> level_{Level::kInfo};
  std::atomic<int> dropped_{0};
  std::atomic<bool> stopping_{false};
  std::vector<Record> lines_;  // The writer's, until it has ended.
  std::thread writer_;         // Last: it uses all of the above.
};

#endif  // LOGGER_LOGGER_H_
