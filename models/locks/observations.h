// What was seen of locks and of fields, in any number of executions of any number of programs.
//
// Two tables. An Edge says: a lock of this class was held when one of that class was asked for. A
// FieldAccess says: this field was accessed while these locks were held. Each row is one way in
// which that happened (modes, places), how many executions have it, and the first one as a replay.
//
// What real threads did can be added to the edges (AddRealEdge, lock_order.h). It is no execution:
// it counts nowhere, and can refute, but not bear out.
//
// Instances count. A lock guards a location if it is the same lock at all accesses of the
// location's life; a lock of the same class that is another one is `other`, and guards nothing.
//
// Which accesses count: those that another thread's access of the same life could meet, one of the
// two a write. Not those that threads' starts and ends keep apart, nor those of an object that only
// its maker knew, whatever was held: nothing needs a lock there.
//
// What it does not do: judge. Source: LockDoc (Lochmann et al., EuroSys 2019) for the table of
// accesses by locks held; Eraser (Savage et al., TOCS 1997) for instances and for "not yet shared".
#ifndef RMAPCHECK_MODELS_LOCKS_OBSERVATIONS_H_
#define RMAPCHECK_MODELS_LOCKS_OBSERVATIONS_H_

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/sync/hooks.h"
#include "models/report/replay.h"

namespace models {

using ClassId = std::uint8_t;
using ClassMask = std::uint32_t;  // A bit for each class.
inline constexpr ClassId kClassesMax = 31;
inline constexpr ClassId kRcu = 31;  // In an Edge: "inside a read-side section".

constexpr ClassMask MaskOf(ClassId id) { return ClassMask{1} << id; }

struct SeenClass {
  std::string name;
  int rank = 0;
  bool sleeps = false;
  bool writer_waits = false;  // Somebody asked for one exclusively, and would have waited.
  int together_max = 0;       // How many locks of the class one execution had.
  std::uint64_t taken = 0;    // In how many executions one was asked for, or got by trying.
  std::uint64_t latest = 0;   // The last of them, counting from 1.
};

// Why an access has a lock to itself, or shares it.
enum class HoldKind : std::uint8_t {
  kTaken,
  kLastUser,     // It was not taken: no other thread comes under it any more.
  kNotLastUser,  // So its thread says, but another one does.
};

// A lock as it was held at an access.
struct Hold {
  ClassId lock_class;
  ksync::LockMode mode;
  bool other = false;  // Not the lock that guards this location.
  HoldKind kind = HoldKind::kTaken;

  friend auto operator<=>(const Hold&, const Hold&) = default;
  template <typename Hash>
  friend Hash AbslHashValue(Hash hash, const Hold& hold) {
    return Hash::combine(std::move(hash), hold.lock_class, hold.mode, hold.other, hold.kind);
  }
};
using Holds = std::vector<Hold>;  // Sorted, each once.

// An execution in which something was seen, to be run again.
struct Witness {
  std::shared_ptr<const Replay> execution;  // Null: it was seen in unfinished executions only.
  std::string sentence;                     // What there is to be seen, with places.

  // Returns: the replay that shows it.
  Replay ToReplay() const;
};

// How often a row was seen, and where.
struct Seen {
  std::uint64_t executions = 0;
  std::uint64_t latest = 0;  // The last of them, counting from 1.
  Witness witness = {};
};

// Where real threads took two locks, in the words of whoever watched them: "fork.cc:35".
struct RealPlaces {
  std::string held_at;
  std::string taken_at;
};

struct Edge {
  ClassId held;
  ClassId taken;
  ksync::LockMode held_mode;
  ksync::LockMode taken_mode;
  bool tried;
  ksync::Nesting nesting;
  ksync::Site held_at;
  ksync::Site taken_at;
  // Of these classes another lock was held exclusively, each time: it keeps two threads apart.
  ClassMask gates = ~ClassMask{0};
  Seen seen = {};
  // Not seen in an execution, but on real threads: no sites, no gates, no execution to run again.
  std::optional<RealPlaces> real = {};

  auto Key() const {
    return std::tuple(held, taken, held_mode, taken_mode, tried, nesting, held_at, taken_at,
                      real.has_value());
  }
};

struct FieldAccess {
  int field;
  bool writes;
  Holds holds;
  ksync::Site site;
  Seen seen = {};

  auto Key() const { return std::tuple(field, writes, holds, site); }
};

// Two locks of one class, each asked for under the other in one execution.
struct Inversion {
  Edge first;
  Edge second;
  // In each execution some lock of these classes was held both times: it keeps two threads apart.
  ClassMask gates = ~ClassMask{0};

  auto Key() const { return std::tuple(first.Key(), second.Key()); }
};

// Two accesses that no lock kept apart.
struct Clash {
  int field;
  ksync::Site first;
  ksync::Site second;
  ClassMask reader;  // Of which classes the one that reads holds a lock; 0 if both write.
  Seen seen = {};

  auto Key() const { return std::tuple(field, first, second, reader); }
};

// Two accesses that could meet, as far as locks go.
struct Meeting {
  ClassMask reader;  // As in Clash.
  ClassMask common;  // Of which classes they have a lock in common, one of the two exclusively.
  std::uint64_t executions = 0;  // That have two such.
  std::uint64_t latest = 0;      // The last of them, counting from 1.
};

struct SeenField {
  std::string name;
  std::vector<Meeting> meetings = {};  // Each once.

  // Returns: the meeting of the same locks, which is added if there is none.
  Meeting& MeetingLike(const Meeting& meeting);
};

// Rows of a table, found by what makes them different.
template <typename Row>
class Rows {
 public:
  // Returns: the row like `row`, which is added if there is none.
  Row& At(const Row& row) {
    const auto [known, added] = index_.try_emplace(row.Key(), rows_.size());
    if (added) rows_.push_back(row);
    return rows_[known->second];
  }
  const std::vector<Row>& all() const { return rows_; }

 private:
  std::vector<Row> rows_;
  absl::flat_hash_map<decltype(std::declval<Row>().Key()), std::size_t> index_;
};

class Observations {
 public:
  // Returns: the number of a class or field, given when it is first met.
  ClassId ClassOf(const ksync::LockClass& lock_class);
  // Likewise of a class of which no more is known than its name.
  ClassId ClassNamed(const std::string& name);
  int FieldOf(const char* name);

  SeenClass& lock_class(ClassId id) { return classes_[id]; }
  SeenField& field(int id) { return fields_[id]; }
  const std::vector<SeenClass>& classes() const { return classes_; }
  const std::vector<SeenField>& fields() const { return fields_; }
  // Returns: the class or field of that name; nothing if none was met.
  std::optional<ClassId> FindClass(const std::string& name) const;
  std::optional<int> FindField(const std::string& name) const;

  Rows<Edge> edges;
  Rows<Inversion> inversions;
  Rows<FieldAccess> accesses;
  Rows<Clash> clashes;
  std::uint64_t executions = 0;
  bool is_sample = false;  // There are executions that were not run.

  // Returns: how many rows and meetings there are. What shows nothing new adds none.
  std::size_t Size() const;

 private:
  std::vector<SeenClass> classes_;
  std::vector<SeenField> fields_;
  absl::flat_hash_map<const ksync::LockClass*, ClassId> known_classes_;
  absl::flat_hash_map<const char*, int> known_names_;
};

// Returns: "mmap_sem(W), another page lock(R)"; "nothing" if there is none.
std::string HoldsText(const Observations& seen, const Holds& holds);
// Returns: "W" or "R".
const char* ModeText(ksync::LockMode mode);

}  // namespace models

#endif  // RMAPCHECK_MODELS_LOCKS_OBSERVATIONS_H_
