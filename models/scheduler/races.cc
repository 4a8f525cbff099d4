// The race rule, field by field: a step races with what it does not see. See races.h for why the
// last accesses are enough.
#include "models/scheduler/races.h"

namespace models {

void Races::Start(ksync::LocationId field, const PlainAccess& maker, bool initialised) {
  if (field >= fields_.size()) fields_.resize(field + 1);
  fields_[field].write = maker;
  fields_[field].reads.clear();
  fields_[field].initialised = initialised;
}

std::optional<Race> Races::Read(ksync::LocationId field, const PlainAccess& access,
                                const View& view) {
  Field& f = fields_[field];
  if (!f.write.Before(access.thread, view)) return Race{f.write, true};
  for (PlainAccess& read : f.reads) {
    if (read.thread != access.thread) continue;
    read = access;
    return std::nullopt;
  }
  f.reads.push_back(access);
  return std::nullopt;
}

std::optional<Race> Races::Write(ksync::LocationId field, const PlainAccess& access,
                                 const View& view) {
  Field& f = fields_[field];
  if (!f.write.Before(access.thread, view)) return Race{f.write, true};
  for (const PlainAccess& read : f.reads) {
    if (!read.Before(access.thread, view)) return Race{read, false};
  }
  f.write = access;
  f.reads.clear();
  f.initialised = true;
  return std::nullopt;
}

}  // namespace models
