// The count and the flag are one word, so that a user who comes too late cannot bring the process
// back: from nothing, only a birth leads on.
#include "core/scripts/processes.h"

#include "core/vmops/exit.h"

namespace rmap::inline KSYNC_BACKEND {

void Processes::BeginPhase(const std::vector<ProcessUse>& uses) {
  for (std::uint32_t number = 0; number < count(); ++number) {
    if (!uses[number].NeedsUsers()) continue;
    Process& process = all_[number];
    process.users.emplace(process.mm == nullptr ? 0 : kLives | 1, process.mm);
  }
}

void Processes::EndPhase() {
  for (Process& process : all_) {
    if (!process.users.has_value()) continue;
    const bool lives = process.users->state.Load(ksync::relaxed) != 0;
    process.mm = lives ? process.users->mm.Read() : nullptr;
    process.users.reset();
  }
}

Mm* Processes::Get(std::uint32_t number) {
  Process& process = all_[number];
  if (!process.users.has_value()) return process.mm;
  Users& users = *process.users;
  std::uint32_t seen = users.state.Load(ksync::relaxed);
  while ((seen & kLives) != 0) {
    // Order: acquire, so that a user sees what the process was made of.
    if (users.state.CompareExchange(seen, seen + 1, ksync::acquire, ksync::relaxed)) {
      return users.mm.Read();
    }
  }
  return nullptr;
}

void Processes::Put(std::uint32_t number, Mm& mm) {
  Process& process = all_[number];
  if (!process.users.has_value()) return;
  // Order: acq_rel, so that who ends the address space comes after all that used it; and whoever is
  // born under this number next, after that.
  const std::uint32_t before = process.users->state.FetchSub(1, ksync::acq_rel);
  if (before == 1) Release(mm);
}

// The reference that the process had is the caller's then.
bool Processes::Exit(std::uint32_t number) {
  Process& process = all_[number];
  if (!process.users.has_value()) {
    if (process.mm == nullptr) return false;
    Mm& mm = *process.mm;
    process.mm = nullptr;
    Release(mm);
    return true;
  }
  Users& users = *process.users;
  std::uint32_t seen = users.state.Load(ksync::relaxed);
  while ((seen & kLives) != 0) {
    // Order: acquire, as in Get().
    if (!users.state.CompareExchange(seen, seen & ~kLives, ksync::acquire, ksync::relaxed))
      continue;
    Mm& mm = *users.mm.Read();
    Put(number, mm);
    return true;
  }
  return false;
}

// Order: acquire, so that the new process comes after the last user of the one before.
bool Processes::ClaimNumber(Users& users) {
  std::uint32_t nobodys = 0;
  return users.state.CompareExchange(nobodys, kIsBorn, ksync::acquire, ksync::relaxed);
}

// Order: release, for Get().
void Processes::Publish(Users& users, Mm* mm) {
  users.mm.Write(mm);
  users.state.Store(mm == nullptr ? 0 : kLives | 1, ksync::release);
}

void Processes::Attach(Mm* mm) const {
  if (on_task_list_ && mm != nullptr) AttachTask(*mm);
}

void Processes::Release(Mm& mm) const {
  if (on_task_list_) DetachTask(mm);
  Mmput(mm);
}

}  // namespace rmap::inline KSYNC_BACKEND
