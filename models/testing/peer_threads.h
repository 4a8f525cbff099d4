// The threads of a peer program: created one by one, joined in the order of creation.
//
// Invariant: declared after everything that the threads touch, so that it is destroyed before.
#ifndef RMAPCHECK_MODELS_TESTING_PEER_THREADS_H_
#define RMAPCHECK_MODELS_TESTING_PEER_THREADS_H_

#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "core/sync/sync.h"

namespace models::testing {

class PeerThreads {
 public:
  PeerThreads() = default;
  ~PeerThreads() { JoinAll(); }
  PeerThreads(const PeerThreads&) = delete;
  PeerThreads& operator=(const PeerThreads&) = delete;

  void Start(std::function<void()> body) { threads_[count_++].emplace(std::move(body)); }
  // Starts body(0) to body(count - 1); the argument travels in the closure.
  template <typename Body>
  void StartEach(int count, Body body) {
    for (int i = 0; i < count; ++i) Start([body, i] { body(i); });
  }
  // The same, but the argument travels through shared memory, as the peer's programs have it: main
  // writes it before the creation, and to read it is the first thing that the thread does.
  template <typename Body>
  void StartEachThroughMemory(int count, Body body) {
    for (int i = 0; i < count; ++i) {
      ksync::Plain<int>& argument = arguments_[i].emplace(0, "argument");
      argument.Write(i);
      Start([body, &argument] { body(argument.Read()); });
    }
  }
  // Joins the i-th thread that was started.
  void Join(int i) { threads_[i].reset(); }
  void JoinAll() {
    for (int i = 0; i < count_; ++i) Join(i);
  }

 private:
  static constexpr int kMax = 24;

  std::array<std::optional<ksync::Plain<int>>, kMax> arguments_;
  std::array<std::optional<ksync::Thread>, kMax> threads_;
  int count_ = 0;
};

}  // namespace models::testing

#endif  // RMAPCHECK_MODELS_TESTING_PEER_THREADS_H_
