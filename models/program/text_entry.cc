// The C library's functions on bytes and strings, beyond memcpy and its kin: what each of them
// reads and writes is told, and then the library's own function does it. So they take part in
// races, are found to run out of their block, and are seen where loops are recognised.
//
// A function tells no byte that it need not touch: where it stops early, what it has looked at is
// found by looking first. (Functions that read numbers or formats are not here.)
#include <strings.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "models/program/image.h"
#include "models/program/state.h"

namespace models::program {
namespace {

struct Range {
  const void* start = nullptr;
  std::size_t bytes = 0;
};

// Requires: called by an entry point, with its caller.
void Tell(Range read, Range also_read, Range written, void* caller) {
  if (!in_program || !image.HasCode(caller)) return;
  const ksync::Site site = SiteOf(caller);
  const Inside inside;
  if (read.bytes != 0) engine->PlainReadAt(read.start, read.bytes, site);
  if (also_read.bytes != 0) engine->PlainReadAt(also_read.start, also_read.bytes, site);
  if (written.bytes != 0) engine->PlainWriteAt(written.start, written.bytes, site);
}

// Returns: the bytes of a string of at most `most`, its end included if that is among them.
std::size_t LengthOf(const char* text, std::size_t most = static_cast<std::size_t>(-1)) {
  std::size_t length = 0;
  while (length < most && text[length] != 0) ++length;
  return length < most ? length + 1 : most;
}

// Returns: how much of two strings is looked at to compare at most `most` bytes of them.
template <typename Same>
std::size_t ComparedOf(const char* a, const char* b, std::size_t most, Same same) {
  std::size_t count = 0;
  while (count < most) {
    const char one = a[count], other = b[count];
    ++count;
    if (!same(one, other) || one == 0) break;
  }
  return count;
}

bool Equal(char a, char b) { return a == b; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool EqualInAnyCase(char a, char b) { return Lower(a) == Lower(b); }

template <typename Same>
void TellCompared(const char* a, const char* b, std::size_t most, Same same, void* caller) {
  if (!in_program) return;
  const std::size_t count = ComparedOf(a, b, most, same);
  Tell({a, count}, {b, count}, {}, caller);
}

// What a program allocates is the engine's, though it is the library that fills it.
char* Duplicate(const char* text, std::size_t length, void* caller) {
  char* const copy = static_cast<char*>(AllocateFor(length + 1, "strdup", caller));
  std::memcpy(copy, text, length);
  copy[length] = 0;
  return copy;
}

// Before something is printed into memory: as much of it as the format fills.
void TellPrinted(char* to, std::size_t bytes, const char* format, std::va_list list, void* caller) {
  if (!in_program) return;
  std::va_list again;
  va_copy(again, list);
  const int length = RMAPCHECK_NEXT(vsnprintf)(nullptr, 0, format, again);
  va_end(again);
  if (length < 0) return;
  Tell({}, {}, {to, std::min(bytes, static_cast<std::size_t>(length) + 1)}, caller);
}

constexpr std::size_t kAll = static_cast<std::size_t>(-1);

}  // namespace
}  // namespace models::program

using namespace models::program;  // NOLINT: the entry points stand outside of every namespace.
using models::in_program;

#define RMAPCHECK_CALLER __builtin_return_address(0)

extern "C" {

int memcmp(const void* a, const void* b, std::size_t bytes) noexcept {
  Tell({a, bytes}, {b, bytes}, {}, RMAPCHECK_CALLER);
  const auto* one = static_cast<const volatile unsigned char*>(a);
  const auto* other = static_cast<const volatile unsigned char*>(b);
  for (std::size_t i = 0; i < bytes; ++i) {
    const int first = one[i], second = other[i];
    if (first != second) return first - second;
  }
  return 0;
}
int bcmp(const void* a, const void* b, std::size_t bytes) noexcept {
  Tell({a, bytes}, {b, bytes}, {}, RMAPCHECK_CALLER);
  return RMAPCHECK_NEXT(bcmp)(a, b, bytes);
}
std::size_t strlen(const char* text) noexcept {
  const std::size_t length = LengthOf(text);
  Tell({text, length}, {}, {}, RMAPCHECK_CALLER);
  return length - 1;
}
std::size_t strnlen(const char* text, std::size_t most) noexcept {
  Tell({text, LengthOf(text, most)}, {}, {}, RMAPCHECK_CALLER);
  return RMAPCHECK_NEXT(strnlen)(text, most);
}
int strcmp(const char* a, const char* b) noexcept {
  TellCompared(a, b, kAll, &Equal, RMAPCHECK_CALLER);
  const std::size_t last = ComparedOf(a, b, kAll, &Equal) - 1;
  return static_cast<unsigned char>(a[last]) - static_cast<unsigned char>(b[last]);
}
int strncmp(const char* a, const char* b, std::size_t most) noexcept {
  TellCompared(a, b, most, &Equal, RMAPCHECK_CALLER);
  if (most == 0) return 0;
  const std::size_t last = ComparedOf(a, b, most, &Equal) - 1;
  return static_cast<unsigned char>(a[last]) - static_cast<unsigned char>(b[last]);
}
int strcasecmp(const char* a, const char* b) noexcept {
  TellCompared(a, b, kAll, &EqualInAnyCase, RMAPCHECK_CALLER);
  return RMAPCHECK_NEXT(strcasecmp)(a, b);
}
int strncasecmp(const char* a, const char* b, std::size_t most) noexcept {
  TellCompared(a, b, most, &EqualInAnyCase, RMAPCHECK_CALLER);
  return RMAPCHECK_NEXT(strncasecmp)(a, b, most);
}

char* strcpy(char* to, const char* from) noexcept {
  const std::size_t length = LengthOf(from);
  Tell({from, length}, {}, {to, length}, RMAPCHECK_CALLER);
  std::memmove(to, from, length);
  return to;
}
char* stpcpy(char* to, const char* from) noexcept {
  const std::size_t length = LengthOf(from);
  Tell({from, length}, {}, {to, length}, RMAPCHECK_CALLER);
  std::memmove(to, from, length);
  return to + length - 1;
}
char* strncpy(char* to, const char* from, std::size_t most) noexcept {
  const std::size_t length = LengthOf(from, most);
  Tell({from, length}, {}, {to, most}, RMAPCHECK_CALLER);
  std::memmove(to, from, length);
  std::memset(to + length, 0, most - length);
  return to;
}
char* strcat(char* to, const char* from) noexcept {
  const std::size_t before = LengthOf(to), length = LengthOf(from);
  Tell({to, before}, {from, length}, {to + before - 1, length}, RMAPCHECK_CALLER);
  std::memmove(to + before - 1, from, length);
  return to;
}
char* strncat(char* to, const char* from, std::size_t most) noexcept {
  const std::size_t before = LengthOf(to), length = LengthOf(from, most);
  const std::size_t copied = std::min(LengthOf(from) - 1, most);
  Tell({to, before}, {from, length}, {to + before - 1, copied + 1}, RMAPCHECK_CALLER);
  std::memmove(to + before - 1, from, copied);
  to[before - 1 + copied] = 0;
  return to;
}

char* strdup(const char* text) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(strdup)(text);
  const std::size_t length = LengthOf(text);
  Tell({text, length}, {}, {}, RMAPCHECK_CALLER);
  return Duplicate(text, length - 1, RMAPCHECK_CALLER);
}
char* strndup(const char* text, std::size_t most) noexcept {
  if (!in_program) return RMAPCHECK_NEXT(strndup)(text, most);
  const std::size_t length = LengthOf(text, most);
  Tell({text, length}, {}, {}, RMAPCHECK_CALLER);
  return Duplicate(text, std::min(LengthOf(text) - 1, most), RMAPCHECK_CALLER);
}

int vsnprintf(char* to, std::size_t bytes, const char* format, std::va_list list) noexcept {
  TellPrinted(to, bytes, format, list, RMAPCHECK_CALLER);
  return RMAPCHECK_NEXT(vsnprintf)(to, bytes, format, list);
}
int snprintf(char* to, std::size_t bytes, const char* format, ...) noexcept {
  std::va_list list;
  va_start(list, format);
  TellPrinted(to, bytes, format, list, RMAPCHECK_CALLER);
  const int length = RMAPCHECK_NEXT(vsnprintf)(to, bytes, format, list);
  va_end(list);
  return length;
}
int sprintf(char* to, const char* format, ...) noexcept {
  std::va_list list;
  va_start(list, format);
  TellPrinted(to, kAll, format, list, RMAPCHECK_CALLER);
  const int length = RMAPCHECK_NEXT(vsprintf)(to, format, list);
  va_end(list);
  return length;
}

void qsort(void* first, std::size_t count, std::size_t bytes,
           int (*compare)(const void*, const void*)) {
  Tell({first, count * bytes}, {}, {first, count * bytes}, RMAPCHECK_CALLER);
  RMAPCHECK_NEXT(qsort)(first, count, bytes, compare);
}

}  // extern "C"
