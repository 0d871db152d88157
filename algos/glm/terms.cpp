#include "algos/glm/terms.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::algos::glm {
namespace {

using linear::Product;

/// Product columns beyond this are refused: each is a column of the cluster while training lasts.
constexpr std::int64_t kMostColumns = 20000;

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

/// The columns of all products, one after the other.
std::vector<frame::Column> product_columns(const Predictors& predictors,
                                           const std::vector<Product>& products) {
  if (products.empty()) return {};
  mr::RunOptions options = predictors.options;
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
  return predictors.engine
      .run_with_outputs<linear::ProductsTask>(predictors.inputs, {products}, options)
      .columns;
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

linear::Design design_of(const Predictors& predictors, const Expansion& expansion) {
  const model::ColumnRoles& roles = predictors.roles;
  linear::Design design;
  for (const std::int32_t source : expansion.categoricals) {
    design.categoricals.push_back(
        categorical_term(roles, expansion, source, predictors.references));
  }
  std::size_t level = 0;
  for (std::size_t j = 0; j < expansion.numerics.size(); ++j) {
    const std::int32_t source = expansion.numerics[j];
    level = j > 0 && source < 0 && expansion.numerics[j - 1] == source ? level + 1 : 0;
    design.numerics.push_back({.name = numeric_name(roles, expansion, source, level)});
  }
  design.place_coefficients();
  return design;
}

}  // namespace

std::vector<StringPair> all_pairs(const std::vector<std::string>& names) {
  std::vector<StringPair> pairs;
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = i + 1; j < names.size(); ++j) pairs.push_back({names[i], names[j]});
  }
  return pairs;
}

Terms order_terms(const Predictors& predictors, const std::vector<StringPair>& interacting) {
  const model::ColumnRoles& roles = predictors.roles;
  std::vector<Product> products;
  for (const StringPair& pair : interacting) products.push_back(product_of(pair, roles));
  if (!products.empty()) {
    linear::learn_products(predictors.engine, predictors.inputs, roles.domains,
                           predictors.references, predictors.options, products);
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

TermColumns make_terms(const Predictors& predictors, const Expansion& expansion) {
  TermColumns columns{.design = design_of(predictors, expansion),
                      .inputs = {predictors.inputs.layout, {}},
                      .made = product_columns(predictors, expansion.products)};
  std::vector<std::size_t> next;  // column of each product's next term
  std::size_t first = 0;
  for (const Product& product : expansion.products) {
    next.push_back(first);
    first += static_cast<std::size_t>(product.columns());
  }
  const auto add = [&](std::int32_t source) {
    columns.inputs.columns.push_back(
        source >= 0 ? predictors.inputs.columns[static_cast<std::size_t>(source)]
                    : columns.made[next[static_cast<std::size_t>(~source)]++].id);
  };
  for (const std::int32_t source : expansion.categoricals) add(source);
  for (const std::int32_t source : expansion.numerics) add(source);
  return columns;
}

}  // namespace neve::algos::glm
