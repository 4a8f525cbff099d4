// The logger's two sides: Log in the callers' threads, Run in the writer's.
// What orders them is the ring, and `stopping_` at the end.
#include "logger.h"

// For the example alone: with this macro the logger has another mistake that is to be found.
#ifdef PLANT_RELAXED_STOP
constexpr std::memory_order kStop = std::memory_order_relaxed;
#else
constexpr std::memory_order kStop = std::memory_order_release;
#endif

Logger::Logger() : writer_(&Logger::Run, this) {}

void Logger::Log(Level level, const char* text, int value) {
  // Relaxed: a line more or less, while the level changes, is nobody's loss.
  if (level < level_.load(std::memory_order_relaxed)) return;
  // Relaxed: a count, which is read after the threads have ended.
  if (!ring_.TryPut({level, text, value})) dropped_.fetch_add(1, std::memory_order_relaxed);
}

void Logger::SetLevel(Level level) { level_.store(level, std::memory_order_relaxed); }

void Logger::Stop() {
  // Release: the writer that sees it sees all lines that were put in before.
  stopping_.store(true, kStop);
  writer_.join();
}

// It looks for the end first and then for lines, so that the last look is at all of them.
void Logger::Run() {
  bool last = false;
  while (!last) {
    last = stopping_.load(std::memory_order_acquire);
    for (Record record; ring_.TryTake(record);) lines_.push_back(record);
    std::this_thread::yield();
  }
}
