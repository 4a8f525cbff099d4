// Numbers for things of one name, and the way back from an address to the thing that lives there.
// An object is found by its first field: that is the nearest location at or behind the pointer.
#include "models/report/labels.h"

#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace models {
namespace {

// How far behind the start of an object its first field may lie.
constexpr std::uint64_t kFirstFieldMax = 64;
// Below this nothing is a pointer.
constexpr std::uint64_t kAddressMin = 1 << 20;

// Where the field's own name begins, its dot or arrow included; npos if it stands alone.
std::size_t FieldPart(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? name.find("->") : dot;
}

std::string PlainNumber(std::uint64_t value) {
  constexpr std::uint64_t kSmallestNegativeInt = 0xffff0000;
  if (value >= kSmallestNegativeInt && value <= 0xffffffff) {
    return absl::StrCat(static_cast<std::int32_t>(value));
  }
  if (value > 0xffffffff) return absl::StrCat("0x", absl::Hex(value));
  return absl::StrCat(value);
}

}  // namespace

Labels::Labels(const ExecutionGraph& graph, const Names& names)
    : names_(names), ordinals_(graph.location_count()) {
  for (LocationId id = 1; id < graph.location_count(); ++id) {
    ordinals_[id] = ++counts_[names_.LocationName(id)];
    const auto address = reinterpret_cast<std::uint64_t>(names_.location(id).info.address);
    if (address >= kAddressMin) by_address_[address] = id;
  }
}

std::string Labels::Number(LocationId id) const {
  if (id >= ordinals_.size()) return "";
  const auto count = counts_.find(names_.LocationName(id));
  if (count == counts_.end() || count->second == 1) return "";
  return absl::StrCat("#", ordinals_[id]);
}

std::string Labels::Location(LocationId id) const {
  const std::string name = names_.LocationName(id);
  const std::size_t field = FieldPart(name);
  if (field == std::string::npos) return name + Number(id);
  return name.substr(0, field) + Number(id) + name.substr(field);
}

std::string Labels::Object(LocationId id) const {
  const std::string name = names_.LocationName(id);
  return name.substr(0, FieldPart(name)) + Number(id);
}

bool Labels::IsLock(LocationId id) const {
  return id != 0 && names_.location(id).info.kind == ksync::LocationKind::kLock;
}

std::string Labels::Pointee(std::uint64_t address) const {
  const auto next = by_address_.lower_bound(address);
  if (next == by_address_.end() || next->first - address > kFirstFieldMax) return "";
  return absl::StrCat("&", Object(next->second));
}

std::string Labels::Value(LocationId of, std::uint64_t value) const {
  if (IsLock(of)) {
    if (value == 0) return "free";
    return value == kHeldExclusively ? "held" : absl::StrCat("shared by ", value);
  }
  if (value < kAddressMin) return PlainNumber(value);
  // Kernel code keeps flags in the low bits of pointers.
  const std::uint64_t flags = value & 7;
  const std::string pointee = Pointee(value - flags);
  if (pointee.empty()) return PlainNumber(value);
  return flags == 0 ? pointee : absl::StrCat(pointee, "|", flags);
}

std::string ShortFunction(const std::string& signature) {
  std::string_view text = signature;
  text = text.substr(0, text.find(" [with "));
  const bool lambda = absl::StrContains(text, "<lambda") || absl::StrContains(text, "(lambda");
  // The parameter list is the first parenthesis that opens none of the compilers' own notes.
  std::size_t end = 0;
  while (end < text.size()) {
    end = text.find('(', end);
    if (end == std::string_view::npos) break;
    if (!absl::StartsWith(text.substr(end), "(anonymous")) break;
    end = text.find(')', end);
  }
  text = text.substr(0, end);
  int depth = 0;
  std::size_t begin = text.size();
  for (; begin > 0; --begin) {
    const char c = text[begin - 1];
    depth += (c == '>') - (c == '<');
    if (depth == 0 && (c == ' ' || c == ':' || c == '*' || c == '&')) break;
  }
  return absl::StrCat(text.substr(begin), lambda ? " lambda" : "");
}

}  // namespace models
