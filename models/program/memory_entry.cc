// memcpy and its kin: accesses to as many bytes as they say, of both operands.
// clang calls them under names of ThreadSanitizer's own; g++ leaves the plain names.
#include <cstddef>
#include <cstring>

#include "models/program/image.h"
#include "models/program/state.h"

namespace models::program {

bool IsProgramMemory(const void* address) {
  std::size_t size = 0;
  return engine->Owns(address, &size) || image.HasVariable(address) || InOwnStack(address) ||
         InForeignStack(address);
}

namespace {

using CopyFunction = void* (*)(void*, const void*, std::size_t);
using FillFunction = void* (*)(void*, int, std::size_t);

// Null while the process starts, when the dynamic linker itself calls them.
CopyFunction next_memcpy = nullptr;
CopyFunction next_memmove = nullptr;
FillFunction next_memset = nullptr;

[[gnu::constructor(101)]] void FindNext() {
  next_memcpy = reinterpret_cast<CopyFunction>(NextFunction("memcpy"));
  next_memmove = reinterpret_cast<CopyFunction>(NextFunction("memmove"));
  next_memset = reinterpret_cast<FillFunction>(NextFunction("memset"));
}

// A library that is called copies memory of the program's, as of a string, and memory of its own,
// which it may use again for another thread without telling anybody.
void Note(void* to, const void* from, std::size_t bytes, void* caller) {
  if (!in_program) return;
  if (!image.HasCode(caller)) {
    if (!IsProgramMemory(to)) return;
    if (from != nullptr && !IsProgramMemory(from)) from = nullptr;
    caller = ProgramCaller(caller, __builtin_frame_address(0));
  }
  const ksync::Site site = SiteOf(caller);
  const Inside inside;
  if (from != nullptr) engine->PlainReadAt(from, bytes, site);
  engine->PlainWriteAt(to, bytes, site);
}

// By instructions that no compiler turns into a call of the function itself.
void* MoveSlowly(void* to, const void* from, std::size_t bytes) {
  auto* target = static_cast<volatile char*>(to);
  const auto* source = static_cast<const volatile char*>(from);
  if (target < source) {
    for (std::size_t i = 0; i < bytes; ++i) target[i] = source[i];
  } else {
    for (std::size_t i = bytes; i-- > 0;) target[i] = source[i];
  }
  return to;
}

void* FillSlowly(void* to, int value, std::size_t bytes) {
  auto* target = static_cast<volatile char*>(to);
  for (std::size_t i = 0; i < bytes; ++i) target[i] = static_cast<char>(value);
  return to;
}

void* Copy(void* to, const void* from, std::size_t bytes, void* caller) {
  Note(to, from, bytes, caller);
  return next_memcpy == nullptr ? MoveSlowly(to, from, bytes) : next_memcpy(to, from, bytes);
}

void* Move(void* to, const void* from, std::size_t bytes, void* caller) {
  Note(to, from, bytes, caller);
  return next_memmove == nullptr ? MoveSlowly(to, from, bytes) : next_memmove(to, from, bytes);
}

void* Fill(void* to, int value, std::size_t bytes, void* caller) {
  Note(to, nullptr, bytes, caller);
  return next_memset == nullptr ? FillSlowly(to, value, bytes) : next_memset(to, value, bytes);
}

}  // namespace
}  // namespace models::program

#define RMAPCHECK_CALLER __builtin_return_address(0)

extern "C" {

void* memcpy(void* to, const void* from, std::size_t bytes) {
  return models::program::Copy(to, from, bytes, RMAPCHECK_CALLER);
}
void* memmove(void* to, const void* from, std::size_t bytes) {
  return models::program::Move(to, from, bytes, RMAPCHECK_CALLER);
}
void* memset(void* to, int value, std::size_t bytes) {
  return models::program::Fill(to, value, bytes, RMAPCHECK_CALLER);
}
void* __tsan_memcpy(void* to, const void* from, std::size_t bytes) {
  return models::program::Copy(to, from, bytes, RMAPCHECK_CALLER);
}
void* __tsan_memmove(void* to, const void* from, std::size_t bytes) {
  return models::program::Move(to, from, bytes, RMAPCHECK_CALLER);
}
void* __tsan_memset(void* to, int value, std::size_t bytes) {
  return models::program::Fill(to, value, bytes, RMAPCHECK_CALLER);
}

}  // extern "C"
