// Any tiny program of models/testing, as an ordinary program: an interpreter with standard atomics,
// pthread locks and loops that wait. Its one argument is the program as numbers, in the layout that
// agreement_test.cc writes; each complete execution prints its outcome.
//
// A wait is a loop that only re-reads, in a function of its own, so that the loop looks at nothing
// but its registers. In the way "spins" a lock is such a loop too.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

extern "C" {
void __VERIFIER_assume(int holds);
int __VERIFIER_nondet_int();
}

namespace {

enum Way { kRwLocks, kMutexes, kSpins };
enum Kind {  // As Operation::Kind has them.
  kLoad,
  kStore,
  kFetchAdd,
  kExchange,
  kCompareExchange,
  kFence,
  kPlainLoad,
  kPlainStore,
  kLock,
  kUnlock,
  kWaitUntilEqual,
  kSkipIfEqual,
  kAssumeEqual,
  kLockShared,
  kUnlockShared,
  kTryLock,
  kTryLockShared,
  kIsLocked,
  kChoose,
};
struct Operation {
  int kind, location, reg, order, failure, value_register, value, expected, skip;
};
constexpr int kFields = 9;

int way;
std::vector<Operation> code[4];
int outcome[4][8];
std::atomic<int> cells[4];
int plain_cells[4];
bool is_plain[4];
pthread_rwlock_t rw_locks[2] = {PTHREAD_RWLOCK_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER};
pthread_mutex_t mutexes[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
std::atomic<int> spin_locks[2];

[[gnu::noinline]] void Wait(std::atomic<int>& cell, int expected, std::memory_order order) {
  while (cell.load(order) != expected) {
  }
}

[[gnu::noinline]] void TakeSpinning(std::atomic<int>& lock) {
  while (lock.exchange(1, std::memory_order_acquire) == 1) {
  }
}

volatile int& Plain(int location) {
  return is_plain[location] ? plain_cells[location] : reinterpret_cast<int&>(cells[location]);
}

void Take(int lock) {
  if (way == kRwLocks) {
    pthread_rwlock_wrlock(&rw_locks[lock]);
  } else if (way == kMutexes) {
    pthread_mutex_lock(&mutexes[lock]);
  } else {
    TakeSpinning(spin_locks[lock]);
  }
}

void GiveBack(int lock) {
  if (way == kRwLocks) {
    pthread_rwlock_unlock(&rw_locks[lock]);
  } else if (way == kMutexes) {
    pthread_mutex_unlock(&mutexes[lock]);
  } else {
    spin_locks[lock].store(0, std::memory_order_release);
  }
}

int Try(int lock) {
  return (way == kRwLocks ? pthread_rwlock_trywrlock(&rw_locks[lock])
                          : pthread_mutex_trylock(&mutexes[lock])) == 0;
}

// Returns: what the operation puts into its register, if it does.
int Do(const Operation& o, int value) {
  std::atomic<int>& cell = cells[o.location];
  const auto order = static_cast<std::memory_order>(o.order);
  int seen = o.expected;
  switch (o.kind) {
    case kLoad:
      return cell.load(order);
    case kStore:
      cell.store(value, order);
      return 0;
    case kFetchAdd:
      return cell.fetch_add(value, order);
    case kExchange:
      return cell.exchange(value, order);
    case kCompareExchange:
      cell.compare_exchange_strong(seen, value, order, static_cast<std::memory_order>(o.failure));
      return seen;
    case kFence:
      std::atomic_thread_fence(order);
      return 0;
    case kPlainLoad:
      return Plain(o.location);
    case kPlainStore:
      Plain(o.location) = value;
      return 0;
    case kLock:
      Take(o.location);
      return 0;
    case kUnlock:
      GiveBack(o.location);
      return 0;
    case kWaitUntilEqual:
      Wait(cell, o.expected, order);
      return o.expected;
    case kLockShared:
      pthread_rwlock_rdlock(&rw_locks[o.location]);
      return 0;
    case kUnlockShared:
      pthread_rwlock_unlock(&rw_locks[o.location]);
      return 0;
    case kTryLock:
      return Try(o.location);
    case kTryLockShared:
      return pthread_rwlock_tryrdlock(&rw_locks[o.location]) == 0;
    case kChoose:
      seen = __VERIFIER_nondet_int();
      __VERIFIER_assume(seen < o.expected);
      return seen;
    default:
      abort();
  }
}

bool FillsRegister(int kind) {
  return kind != kStore && kind != kFence && kind != kPlainStore && kind != kLock &&
         kind != kUnlock && kind != kLockShared && kind != kUnlockShared;
}

void RunThread(int thread) {
  int registers[8] = {};
  for (std::size_t next = 0; next < code[thread].size(); ++next) {
    const Operation& o = code[thread][next];
    const int value = o.value + (o.value_register < 0 ? 0 : registers[o.value_register]);
    if (o.kind == kSkipIfEqual) {
      if (registers[o.reg] == o.expected) next += o.skip;
    } else if (o.kind == kAssumeEqual) {
      __VERIFIER_assume(registers[o.reg] == o.expected);
    } else {
      const int read = Do(o, value);
      if (FillsRegister(o.kind)) registers[o.reg] = read;
    }
  }
  for (int i = 0; i < 8; ++i) outcome[thread][i] = registers[i];
}

int Number(char*& text) { return static_cast<int>(std::strtol(text, &text, 10)); }

// Returns: how many threads there are.
int Read(char* text) {
  way = Number(text);
  for (bool& plain : is_plain) plain = Number(text) != 0;
  const int threads = Number(text);
  for (int t = 0; t < threads; ++t) {
    code[t].resize(Number(text));
    for (Operation& o : code[t]) {
      int fields[kFields];
      for (int& field : fields) field = Number(text);
      o = {fields[0], fields[1], fields[2], fields[3], fields[4],
           fields[5], fields[6], fields[7], fields[8]};
    }
  }
  return threads;
}

void Print() {
  char line[512];
  int used = std::snprintf(line, sizeof(line), "outcome");
  const auto print = [&](int value) {
    used += std::snprintf(line + used, sizeof(line) - used, " %d", value);
  };
  for (const auto& registers : outcome) {
    for (int value : registers) print(value);
  }
  for (int l = 0; l < 4; ++l) print(is_plain[l] ? plain_cells[l] : cells[l].load());
  line[used++] = '\n';
  if (write(STDOUT_FILENO, line, used) != used) abort();
}

}  // namespace

int main(int, char** arguments) {
  const int count = Read(arguments[1]);
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) threads.emplace_back(RunThread, t);
  for (std::thread& thread : threads) thread.join();
  Print();
}
