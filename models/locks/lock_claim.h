// Claims about locks, as a file says them: one a line, and where it is taken from.
//
//   order mmap_sem > page lock > i_mmap_lock     -- mm/rmap.c
//   nest mmap_sem                                -- kernel/fork.c
//   lock anon_vma->lock sleeps from G6           -- 2b575eb64f7a
//   field vma.vm_start: write mmap_sem(W); read mmap_sem(R) or anon_vma->lock
//   field vma.vm_start: no common lock from G1 until G4
//
//   order A > B     B is asked for while A is held, and never the other way round; a trylock may
//   nest A          who holds an A and takes another says so, by a ksync::Nesting
//   lock A sleeps   (spins) who waits for an A sleeps
//   field F: ...    what is held at every write and every read of F: (W) exclusively, (R) in either
//                   mode; without either, a write is held to W, a read to R. `nothing`: no lock.
//                   `last user`: in place of a lock under which no other thread comes any more
//   field F: common lock      any two accesses of one F that could meet, one of them a write, hold
//                             one lock in common, one of the two exclusively
//   field F: common lock for readers with A    likewise, of a write and a read under an A
//
// Behind a claim may stand the kernels it is about: `from G5`, `until G4`, both, or `G1 only`; and
// then `with KH-109` or `without KH-109`, a repair. `#` begins a remark.
//
// A line that is not understood is a Mistake, and does not keep the others from being read.
// What it does not do: know which locks and kernels there are; it is told.
#ifndef RMAPCHECK_MODELS_LOCKS_LOCK_CLAIM_H_
#define RMAPCHECK_MODELS_LOCKS_LOCK_CLAIM_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/sync/hooks.h"

namespace models {

// What stands in a rule in place of a lock: whoever says so (AssertLastUser) is the last to use the
// lock that guards the field.
inline constexpr char kLastUser[] = "last user";

// A lock that must be held, in this mode or exclusively.
struct Need {
  std::string lock;
  ksync::LockMode mode = ksync::LockMode::kShared;

  friend bool operator==(const Need&, const Need&) = default;
};

// What must be held: all needs of one of the ways. A way without needs is "nothing".
struct LockRule {
  std::vector<std::vector<Need>> ways;

  // Returns: as a claim would write it.
  std::string Text() const;
};

enum class LockClaimKind { kOrder, kNest, kWaits, kField, kCommon };

struct LockClaim {
  int line = 0;
  std::string text;    // As written, without source and remark.
  std::string source;  // "" if none is given.
  LockClaimKind kind = LockClaimKind::kOrder;
  std::vector<std::string> locks;  // kOrder: outermost first; kNest, kWaits: one.
  std::string field;               // kField, kCommon.
  std::optional<LockRule> write;   // kField.
  std::optional<LockRule> read;
  bool says_yes = true;      // kWaits: sleeps; kCommon: there is one.
  std::string readers_with;  // kCommon: "" for all.
  // As indices of Vocabulary::generations.
  int from = 0;
  int until = 0;
  std::string repair;  // "" if it is about kernels with and without any.
  bool repaired = true;
};

struct ClaimMistake {
  int line = 0;
  int column = 0;
  std::string text;     // The line.
  std::string message;  // What is wrong, and the mend.
};

// The words there are. Where `fields` is empty, every field is one.
struct LockVocabulary {
  std::vector<std::string> locks;
  std::vector<std::string> generations;  // Oldest first.
  std::vector<std::string> repairs = {};
  std::vector<std::string> fields = {};
  // Returns: what to write in place of a word that is not among those; null: all are told.
  std::function<std::string(const std::string& word, const std::vector<std::string>& known)> mend =
      nullptr;
};

struct LockClaims {
  std::vector<LockClaim> claims;
  std::vector<ClaimMistake> mistakes;
};

// At most 10,000 lines are read.
LockClaims ParseLockClaims(std::string_view text, const LockVocabulary& vocabulary);

// Returns: what somebody wrote, as it may be told: cut, and printable.
std::string ShownText(std::string_view text);

}  // namespace models

#endif  // RMAPCHECK_MODELS_LOCKS_LOCK_CLAIM_H_
