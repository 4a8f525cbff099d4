// A sequence lock with one mistake: the reader has no fence.
//
// Then nothing keeps its second look at the number behind its reads of the data: they may be of a
// write that has begun, and the number still be that of before. The reader returns a torn point.
// That the second look acquires would not help: an acquire keeps what follows behind it.
// seqlock.cc is right, and says why each order is as it is.
#include <atomic>
#include <cassert>
#include <optional>
#include <thread>

struct Point {
  int x;
  int y;
};

class SharedPoint {
 public:
  void Write(Point point) {
    const unsigned number = number_.load(std::memory_order_relaxed);  // Its only writer is here.
    number_.store(number + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    x_.store(point.x, std::memory_order_relaxed);
    y_.store(point.y, std::memory_order_relaxed);
    number_.store(number + 2, std::memory_order_release);
  }

  // Returns: the point, or nothing if a writer came in between; then one asks again.
  std::optional<Point> TryRead() const {
    const unsigned before = number_.load(std::memory_order_acquire);
    const Point point = {x_.load(std::memory_order_relaxed), y_.load(std::memory_order_relaxed)};
    const unsigned after = number_.load(std::memory_order_acquire);
    if (before != after || before % 2 != 0) return std::nullopt;
    return point;
  }

 private:
  std::atomic<unsigned> number_{0};
  std::atomic<int> x_{0};
  std::atomic<int> y_{0};
};

SharedPoint shared;

void WriteTwice() {
  shared.Write({1, 1});
  shared.Write({2, 2});
}

void ReadOnce() {
  const std::optional<Point> point = shared.TryRead();
  if (point.has_value()) assert(point->x == point->y && "both halves are of one write");
}

int main() {
  std::thread writer(WriteTwice);
  std::thread reader(ReadOnce);
  writer.join();
  reader.join();
}
