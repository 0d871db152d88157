#include "algos/glm/columns.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <neve/base/error.hpp>

namespace neve::algos::glm {
namespace {

using linear::Product;

/// Product columns beyond this are refused: each is a column of the cluster while training lasts.
constexpr std::int64_t kMostColumns = 20000;

/// The pairs of columns that interact: all of the list, then those given as pairs.
std::vector<StringPair> interacting(const Parameters& parameters) {
  std::vector<StringPair> pairs;
  const auto listed = parameters.interactions.value_or(std::vector<std::string>());
  for (std::size_t i = 0; i < listed.size(); ++i) {
    for (std::size_t j = i + 1; j < listed.size(); ++j) pairs.push_back({listed[i], listed[j]});
  }
  const auto is_listed = [&](const std::string& name) {
    return std::ranges::find(listed, name) != listed.end();
  };
  for (const StringPair& pair : parameters.interaction_pairs.value_or(std::vector<StringPair>())) {
    const auto same = [&](const StringPair& other) {
      return other.a == pair.a && other.b == pair.b;
    };
    const bool among_listed = is_listed(pair.a) && is_listed(pair.b);
    if (!among_listed && std::ranges::none_of(pairs, same)) pairs.push_back(pair);
  }
  return pairs;
}

std::int32_t predictor(const model::ColumnRoles& roles, const std::string& name) {
  const auto at = std::ranges::find(roles.predictors, name);
  if (at != roles.predictors.end()) return static_cast<std::int32_t>(at - roles.predictors.begin());
  throw InputError::illegal_argument(
      "Missing column from the dataset, could not make interaction: '" + name +
      "' is no predictor, as it is ignored, holds one value only, or is not there.");
}

Product product_of(const StringPair& pair, const model::ColumnRoles& roles) {
  Product made{.name = pair.a + "_" + pair.b,
               .first = predictor(roles, pair.a),
               .second = predictor(roles, pair.b)};
  if (std::ranges::find(roles.predictors, made.name) != roles.predictors.end()) {
    throw InputError::illegal_argument("The interaction of '" + pair.a + "' and '" + pair.b +
                                       "' would be called '" + made.name +
                                       "', as a predictor is. Rename one of the columns.");
  }
  const auto is_categorical = [&](std::int32_t at) {
    return roles.types[static_cast<std::size_t>(at)] == frame::ColumnType::categorical;
  };
  made.categorical_first = is_categorical(made.first);
  const int categoricals = int{made.categorical_first} + int{is_categorical(made.second)};
  made.kind = categoricals == 0   ? Product::Kind::numbers
              : categoricals == 1 ? Product::Kind::slopes
                                  : Product::Kind::levels;
  return made;
}

/// Without a penalty the first level of a categorical is the reference; a penalty settles which of
/// the dependent levels count.
bool has_references(const Parameters& parameters) {
  const bool penalised = parameters.lambda_search || !parameters.lambda_ ||
                         parameters.lambda_->empty() ||
                         *std::ranges::max_element(*parameters.lambda_) > 0;
  return !penalised && parameters.intercept;
}

mr::Inputs predictors_of(const model::Dataset& data) {
  mr::Inputs inputs{data.inputs.layout, {}};
  for (const std::int32_t at : data.predictors) {
    inputs.columns.push_back(data.inputs.columns[static_cast<std::size_t>(at)]);
  }
  return inputs;
}

/// A term before it has its place.
struct Source {
  std::int32_t at;      ///< predictor, or ~ product
  std::int64_t levels;  ///< -1 of a numeric
};

/// Categoricals before numerics, by falling number of levels. Equal ones change places as H2O-3's
/// exchange sort makes them, as the order of coefficients is seen.
std::vector<Source> sorted(const std::vector<Source>& sources) {
  std::vector<Source> made;
  std::ranges::copy_if(sources, std::back_inserter(made),
                       [](const Source& s) { return s.levels >= 0; });
  for (std::size_t i = 0; i < made.size(); ++i) {
    for (std::size_t j = i + 1; j < made.size(); ++j) {
      if (made[i].levels < made[j].levels) std::swap(made[i], made[j]);
    }
  }
  std::ranges::copy_if(sources, std::back_inserter(made),
                       [](const Source& s) { return s.levels < 0; });
  return made;
}

std::vector<Source> sources_of(const std::vector<Product>& products,
                               const model::ColumnRoles& roles) {
  std::vector<Source> sources;
  for (std::size_t p = 0; p < products.size(); ++p) {
    const Product& product = products[p];
    const bool levels = product.kind == Product::Kind::levels;
    sources.push_back(
        {~static_cast<std::int32_t>(p), levels ? product.level_count() - product.first_level : -1});
  }
  for (std::size_t i = 0; i < roles.predictors.size(); ++i) {
    const bool levels = roles.types[i] == frame::ColumnType::categorical;
    sources.push_back({static_cast<std::int32_t>(i),
                       levels ? static_cast<std::int64_t>(roles.domains[i]->size()) : -1});
  }
  return sorted(sources);
}

template <class T>
void permute(const std::vector<std::size_t>& order, std::vector<T>& values) {
  std::vector<T> moved;
  moved.reserve(order.size());
  for (const std::size_t at : order) moved.push_back(values[at]);
  values = std::move(moved);
}

/// Puts the sources into an expansion, with predictors in their new order.
Terms place(const std::vector<Source>& sources, std::vector<Product> products) {
  Terms terms;
  for (const Source& source : sources) {
    const auto next = static_cast<std::int32_t>(terms.order.size());
    if (source.at >= 0) terms.order.push_back(static_cast<std::size_t>(source.at));
    const std::int32_t now = source.at >= 0 ? next : source.at;
    if (source.levels >= 0) {
      terms.expansion.categoricals.push_back(now);
      continue;
    }
    const std::int32_t columns =
        source.at >= 0 ? 1 : products[static_cast<std::size_t>(~source.at)].columns();
    terms.expansion.numerics.insert(terms.expansion.numerics.end(),
                                    static_cast<std::size_t>(columns), now);
  }
  std::vector<std::int32_t> places(terms.order.size());
  for (std::size_t i = 0; i < terms.order.size(); ++i) {
    places[terms.order[i]] = static_cast<std::int32_t>(i);
  }
  for (Product& product : products) {
    product.first = places[static_cast<std::size_t>(product.first)];
    product.second = places[static_cast<std::size_t>(product.second)];
  }
  terms.expansion.products = std::move(products);
  return terms;
}

void check_size(const std::vector<Product>& products) {
  std::int64_t columns = 0;
  for (const Product& product : products) columns += product.columns();
  if (columns <= kMostColumns) return;
  throw InputError::illegal_argument("The interactions would make " + std::to_string(columns) +
                                     " columns; at most " + std::to_string(kMostColumns) +
                                     " are made. Leave out categorical columns of many levels.");
}

}  // namespace

void check_interactions(const Parameters& parameters, const frame::Frame& training,
                        model::Messages& messages) {
  const auto check = [&](const char* field, const std::string& name) {
    if (training.find(name)) return;
    messages.push_back(
        {model::Message::Kind::error, field,
         "Missing column from the dataset, could not make interaction: '" + name + "'"});
  };
  if (parameters.interactions) {
    for (const std::string& name : *parameters.interactions) check("interactions", name);
    if (parameters.interactions->size() == 1) {
      messages.push_back(
          {model::Message::Kind::error, "interactions", "Must supply 2 or more columns, or none"});
    }
  }
  if (!parameters.interaction_pairs) return;
  for (const StringPair& pair : *parameters.interaction_pairs) {
    check("interaction_pairs", pair.a);
    check("interaction_pairs", pair.b);
  }
}

Terms order_terms(const model::TrainContext& context, const Parameters& parameters,
                  const model::ColumnRoles& roles, const model::Dataset& training) {
  std::vector<Product> products;
  for (const StringPair& pair : interacting(parameters)) {
    products.push_back(product_of(pair, roles));
  }
  if (!products.empty()) {
    linear::learn_products(context.engine, predictors_of(training), roles.domains,
                           has_references(parameters), context.run_options(), products);
    check_size(products);
  }
  const auto sources = sources_of(products, roles);
  return place(sources, std::move(products));
}

void reorder(const std::vector<std::size_t>& order, model::ColumnRoles& roles) {
  permute(order, roles.predictors);
  permute(order, roles.types);
  permute(order, roles.domains);
}

void reorder(const std::vector<std::size_t>& order, model::Dataset& data) {
  permute(order, data.predictors);
  permute(order, data.levels);
}

namespace {

/// The columns of all products, one after the other.
std::vector<frame::Column> product_columns(const model::TrainContext& context,
                                           const mr::Inputs& predictors,
                                           const std::vector<Product>& products) {
  if (products.empty()) return {};
  mr::RunOptions options = context.run_options();
  for (const Product& product : products) {
    mr::OutputColumn output;
    if (product.kind == Product::Kind::levels) {
      output.kind = mr::OutputKind::codes;
      output.type = frame::ColumnType::categorical;
      output.domain = std::make_shared<const frame::Domain>(product.levels);
    }
    options.outputs.insert(options.outputs.end(), static_cast<std::size_t>(product.columns()),
                           output);
  }
  return context.engine.run_with_outputs<linear::ProductsTask>(predictors, {products}, options)
      .columns;
}

/// Weights that are 0 where a predictor is missing, also one whose terms are left out for a while.
frame::Column complete_weights(const model::TrainContext& context, mr::Inputs predictors,
                               const model::Dataset& training) {
  mr::RunOptions options = context.run_options();
  options.outputs.emplace_back();
  const linear::CompleteRowsTask::State state{
      .predictors = static_cast<std::int32_t>(predictors.columns.size()),
      .has_weights = training.weights >= 0};
  if (state.has_weights) {
    predictors.columns.push_back(
        training.inputs.columns[static_cast<std::size_t>(training.weights)]);
  }
  return context.engine.run_with_outputs<linear::CompleteRowsTask>(predictors, state, options)
      .columns[0];
}

linear::CategoricalTerm categorical_term(const model::ColumnRoles& roles,
                                         const Expansion& expansion, std::int32_t source,
                                         bool references) {
  if (source < 0) {
    const Product& product = expansion.products[static_cast<std::size_t>(~source)];
    return {.name = product.name, .levels = product.levels, .first_level = product.first_level};
  }
  const auto at = static_cast<std::size_t>(source);
  return {.name = roles.predictors[at],
          .levels = *roles.domains[at],
          .first_level = references ? 1 : 0};
}

/// Name of the numeric term that is the `level`-th of its source.
std::string numeric_name(const model::ColumnRoles& roles, const Expansion& expansion,
                         std::int32_t source, std::size_t level) {
  if (source >= 0) return roles.predictors[static_cast<std::size_t>(source)];
  const Product& product = expansion.products[static_cast<std::size_t>(~source)];
  if (product.kind == Product::Kind::numbers) return product.name;
  return product.name + "." + product.levels[static_cast<std::size_t>(product.first_level) + level];
}

linear::Design bare_design(const Parameters& parameters, const model::ColumnRoles& roles,
                           const Expansion& expansion) {
  linear::Design design;
  for (const std::int32_t source : expansion.categoricals) {
    design.categoricals.push_back(
        categorical_term(roles, expansion, source, has_references(parameters)));
  }
  std::size_t level = 0;
  for (std::size_t j = 0; j < expansion.numerics.size(); ++j) {
    const std::int32_t source = expansion.numerics[j];
    level = j > 0 && expansion.numerics[j - 1] == source ? level + 1 : 0;
    design.numerics.push_back({.name = numeric_name(roles, expansion, source, level)});
  }
  design.missing = parameters.missing_values_handling == MissingValues::skip
                       ? linear::Missing::skip
                       : linear::Missing::fill;
  design.intercept = parameters.intercept;
  design.has_offset = !roles.offset.empty();
  if (roles.classes() > 2) design.response_classes = roles.classes();
  design.place_coefficients();
  return design;
}

}  // namespace

Columns make_columns(const model::TrainContext& context, const Parameters& parameters,
                     const model::ColumnRoles& roles, const model::Dataset& training,
                     const Expansion& expansion) {
  const mr::Inputs predictors = predictors_of(training);
  Columns columns{.design = bare_design(parameters, roles, expansion),
                  .inputs = {training.inputs.layout, {}},
                  .made = product_columns(context, predictors, expansion.products)};
  std::vector<std::size_t> next;  // column of each product's next term
  std::size_t first = 0;
  for (const Product& product : expansion.products) {
    next.push_back(first);
    first += static_cast<std::size_t>(product.columns());
  }
  const auto add = [&](std::int32_t source) {
    columns.inputs.columns.push_back(
        source >= 0 ? predictors.columns[static_cast<std::size_t>(source)]
                    : columns.made[next[static_cast<std::size_t>(~source)]++].id);
  };
  for (const std::int32_t source : expansion.categoricals) add(source);
  for (const std::int32_t source : expansion.numerics) add(source);
  const auto add_role = [&](std::int32_t at) {
    if (at < 0) return;
    columns.inputs.columns.push_back(training.inputs.columns[static_cast<std::size_t>(at)]);
  };
  add_role(training.response);
  // Folds have weights that no role names.
  columns.design.has_weights = training.weights >= 0;
  if (columns.design.missing == linear::Missing::skip) {
    columns.made.push_back(complete_weights(context, predictors, training));
    columns.inputs.columns.push_back(columns.made.back().id);
    columns.design.has_weights = true;
  } else {
    add_role(training.weights);
  }
  add_role(training.offset);
  return columns;
}

void read_plug_values(const GivenTable& table, const linear::Design& design, linear::Given& given) {
  if (table.rows() != 1) table.refuse("Plug values frame needs to have exactly 1 row");
  const auto check = [&](const std::string& name) {
    if (!table.has(name)) table.refuse("Plug value for column `" + name + "` is not defined!");
  };
  for (const linear::CategoricalTerm& term : design.categoricals) {
    check(term.name);
    const std::string value = table.texts(term.name)[0];
    const auto at = std::ranges::find(term.levels, value);
    if (at == term.levels.end()) {
      table.refuse("Plug value `" + value + "` of column `" + term.name +
                   "` is not a member of the column's domain!");
    }
    given.fills[term.name] = static_cast<double>(at - term.levels.begin());
  }
  for (const linear::NumericTerm& term : design.numerics) {
    check(term.name);
    const double value = table.numbers(term.name)[0];
    if (!std::isfinite(value)) {
      table.refuse("Plug value of column `" + term.name + "` must be a finite number");
    }
    given.fills[term.name] = value;
  }
}

}  // namespace neve::algos::glm
