#include <array>
#include <limits>
#include <string_view>

#include <neve/base/error.hpp>
#include <neve/model/model_output.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"
#include "rest/tree_text.hpp"

namespace neve::rest {

enum class PlainLanguageRules : std::uint8_t { automatic, yes, no };

}  // namespace neve::rest

template <>
struct neve::schema::EnumText<neve::rest::PlainLanguageRules> {
  static constexpr std::string_view name = "TreeTreeHandlerPlainLanguageRules";
  static constexpr std::array<std::string_view, 3> values = {"AUTO", "TRUE", "FALSE"};
};

namespace neve::rest::endpoints {
namespace {

/// A tree as arrays with a place for each node: by levels, each from the left.
struct TreeV3 {
  schema::ModelRef model;
  std::int32_t tree_number = 0;
  std::optional<std::string> tree_class;
  PlainLanguageRules plain_language_rules = PlainLanguageRules::automatic;
  std::vector<std::int32_t> left_children;
  std::vector<std::int32_t> right_children;
  std::int32_t root_node_id = 0;
  std::vector<float> thresholds;
  std::vector<std::optional<std::string>> features;
  std::vector<std::optional<std::string>> nas;
  std::vector<std::string> descriptions;
  std::vector<std::optional<std::vector<std::int32_t>>> levels;
  std::vector<float> predictions;
  std::optional<std::string> tree_decision_path;
  std::optional<std::vector<std::optional<std::string>>> decision_paths;
  static const schema::Schema& schema() {
    using T = TreeV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("TreeV3", "Iced")
            .field<&T::model>("Model that the tree belongs to.")
            .input()
            .required()
            .field<&T::tree_number>("Which of its trees, counted from 0.")
            .input()
            .required()
            .field<&T::tree_class>("The class of the response that the tree is for.")
            .inout()
            .field<&T::plain_language_rules>(
                "Whether to put the tree into words; AUTO does so for fewer than 256 nodes.")
            .input()
            .field<&T::left_children>("Numbers of left children, -1 for leaves.")
            .field<&T::right_children>("Numbers of right children, -1 for leaves.")
            .field<&T::root_node_id>("Number of the root.")
            .field<&T::thresholds>("Numbers from here on go right; NaN where levels are tested.")
            .field<&T::features>("Columns that are tested.")
            .field<&T::nas>("Where missing values go, LEFT or RIGHT.")
            .field<&T::descriptions>("What each node is.")
            .field<&T::levels>("Codes of the levels that come from the parent.")
            .field<&T::predictions>("Values of leaves, and means of the leaves below other nodes.")
            .field<&T::tree_decision_path>("The tree as rules.")
            .field<&T::decision_paths>("The tests on the way to each leaf.");
    return kSchema;
  }
};

void add_node(const model::TreeView& view, const model::ColumnRoles& roles,
              const model::TreeView::Node& node, TreeV3& out) {
  const auto id_of = [&](std::int32_t place) {
    return place < 0 ? -1 : view.nodes[static_cast<std::size_t>(place)].id;
  };
  out.left_children.push_back(id_of(node.left));
  out.right_children.push_back(id_of(node.right));
  out.predictions.push_back(node.value);
  out.levels.emplace_back();
  if (!node.levels.empty()) out.levels.back() = node.levels;
  out.features.emplace_back();
  out.nas.emplace_back();
  const bool tests = node.column >= 0;
  out.thresholds.push_back(tests ? node.threshold : std::numeric_limits<float>::quiet_NaN());
  if (tests) out.features.back() = roles.predictors[static_cast<std::size_t>(node.column)];
  if (node.missing_right) out.nas.back() = *node.missing_right ? "RIGHT" : "LEFT";
}

TreeV3 show_tree(Call& call, const TreeV3& request) {
  const model::ModelPtr model = call.services.models->require(request.model.name, "model");
  const auto view = model->tree(request.tree_number, request.tree_class.value_or(""));
  if (!view) {
    throw InputError::illegal_argument("Given model is not tree-based: " + request.model.name + ".",
                                       {{"model", request.model.name}});
  }
  constexpr std::size_t kManyNodes = 256;
  const bool in_words = request.plain_language_rules == PlainLanguageRules::yes ||
                        (request.plain_language_rules == PlainLanguageRules::automatic &&
                         view->nodes.size() < kManyNodes);
  TreeV3 answer = request;
  answer.tree_class = view->tree_class;
  answer.root_node_id = view->nodes.front().id;
  for (const auto& node : view->nodes) add_node(*view, model->header.roles, node, answer);
  const TreeText text(*view, model->header.roles);
  answer.descriptions = text.descriptions();
  if (!in_words) return answer;
  answer.tree_decision_path = text.rules();
  answer.decision_paths = text.paths();
  return answer;
}

}  // namespace

const Resource& tree();
const Resource& tree() {
  static const Resource kResource = {
      {route("GET", "/3/Tree", "get_tree", "Describes a tree of a model.", &show_tree)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
