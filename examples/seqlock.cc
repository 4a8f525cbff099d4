// A sequence lock: readers write nothing. They read a number, the data, and the number again; if it
// was odd, or has changed, a writer was there and they must begin anew.
// (With the fences of H.-J. Boehm, Can Seqlocks Get Along With Programming Language Memory Models?,
// MSPC 2012.)
//
// The claim: a reader sees both halves of one write, never half of one and half of another.
//
// Every memory order has its because:
//   the data: atomic, because they are read while they are written; relaxed, because whether what
//     was read is any good is found out afterwards.
//   Write, first store of the number: relaxed, with a release fence behind it: who sees any of the
//     data that follow sees, behind an acquire fence, the odd number.
//   Write, last store: release. Who reads this number sees the data.
//   TryRead, first load: acquire, the other half of that.
//   TryRead, fence: acquire, before the number is read again. It makes the release fence bite:
//     without it the last load may be made before the data are read.
//   TryRead, last load: relaxed. The fence is before it, and nothing is read after it.
//
// There is one writer; several would need a lock among themselves.
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
    std::atomic_thread_fence(std::memory_order_acquire);
    const unsigned after = number_.load(std::memory_order_relaxed);
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
