#include "algos/extendedisolationforest/extendedisolationforest_output.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace neve::algos::extendedisolationforest {
namespace {

using schema::Table;

constexpr std::size_t kFigures = 5;
constexpr std::array<const char*, kFigures> kFigureNames = {"depth", "leaves", "isolated_point",
                                                            "not_isolated_point", "zero_splits"};
using Figures = std::array<std::int64_t, kFigures>;

Figures figures_of(const PlaneTree& tree) {
  std::vector<std::int64_t> depths(tree.nodes.size());
  Figures made{};
  auto& [depth, leaves, alone, together, empty] = made;
  for (std::size_t at = 0; at < tree.nodes.size(); ++at) {
    const PlaneTree::Node& node = tree.nodes[at];
    depth = std::max(depth, depths[at]);
    if (!node.is_leaf()) {
      const auto left = static_cast<std::size_t>(node.left);
      depths[left] = depths[left + 1] = depths[at] + 1;
      continue;
    }
    ++leaves;
    if (node.rows == 0) ++empty;
    if (node.rows == 1) ++alone;
    if (node.rows > 1) together += node.rows;
  }
  return made;
}

Table::Column column(std::string name, std::string type) {
  return {.name = std::move(name), .type = std::move(type), .format = "%d"};
}

}  // namespace

const schema::Schema& ExtendedIsolationForestOutput::schema() {
  using O = ExtendedIsolationForestOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("ExtendedIsolationForestModelOutputV3",
                              "ExtendedIsolationForestOutput", "ModelOutputSchemaV3");
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

Table model_summary(const Parameters& parameters, std::uint64_t seed,
                    std::span<const PlaneTree> trees) {
  Table table{.name = "Model Summary",
              .columns = {{.name = ""},
                          column("number_of_trees", "int"),
                          column("size_of_subsample", "int"),
                          column("extension_level", "int"),
                          column("seed", "long"),
                          column("number_of_trained_trees", "long")}};
  std::vector<Table::Cell> row = {std::string(),
                                  std::int64_t{parameters.ntrees},
                                  parameters.sample_size,
                                  std::int64_t{parameters.extension_level},
                                  static_cast<std::int64_t>(seed),
                                  std::ssize(trees)};
  std::vector<Figures> of_trees;
  for (const PlaneTree& tree : trees) of_trees.push_back(figures_of(tree));
  for (std::size_t f = 0; f < kFigures; ++f) {
    const auto figure = [f](const Figures& of_tree) { return of_tree[f]; };
    const auto [least, largest] = std::ranges::minmax(of_trees, {}, figure);
    double sum = 0;
    for (const Figures& of_tree : of_trees) sum += static_cast<double>(of_tree[f]);
    const std::string name = kFigureNames[f];
    table.columns.push_back(column("min_" + name, "long"));
    table.columns.push_back(column("max_" + name, "long"));
    table.columns.push_back(column("mean_" + name, "float"));
    row.emplace_back(least[f]);
    row.emplace_back(largest[f]);
    row.emplace_back(static_cast<float>(sum / static_cast<double>(of_trees.size())));
  }
  table.add_row(std::move(row));
  return table;
}

}  // namespace neve::algos::extendedisolationforest
