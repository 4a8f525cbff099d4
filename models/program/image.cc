// Reading the program's headers as the dynamic linker left them. Linux, ELF, 64 bits.
// What the linker itself writes while the program runs, the table of lazily bound functions, is
// left alone: setting it back would have every function looked up again.
#include "models/program/image.h"

#include <cxxabi.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace models::program {
namespace {

struct Dynamic {
  ElfW(Dyn) * constructors_bytes = nullptr;
  ElfW(Dyn) * destructors_bytes = nullptr;
  std::uintptr_t constructors = 0;
  std::uintptr_t destructors = 0;
  std::uintptr_t bound_functions = 0;
  std::size_t bound_functions_bytes = 0;
};

Dynamic ReadDynamic(ElfW(Dyn) * entry) {
  constexpr std::size_t kReserved = 3 * sizeof(void*);
  Dynamic dynamic;
  for (; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_INIT_ARRAY) dynamic.constructors = entry->d_un.d_ptr;
    if (entry->d_tag == DT_INIT_ARRAYSZ) dynamic.constructors_bytes = entry;
    if (entry->d_tag == DT_FINI_ARRAY) dynamic.destructors = entry->d_un.d_ptr;
    if (entry->d_tag == DT_FINI_ARRAYSZ) dynamic.destructors_bytes = entry;
    if (entry->d_tag == DT_PLTGOT) dynamic.bound_functions = entry->d_un.d_ptr;
    if (entry->d_tag == DT_PLTRELSZ) {
      const std::size_t count = entry->d_un.d_val / sizeof(ElfW(Rela));
      dynamic.bound_functions_bytes = kReserved + count * sizeof(void*);
    }
  }
  return dynamic;
}

// Sets a size in the dynamic section, which the linker has made read-only, to nothing.
void Empty(ElfW(Dyn) * entry) {
  if (entry == nullptr) return;
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const std::uintptr_t first = reinterpret_cast<std::uintptr_t>(entry) / page * page;
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(entry + 1);
  if (mprotect(reinterpret_cast<void*>(first), end - first, PROT_READ | PROT_WRITE) != 0) {
    std::perror("rmapcheck: the program's constructors cannot be held back");
    std::exit(2);
  }
  entry->d_un.d_val = 0;
}

}  // namespace

Image image;

int FindProgram(::dl_phdr_info* info, std::size_t, void* found) {
  Image& image = *static_cast<Image*>(found);
  const bool first = image.code_.empty();
  const bool library = std::strstr(info->dlpi_name, "/libstdc++.so") != nullptr;
  if (first || library) image.AddThreadStorage(*info);
  if (first) image.has_thread_variables_ = !image.thread_storage_.extents().empty();
  if (library) image.AddLibrary(*info);
  if (!first) return 0;  // The first is the program.
  char* const base = reinterpret_cast<char*>(info->dlpi_addr);
  std::uintptr_t protected_end = 0;
  Dynamic dynamic;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type == PT_GNU_RELRO) protected_end = header.p_vaddr + header.p_memsz;
    if (header.p_type == PT_DYNAMIC) {
      dynamic = ReadDynamic(reinterpret_cast<ElfW(Dyn)*>(base + header.p_vaddr));
    }
    if (header.p_type == PT_LOAD && (header.p_flags & PF_X) != 0) {
      image.code_ = Extent::Of(base + header.p_vaddr, header.p_memsz);
    }
  }
  // The linker has relocated this pointer in place, or has not.
  char* bound = reinterpret_cast<char*>(dynamic.bound_functions);
  if (bound < base) bound = base + dynamic.bound_functions;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
    char* const start = base + std::max<std::uintptr_t>(header.p_vaddr, protected_end);
    char* const end = base + header.p_vaddr + header.p_memsz;
    char* const table = std::clamp(bound, start, end);
    char* const behind = std::clamp(bound + dynamic.bound_functions_bytes, start, end);
    image.Add({start, table});
    image.Add({behind, end});
  }
  if (dynamic.constructors_bytes != nullptr) {
    image.constructors_ = reinterpret_cast<const Image::Constructor*>(base + dynamic.constructors);
    image.constructor_count_ = dynamic.constructors_bytes->d_un.d_val / sizeof(Image::Constructor);
  }
  if (dynamic.destructors_bytes != nullptr) {
    image.destructors_ = reinterpret_cast<const Image::Destructor*>(base + dynamic.destructors);
    image.destructor_count_ = dynamic.destructors_bytes->d_un.d_val / sizeof(Image::Destructor);
  }
  Empty(dynamic.constructors_bytes);
  Empty(dynamic.destructors_bytes);
  return 0;
}

void Image::AddThreadStorage(const ::dl_phdr_info& info) {
  char* const exceptions = reinterpret_cast<char*>(abi::__cxa_get_globals());
  constexpr std::size_t kExceptions = 2 * sizeof(void*);
  const auto add = [this](char* start, char* end) {
    if (start < end) thread_storage_.Add({start, end});
  };
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info.dlpi_phdr[i];
    if (header.p_type != PT_TLS || info.dlpi_tls_data == nullptr) continue;
    char* const start = static_cast<char*>(info.dlpi_tls_data);
    char* const end = start + header.p_memsz;
    add(start, std::clamp(exceptions, start, end));
    add(std::clamp(exceptions + kExceptions, start, end), end);
  }
}

void Image::AddLibrary(const ::dl_phdr_info& info) {
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info.dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    const auto* const base = reinterpret_cast<const char*>(info.dlpi_addr);
    library_ = Extent::Of(base + header.p_vaddr, header.p_memsz);
  }
}

void Image::Find() { dl_iterate_phdr(&FindProgram, this); }

void Image::Add(const Extent& extent) {
  if (extent.begin >= extent.end) return;
  kept_.push_back({extent, {}});
  variables_.Cover(extent);
}

void Image::Keep() {
  for (Variables& variables : kept_) {
    variables.kept.assign(variables.extent.begin, variables.extent.end);
  }
}

void Image::Restore() {
  for (const Variables& variables : kept_) {
    std::memcpy(variables.extent.begin, variables.kept.data(), variables.kept.size());
  }
}

void Image::AddTo(Digest& digest) const {
  const auto add = [&digest](const Extent& extent) {
    digest.AddBytes(extent.begin, extent.size());
  };
  for (const Variables& variables : kept_) add(variables.extent);
  for (const Extent& extent : thread_storage_.extents()) add(extent);
}

void Image::Construct(int argc, char** argv, char** environment) const {
  for (std::size_t i = 0; i < constructor_count_; ++i) constructors_[i](argc, argv, environment);
}

void Image::Destruct() const {
  for (std::size_t i = destructor_count_; i-- > 0;) destructors_[i]();
}

}  // namespace models::program
