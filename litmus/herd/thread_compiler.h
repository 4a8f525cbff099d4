// Compiles the body of one thread. Part of the compiler; see compiler.h.
//
// An expression leaves its value in a register and returns which: a name its own, a constant one of
// its own, everything else a fresh one. Nothing is folded: the little there is to gain would be
// paid with a second evaluator.
#ifndef RMAPCHECK_LITMUS_HERD_THREAD_COMPILER_H_
#define RMAPCHECK_LITMUS_HERD_THREAD_COMPILER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "litmus/herd/code.h"
#include "litmus/herd/functions.h"
#include "litmus/herd/litmus_test.h"
#include "litmus/herd/names.h"

namespace herd {

class ThreadCompiler {
 public:
  // Requires: all outlive it.
  ThreadCompiler(const LitmusTest& test, const Thread& thread, const Globals& globals);

  // Throws: Rejected.
  ThreadCode Compile();

 private:
  // Where an access goes: to a register of the thread, or to the address that a register holds.
  struct Target {
    bool in_memory = false;
    Register place = 0;
  };
  struct Loop {
    std::vector<std::uint32_t> breaks;  // Jumps to be patched.
    std::vector<std::uint32_t> continues;
  };

  // Statements ------------------------------------------------------------------------------------
  void Do(const Statement& statement);
  void DoDeclaration(const Statement& statement);
  void DoIf(const Statement& statement);
  void DoLoop(const Statement& statement);

  // Expressions. Return: the register with the value. ---------------------------------------------
  Register Evaluate(const Expression& expression);
  Register EvaluateName(const Expression& expression);
  Register EvaluateUnary(const Expression& expression);
  Register EvaluateBinary(const Expression& expression);
  Register EvaluateLazily(const Expression& expression);
  Register EvaluateConditional(const Expression& expression);
  Register EvaluateAssign(const Expression& expression);
  Register EvaluateStep(const Expression& expression);
  Register EvaluateCall(const Expression& expression);
  Register EvaluateCompareExchange(const Function& function, const Expression& call);
  Register AddressOfOperand(const Expression& operand);
  Target FindTarget(const Expression& expression);
  Register Read(const Target& target);
  void Write(const Target& target, Register value);
  Register Combine(const std::string& op, Register left, Register right, Position at);

  void TakeOrders(const Function& function, const Expression& call, Instruction& to);

  // Pieces ----------------------------------------------------------------------------------------
  Register Constant(std::int64_t value);
  Register Fresh(std::int64_t value = 0);
  std::uint32_t Emit(const Instruction& instruction);
  std::uint32_t EmitJump(Op op, Register condition = 0);
  void PatchToHere(const std::vector<std::uint32_t>& jumps);
  std::uint32_t here() const { return static_cast<std::uint32_t>(code_.instructions.size()); }
  // Notes that what `address` may hold is accessed so. An address that is not a constant may be
  // that of any global.
  void NoteAccess(Register address, bool Access::*how);

  const LitmusTest& test_;
  const Thread& thread_;
  const Globals& globals_;
  ThreadCode code_;
  int line_ = 0;  // Of what is compiled.
  absl::flat_hash_map<std::string, Register> registers_;
  absl::flat_hash_map<std::int64_t, Register> constants_;
  absl::flat_hash_map<Register, std::int64_t> constant_values_;
  std::vector<Loop> loops_;
  std::vector<std::uint32_t> returns_;
};

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_THREAD_COMPILER_H_
