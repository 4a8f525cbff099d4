// The processes of a script, by number.
//
// Between phases, and in those where nobody can take it away from who uses it, a process is a
// pointer. Else it has users for the phase: one is the process itself, until it exits; each step
// that uses it is another. The last gives the address space back. Kernel: mm_users,
// mmget_not_zero(), mmput().
//
// What users cost a proof: a step that drops its use is ordered before each step that takes one
// afterwards, as the kernel's own counts are (both its atomics are full barriers). Where a phase
// needs users, races between a step and a later step of another thread on the same process can
// hide behind that; a phase in which nobody begins or ends the process has no users and hides none.
//
// A number may be used again when the last user has gone. While a process is being born it cannot
// be used yet.
#ifndef RMAPCHECK_CORE_SCRIPTS_PROCESSES_H_
#define RMAPCHECK_CORE_SCRIPTS_PROCESSES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "core/mm/mm.h"
#include "core/scripts/phase_use.h"

namespace rmap::inline KSYNC_BACKEND {

class Processes {
 public:
  // `on_task_list`: whether somebody will ask for the processes that map a page.
  Processes(std::uint32_t count, bool on_task_list) : all_(count), on_task_list_(on_task_list) {}

  // While no other thread uses the processes.
  void BeginPhase(const std::vector<ProcessUse>& uses);
  void EndPhase();
  // Returns: a process's address space, or null. Requires: as above, between phases.
  Mm* AtRest(std::uint32_t number) const { return all_[number].mm; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(all_.size()); }

  // Returns: its address space, which stays until Put; null if there is no such process.
  Mm* Get(std::uint32_t number);
  void Put(std::uint32_t number, Mm& mm);

  // Gives a number that is nobody's what `make()` returns, which may be null.
  // Returns: nothing if the number is somebody's; else whether there is a process now.
  template <typename Make>
  std::optional<bool> Bear(std::uint32_t number, Make make);

  // The process lets go of its address space. Returns: false if there is none.
  bool Exit(std::uint32_t number);

 private:
  // In `state`: how many there are, and these.
  static constexpr std::uint32_t kLives = 1u << 31;  // The process is one of them.
  static constexpr std::uint32_t kIsBorn = 1u << 30;

  struct Users {
    Users(std::uint32_t initial, Mm* its_mm)
        : state(initial, "process.users"), mm(its_mm, "process.mm") {}

    ksync::Atomic<std::uint32_t> state;
    ksync::Plain<Mm*> mm;  // Written by who makes the process, read by its users.
  };
  struct Process {
    Mm* mm = nullptr;  // If it has no users.
    std::optional<Users> users;
  };

  static bool ClaimNumber(Users& users);
  static void Publish(Users& users, Mm* mm);
  void Attach(Mm* mm) const;
  void Release(Mm& mm) const;

  std::vector<Process> all_;
  const bool on_task_list_;
};

template <typename Make>
std::optional<bool> Processes::Bear(std::uint32_t number, Make make) {
  Process& process = all_[number];
  const bool free = process.users.has_value() ? ClaimNumber(*process.users) : process.mm == nullptr;
  if (!free) return std::nullopt;
  Mm* const mm = make();
  Attach(mm);
  if (process.users.has_value()) {
    Publish(*process.users, mm);
  } else {
    process.mm = mm;
  }
  return mm != nullptr;
}

}  // namespace rmap::inline KSYNC_BACKEND

#endif  // RMAPCHECK_CORE_SCRIPTS_PROCESSES_H_
