// Sets of events and relations between them, as bits: an event is a number below 64, a set one
// word, a relation one word for each event, the set of those it is related to. With the operators
// of this file an axiom reads as in the papers:
//
//   here                the papers        here              the papers
//   a | b, a & b, a - b the same, a \ b   Inverse(a)        a^-1
//   a * b               a ; b             OrSelf(a)         a?
//   Within(s)           [s]               Plus(a), Star(a)  a+, a*
//
// What it does not do: know what an event is.
#ifndef RMAPCHECK_LITMUS_LKMM_RELATION_H_
#define RMAPCHECK_LITMUS_LKMM_RELATION_H_

#include <array>
#include <cstdint>

namespace lkmm {

inline constexpr int kEventsMax = 64;

using EventSet = std::uint64_t;

constexpr EventSet Only(int event) { return EventSet{1} << event; }
constexpr bool Contains(EventSet set, int event) { return (set >> event & 1) != 0; }

class Relation {
 public:
  Relation() : rows_{} {}
  // Each of `from` to each of `to`.
  static Relation Product(EventSet from, EventSet to);

  bool Has(int from, int to) const { return Contains(rows_[from], to); }
  void Add(int from, int to) { rows_[from] |= Only(to); }
  EventSet After(int event) const { return rows_[event]; }
  void AddAfter(int event, EventSet set) { rows_[event] |= set; }

  bool IsEmpty() const;
  bool IsIrreflexive() const;
  EventSet Domain() const;
  EventSet Range() const;

  bool operator==(const Relation& other) const { return rows_ == other.rows_; }
  Relation& operator|=(const Relation& other);
  friend Relation operator|(const Relation& a, const Relation& b);
  friend Relation operator&(const Relation& a, const Relation& b);
  friend Relation operator-(const Relation& a, const Relation& b);
  friend Relation operator*(const Relation& a, const Relation& b);

 private:
  std::array<EventSet, kEventsMax> rows_;
};

Relation Within(EventSet set);
Relation Inverse(const Relation& relation);
Relation OrSelf(const Relation& relation);
Relation Plus(const Relation& relation);
Relation Star(const Relation& relation);
bool IsAcyclic(const Relation& relation);

}  // namespace lkmm

#endif  // RMAPCHECK_LITMUS_LKMM_RELATION_H_
