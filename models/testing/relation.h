// Relations over a handful of events as bit matrices, with the operators of the papers.
//
// `|`, `&` and `-` are those of sets; `>>` is composition, the papers' `;`. It binds tighter than
// `&` and `|`, as there, but looser than `-`.
#ifndef RMAPCHECK_MODELS_TESTING_RELATION_H_
#define RMAPCHECK_MODELS_TESTING_RELATION_H_

#include <array>
#include <cstdint>

namespace models::testing {

inline constexpr int kMaxEvents = 64;

// A relation over events 0..size-1: bit b of row a tells whether (a, b) is in it.
class Relation {
 public:
  explicit Relation(int size = 0) : size_(size) {}
  // Returns: the identity.
  static Relation Identity(int size);

  void Resize(int size) { size_ = size; }
  void Add(int a, int b) { rows_[a] |= std::uint64_t{1} << b; }
  bool Has(int a, int b) const { return (rows_[a] >> b & 1) != 0; }
  bool IsEmpty() const;
  bool IsIrreflexive() const;
  bool IsAcyclic() const { return Plus().IsIrreflexive(); }

  Relation Inverse() const;
  Relation Optional() const { return *this | Identity(size_); }
  Relation Plus() const;
  Relation Star() const { return Plus().Optional(); }

  Relation operator|(const Relation& other) const;
  Relation operator&(const Relation& other) const;
  Relation operator-(const Relation& other) const;
  Relation operator>>(const Relation& other) const;

 private:
  int size_;
  std::array<std::uint64_t, kMaxEvents> rows_{};
};

}  // namespace models::testing

#endif  // RMAPCHECK_MODELS_TESTING_RELATION_H_
