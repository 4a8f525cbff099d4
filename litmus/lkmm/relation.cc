// The operators, row by row: a row of `a ; b` is the union of the rows of b that a's row names, so
// empty rows cost one look.
#include "litmus/lkmm/relation.h"

#include <bit>

namespace lkmm {
namespace {

// Calls `visit` with each event of the set.
template <typename Visit>
void ForEach(EventSet set, const Visit& visit) {
  for (; set != 0; set &= set - 1) visit(std::countr_zero(set));
}

}  // namespace

Relation Relation::Product(EventSet from, EventSet to) {
  Relation all;
  ForEach(from, [&](int event) { all.rows_[event] = to; });
  return all;
}

bool Relation::IsEmpty() const { return Range() == 0; }

bool Relation::IsIrreflexive() const {
  for (int event = 0; event < kEventsMax; ++event) {
    if (Has(event, event)) return false;
  }
  return true;
}

EventSet Relation::Domain() const {
  EventSet domain = 0;
  for (int event = 0; event < kEventsMax; ++event) {
    if (rows_[event] != 0) domain |= Only(event);
  }
  return domain;
}

EventSet Relation::Range() const {
  EventSet range = 0;
  for (EventSet row : rows_) range |= row;
  return range;
}

Relation& Relation::operator|=(const Relation& other) {
  for (int event = 0; event < kEventsMax; ++event) rows_[event] |= other.rows_[event];
  return *this;
}

Relation operator|(const Relation& a, const Relation& b) {
  Relation both = a;
  return both |= b;
}

Relation operator&(const Relation& a, const Relation& b) {
  Relation both;
  for (int event = 0; event < kEventsMax; ++event)
    both.rows_[event] = a.rows_[event] & b.rows_[event];
  return both;
}

Relation operator-(const Relation& a, const Relation& b) {
  Relation rest;
  for (int event = 0; event < kEventsMax; ++event) {
    rest.rows_[event] = a.rows_[event] & ~b.rows_[event];
  }
  return rest;
}

Relation operator*(const Relation& a, const Relation& b) {
  Relation through;
  for (int event = 0; event < kEventsMax; ++event) {
    EventSet& row = through.rows_[event];
    ForEach(a.rows_[event], [&](int middle) { row |= b.rows_[middle]; });
  }
  return through;
}

Relation Within(EventSet set) {
  Relation same;
  ForEach(set, [&](int event) { same.Add(event, event); });
  return same;
}

Relation Inverse(const Relation& relation) {
  Relation inverse;
  for (int event = 0; event < kEventsMax; ++event) {
    ForEach(relation.After(event), [&](int to) { inverse.Add(to, event); });
  }
  return inverse;
}

Relation OrSelf(const Relation& relation) { return relation | Within(~EventSet{0}); }

// Warshall: after step k, paths may go through the events up to k.
Relation Plus(const Relation& relation) {
  Relation paths = relation;
  for (int middle = 0; middle < kEventsMax; ++middle) {
    const EventSet after = paths.After(middle);
    if (after == 0) continue;
    for (int event = 0; event < kEventsMax; ++event) {
      if (paths.Has(event, middle)) paths.AddAfter(event, after);
    }
  }
  return paths;
}

Relation Star(const Relation& relation) { return OrSelf(Plus(relation)); }

bool IsAcyclic(const Relation& relation) { return Plus(relation).IsIrreflexive(); }

}  // namespace lkmm
