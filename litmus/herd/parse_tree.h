// The tree that a parse leaves behind, as one flat array: a node is followed by its children.
//
// PEGTL's own tree allocates a node for every rule it tries, most of which fail; over thousands of
// small files that is most of the time. Here a rule that fails only shortens the array again.
//
// What it does not do: own the text. Requires: the text outlives the tree.
#ifndef RMAPCHECK_LITMUS_HERD_PARSE_TREE_H_
#define RMAPCHECK_LITMUS_HERD_PARSE_TREE_H_

#include <cstddef>
#include <string_view>
#include <tao/pegtl.hpp>
#include <vector>

#include "litmus/herd/litmus_test.h"

namespace herd {

// Rules inside each other, at most: the parser and everybody behind it recurse. About 300
// parentheses.
inline constexpr std::size_t kDepthMax = 5'000;

// The identity of a rule: the address of its tag.
template <typename Rule>
inline constexpr char kTag = 0;

struct ParseNode {
  const char* rule = nullptr;
  std::string_view text;
  Position at;
  std::size_t end = 0;  // Of its descendants, as an index.
};

class ParseTree {
 public:
  // Called by the parser, in the order of a depth-first walk --------------------------------------
  void Open(const char* rule, const char* begin, Position at) {
    marks_.push_back(nodes_.size());
    nodes_.push_back({rule, std::string_view(begin, 0), at, 0});
  }
  void Mark() { marks_.push_back(nodes_.size()); }
  void Close(const char* end) {
    ParseNode& node = nodes_[marks_.back()];
    node.text = std::string_view(node.text.data(), end - node.text.data());
    node.end = nodes_.size();
    marks_.pop_back();
  }
  void Keep() { marks_.pop_back(); }
  void Drop() {
    nodes_.resize(marks_.back());
    marks_.pop_back();
  }

  // Returns: how many rules are being tried inside each other.
  std::size_t depth() const { return marks_.size(); }
  const std::vector<ParseNode>& nodes() const { return nodes_; }

 private:
  std::vector<ParseNode> nodes_;
  std::vector<std::size_t> marks_;  // Where each rule that is being tried began.
};

// A node seen from outside: what it is, and a walk over its children.
class NodeView {
 public:
  NodeView(const std::vector<ParseNode>& nodes, std::size_t index)
      : nodes_(&nodes), index_(index) {}

  template <typename Rule>
  bool Is() const {
    return node().rule == &kTag<Rule>;
  }
  std::string_view text() const { return node().text; }
  Position at() const { return node().at; }

  // Returns: its children, in the order of the text.
  std::vector<NodeView> Children() const {
    std::vector<NodeView> children;
    for (std::size_t i = index_ + 1; i < node().end; i = (*nodes_)[i].end) {
      children.emplace_back(*nodes_, i);
    }
    return children;
  }

 private:
  const ParseNode& node() const { return (*nodes_)[index_]; }

  const std::vector<ParseNode>* nodes_;
  std::size_t index_;
};

// Whether a rule only looks ahead. What it has seen is parsed again, so it leaves no nodes.
template <typename Rule>
inline constexpr bool kLooksAhead = false;
template <typename... Rules>
inline constexpr bool kLooksAhead<tao::pegtl::at<Rules...>> = true;

// Whether a rule is a node, or may leave some: false only if none of its parts does, as far as one
// looks. Blanks and tokens are most of what is tried, and leave none.
template <typename Nodes, typename Rule, int kLook>
struct MayLeaveNodes;

template <typename Nodes, typename Rules, int kLook>
struct SomeMayLeaveNodes;
template <typename Nodes, typename... Rules, int kLook>
struct SomeMayLeaveNodes<Nodes, tao::pegtl::type_list<Rules...>, kLook> {
  static constexpr bool value = (MayLeaveNodes<Nodes, Rules, kLook>::value || ...);
};

template <typename Nodes, typename Rule, int kLook>
struct MayLeaveNodes {
  static constexpr bool value = Nodes::template contains<Rule> ||
                                SomeMayLeaveNodes<Nodes, typename Rule::subs_t, kLook - 1>::value;
};
template <typename Nodes, typename Rule>
struct MayLeaveNodes<Nodes, Rule, 0> {
  static constexpr bool value = true;
};

// Joins PEGTL to the tree: `Nodes` has a member `contains<Rule>`, `Errors` is that of must_if.
template <typename Nodes, typename Errors>
struct TreeControl {
  template <typename Rule>
  using Base =
      typename tao::pegtl::must_if<Errors, tao::pegtl::normal, false>::template control<Rule>;

  template <typename Rule>
  struct type : Base<Rule> {
    static constexpr bool kIsNode = Nodes::template contains<Rule>;
    static constexpr bool kIsMarked = MayLeaveNodes<Nodes, Rule, 6>::value;

    template <typename Input>
    static void start(const Input& in, ParseTree& tree) {
      if constexpr (kIsMarked) {
        if (tree.depth() > kDepthMax) throw tao::pegtl::parse_error("less nesting", in);
        const auto& at = in.iterator();
        const Position position = {static_cast<int>(at.line), static_cast<int>(at.column)};
        kIsNode ? tree.Open(&kTag<Rule>, at.data, position) : tree.Mark();
      }
    }
    template <typename Input>
    static void success(const Input& in, ParseTree& tree) {
      if constexpr (kIsNode) {
        tree.Close(in.current());
      } else if constexpr (kIsMarked && kLooksAhead<Rule>) {
        tree.Drop();
      } else if constexpr (kIsMarked) {
        tree.Keep();
      }
    }
    template <typename Input>
    static void failure(const Input&, ParseTree& tree) {
      if constexpr (kIsMarked) tree.Drop();
    }
  };
};

}  // namespace herd

#endif  // RMAPCHECK_LITMUS_HERD_PARSE_TREE_H_
