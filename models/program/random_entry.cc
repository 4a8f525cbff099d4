// rand() and its kin: a sequence for each thread, which begins anew with each execution.
//
// The C library's is one for the process. What a thread draws would depend on who drew before, and
// an execution could not be run again. What it draws changes what it does next: so it is told as an
// effect, or a loop that draws would be taken for one that only re-reads.
#include <cstdlib>

#include "models/program/image.h"
#include "models/program/state.h"

namespace models::program {
namespace {

// Of the one-thread generators that C's standard shows, the one of POSIX: any will do.
int Draw(ksync::Site site) {
  {
    const Inside inside;
    engine->PlainWriteAt(image.thread_storage().extents().front().begin, 1, site);
  }
  self->random = self->random * 1103515245 + 12345;
  return static_cast<int>(self->random / 65536 % 32768);
}

}  // namespace
}  // namespace models::program

using namespace models::program;  // NOLINT: the entry points stand outside of every namespace.
using models::in_program;

extern "C" {

int rand() noexcept { return in_program ? Draw(RMAPCHECK_HERE) : RMAPCHECK_NEXT(rand)(); }
long random() noexcept { return in_program ? Draw(RMAPCHECK_HERE) : RMAPCHECK_NEXT(random)(); }
void srand(unsigned seed) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(srand)(seed);
  self->random = seed;
}
void srandom(unsigned seed) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(srandom)(seed);
  self->random = seed;
}

}  // extern "C"
