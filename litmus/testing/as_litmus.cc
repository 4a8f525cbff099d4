// One statement for each operation. A forward skip becomes an `if` around what it skips, so the
// open ones are counted down.
#include "litmus/testing/as_litmus.h"

#include <vector>

#include "absl/strings/str_cat.h"

namespace litmus {
namespace {

using models::testing::Operation;
using models::testing::Order;
using models::testing::Program;
using models::testing::Thread;
using models::testing::Value;

std::string RegisterName(int reg) { return absl::StrCat("r", reg); }
std::string MutexName(int mutex) { return mutex == 0 ? "m" : "n"; }

std::string ValueText(const Value& value) {
  if (value.reg < 0) return absl::StrCat(value.constant);
  return absl::StrCat(RegisterName(value.reg), " + ", value.constant);
}

std::string OrderText(Order order) {
  switch (order) {
    case Order::kRelaxed:
      return "memory_order_relaxed";
    case Order::kAcquire:
      return "memory_order_acquire";
    case Order::kRelease:
      return "memory_order_release";
    case Order::kAcqRel:
      return "memory_order_acq_rel";
    case Order::kSeqCst:
      break;
  }
  return "memory_order_seq_cst";
}

std::string CompareExchangeText(const Operation& operation) {
  const std::string reg = RegisterName(operation.reg);
  return absl::StrCat(reg, " = ", operation.expected, "; atomic_compare_exchange_strong_explicit(",
                      LocationName(operation.location), ", &", reg, ", ",
                      ValueText(operation.value), ", ", OrderText(operation.order), ", ",
                      OrderText(operation.failure), ");");
}

// Returns: the statement; nothing if there is none.
std::optional<std::string> StatementText(const Operation& operation) {
  const std::string place = LocationName(operation.location);
  const std::string order = OrderText(operation.order);
  const std::string filled = absl::StrCat(RegisterName(operation.reg), " = ");
  const std::string value = ValueText(operation.value);
  switch (operation.kind) {
    case Operation::Kind::kLoad:
      return absl::StrCat(filled, "atomic_load_explicit(", place, ", ", order, ");");
    case Operation::Kind::kStore:
      return absl::StrCat("atomic_store_explicit(", place, ", ", value, ", ", order, ");");
    case Operation::Kind::kFetchAdd:
      return absl::StrCat(filled, "atomic_fetch_add_explicit(", place, ", ", value, ", ", order,
                          ");");
    case Operation::Kind::kExchange:
      return absl::StrCat(filled, "atomic_exchange_explicit(", place, ", ", value, ", ", order,
                          ");");
    case Operation::Kind::kCompareExchange:
      return CompareExchangeText(operation);
    case Operation::Kind::kFence:
      return absl::StrCat("atomic_thread_fence(", order, ");");
    case Operation::Kind::kPlainLoad:
      return absl::StrCat(filled, "*", place, ";");
    case Operation::Kind::kPlainStore:
      return absl::StrCat("*", place, " = ", value, ";");
    case Operation::Kind::kLock:
      return absl::StrCat("lock(", MutexName(operation.location), ");");
    case Operation::Kind::kUnlock:
      return absl::StrCat("unlock(", MutexName(operation.location), ");");
    case Operation::Kind::kSkipIfEqual:
      return absl::StrCat("if (", RegisterName(operation.reg), " != ", operation.expected, ") {");
    default:
      return std::nullopt;
  }
}

bool AppendBody(const Thread& thread, std::string& text) {
  std::vector<int> skips;  // How many operations each open `if` is still around.
  for (const Operation& operation : thread) {
    const std::optional<std::string> statement = StatementText(operation);
    if (!statement.has_value()) return false;
    absl::StrAppend(&text, "  ", *statement, "\n");
    for (int& skip : skips) --skip;
    if (operation.kind == Operation::Kind::kSkipIfEqual) skips.push_back(operation.skip);
    for (; !skips.empty() && skips.back() == 0; skips.pop_back()) absl::StrAppend(&text, "  }\n");
  }
  return true;
}

}  // namespace

std::string LocationName(int location) { return std::string(1, "xyzw"[location]); }

std::optional<std::string> AsLitmus(const Program& program) {
  std::string parameters;
  for (int i = 0; i < program.locations(); ++i) {
    absl::StrAppend(&parameters, parameters.empty() ? "" : ", ", "atomic_int *", LocationName(i));
  }
  for (int i = 0; i < program.mutexes(); ++i) {
    absl::StrAppend(&parameters, parameters.empty() ? "" : ", ", "mtx_t *", MutexName(i));
  }
  std::string text = "C random\n{}\n";
  for (std::size_t i = 0; i < program.threads.size(); ++i) {
    absl::StrAppend(&text, "P", i, "(", parameters, ") {\n");
    if (!AppendBody(program.threads[i], text)) return std::nullopt;
    absl::StrAppend(&text, "}\n");
  }
  return text;
}

}  // namespace litmus
