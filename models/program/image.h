// The program's own part of the process: its global variables, its thread_local variables, and the
// functions that construct them.
//
// The program is the executable; the runtime and all other libraries have their data elsewhere. So
// its writable segments are its variables and nothing else (but for what the dynamic linker keeps
// there), and they can be set back before each execution. Constructors of global variables are kept
// from being run when the process starts: they are run at the beginning of each execution.
#ifndef RMAPCHECK_MODELS_PROGRAM_IMAGE_H_
#define RMAPCHECK_MODELS_PROGRAM_IMAGE_H_

#include <cstddef>
#include <vector>

#include "models/scheduler/run.h"

struct dl_phdr_info;

namespace models::program {

class Image {
 public:
  // Finds the program, and keeps its constructors from being run.
  // Requires: the dynamic linker is done, and the constructors of the program have not begun.
  void Find();
  // Remembers the variables as they are. Requires: Find.
  void Keep();
  // Makes the variables what they were.
  void Restore();
  // Adds the variables as they are now.
  void AddTo(Digest& digest) const;
  // Runs the constructors.
  void Construct(int argc, char** argv, char** environment) const;
  // Runs the functions that end the process, the last first.
  void Destruct() const;

  // Returns: whether an address is that of a global variable.
  bool HasVariable(const void* address) const { return variables_.Holds(address); }
  // The thread_local variables of the program, and of the C++ library (but for the exceptions that
  // are being handled: those the engine keeps for each thread).
  const ThreadStorage& thread_storage() const { return thread_storage_; }
  // Returns: whether an address is that of one of them, of the running thread.
  bool HasThreadVariable(const void* address) const { return thread_storage_.Holds(address); }
  // Returns: whether the program has some of its own.
  bool has_thread_variables() const { return has_thread_variables_; }
  // Returns: whether an instruction is the program's.
  bool HasCode(const void* address) const { return code_.Holds(address); }
  // Returns: whether an instruction is the C++ library's.
  bool IsLibrary(const void* address) const { return library_.Holds(address); }

 private:
  friend int FindProgram(::dl_phdr_info* info, std::size_t, void* image);

  struct Variables {
    Extent extent;
    std::vector<char> kept;
  };
  using Constructor = void (*)(int, char**, char**);
  using Destructor = void (*)();

  void Add(const Extent& extent);
  void AddThreadStorage(const ::dl_phdr_info& info);
  void AddLibrary(const ::dl_phdr_info& info);

  std::vector<Variables> kept_;
  Extent code_;
  Extent variables_;  // All that are kept are in it.
  Extent library_;
  ThreadStorage thread_storage_;
  bool has_thread_variables_ = false;
  const Constructor* constructors_ = nullptr;
  std::size_t constructor_count_ = 0;
  const Destructor* destructors_ = nullptr;
  std::size_t destructor_count_ = 0;
};

extern Image image;

}  // namespace models::program

#endif  // RMAPCHECK_MODELS_PROGRAM_IMAGE_H_
