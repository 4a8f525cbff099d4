// How a story calls the fields, locks, objects and values of one execution.
//
// Many objects of one type live in a program, and their fields share a name. Where they do, the
// object gets a number, in the order in which the objects were made: "vma#2.vm_start",
// "mmap_sem#1". Pointers are values: one that leads to an object is shown as that object, "&vma#2".
#ifndef RMAPCHECK_MODELS_REPORT_LABELS_H_
#define RMAPCHECK_MODELS_REPORT_LABELS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/graph/execution_graph.h"
#include "models/graph/names.h"

namespace models {

class Labels {
 public:
  Labels(const ExecutionGraph& graph, const Names& names);

  // Returns: "vma#2.vm_start", or "mmap_sem" if there is only one.
  std::string Location(LocationId id) const;
  // Returns: "free", "held", "shared by 2" for a lock; "&vma#2" for a pointer; else a number.
  std::string Value(LocationId of, std::uint64_t value) const;
  bool IsLock(LocationId id) const;

 private:
  // The object that a field belongs to, or the field itself if it stands alone.
  std::string Object(LocationId id) const;
  std::string Number(LocationId id) const;
  std::string Pointee(std::uint64_t address) const;

  const Names& names_;
  std::vector<int> ordinals_;          // By location: how manyeth of its name.
  std::map<std::string, int> counts_;  // By name.
  std::map<std::uint64_t, LocationId> by_address_;
};

// Returns: the name of a function without its namespaces, parameters and result; "F lambda" for a
// lambda in F.
std::string ShortFunction(const std::string& signature);

}  // namespace models

#endif  // RMAPCHECK_MODELS_REPORT_LABELS_H_
