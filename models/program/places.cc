// libbacktrace comes with GCC; its header stands where only GCC looks, so what is used of it is
// declared here, as its documentation has it. Names are demangled by the C++ runtime.
#include "models/program/places.h"

#include <cxxabi.h>
#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

extern "C" {
using ErrorCallback = void (*)(void* data, const char* message, int number);
using LineCallback = int (*)(void* data, std::uintptr_t pc, const char* file, int line,
                             const char* function);
using SymbolCallback = void (*)(void* data, std::uintptr_t address, const char* name,
                                std::uintptr_t value, std::uintptr_t size);
backtrace_state* backtrace_create_state(const char* file, int threaded, ErrorCallback error,
                                        void* data);
int backtrace_pcinfo(backtrace_state* state, std::uintptr_t pc, LineCallback line,
                     ErrorCallback error, void* data);
int backtrace_syminfo(backtrace_state* state, std::uintptr_t address, SymbolCallback symbol,
                      ErrorCallback error, void* data);
}

namespace models::program {
namespace {

struct Frame {
  std::string file;
  std::string function;
  unsigned line;
};

struct Symbol {
  std::string name;
  std::uintptr_t start = 0;
};

std::string Demangled(const char* name) {
  if (std::strncmp(name, "_Z", 2) != 0) return name;  // "m" is the code of a type, too.
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free);
  return status == 0 && text != nullptr ? text.get() : name;
}

int AddFrame(void* frames, std::uintptr_t, const char* file, int line, const char* function) {
  if (file == nullptr) return 0;
  static_cast<std::vector<Frame>*>(frames)->push_back(
      {file, function == nullptr ? "" : Demangled(function), static_cast<unsigned>(line)});
  return 0;
}

void SetSymbol(void* symbol, std::uintptr_t, const char* name, std::uintptr_t start,
               std::uintptr_t) {
  if (name != nullptr) *static_cast<Symbol*>(symbol) = {Demangled(name), start};
}

void Ignore(void*, const char*, int) {}

bool IsSystems(const std::string& file) {
  return file.starts_with("/usr/") || file.starts_with("/build/") || file.starts_with("../") ||
         file.find("/include/c++/") != std::string::npos;
}

}  // namespace

backtrace_state* DebugInformation::Reader() {
  if (reader_ == nullptr) {
    reader_ = backtrace_create_state("/proc/self/exe", 0, &Ignore, nullptr);
  }
  return reader_;
}

ksync::Place DebugInformation::PlaceOf(const void* call) {
  const auto known = known_.find(call);
  if (known != known_.end()) return known->second;
  return known_[call] = Look(static_cast<const Call*>(call));
}

ksync::Place DebugInformation::Look(const Call* call) {
  ksync::Place fallback;
  for (; call != nullptr && call->pc != 0; call = call->parent) {
    std::vector<Frame> frames;
    backtrace_pcinfo(Reader(), call->pc - 1, &AddFrame, &Ignore, &frames);
    for (const Frame& frame : frames) {
      const ksync::Place place{Kept(frame.file), Kept(frame.function), frame.line};
      if (!IsSystems(frame.file)) return place;
      if (fallback.line == 0) fallback = place;
    }
  }
  return fallback;
}

std::string DebugInformation::NameOf(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  Symbol symbol;
  backtrace_syminfo(Reader(), at, &SetSymbol, &Ignore, &symbol);
  if (symbol.name.empty() || symbol.start == at) return symbol.name;
  return symbol.name + "+" + std::to_string(at - symbol.start);
}

}  // namespace models::program
