#include "algos/families/linear/products.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_set>

namespace neve::algos::linear {
namespace {

const frame::Chunk& column_of(const mr::RowGroup& group, std::int32_t predictor) {
  return group.columns[static_cast<std::size_t>(predictor)];
}

std::vector<std::int32_t> codes_of(const mr::RowGroup& group, std::int32_t predictor) {
  std::vector<std::int32_t> codes(static_cast<std::size_t>(group.rows));
  column_of(group, predictor).decode_codes(0, codes);
  return codes;
}

std::vector<double> numbers_of(const mr::RowGroup& group, std::int32_t predictor) {
  std::vector<double> numbers(static_cast<std::size_t>(group.rows));
  column_of(group, predictor).decode(0, numbers);
  return numbers;
}

std::vector<std::int64_t> seen_pairs(const mr::RowGroup& group, const Product& product) {
  const auto a = codes_of(group, product.first);
  const auto b = codes_of(group, product.second);
  std::unordered_set<std::int64_t> seen;
  std::int64_t last = -1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] < 0 || b[i] < 0) continue;
    const std::int64_t pair = std::int64_t{a[i]} * product.width + b[i];
    if (pair != last) seen.insert(pair);
    last = pair;
  }
  std::vector<std::int64_t> pairs(seen.begin(), seen.end());
  std::ranges::sort(pairs);
  return pairs;
}

void unite(std::vector<std::int64_t>& left, const std::vector<std::int64_t>& right) {
  std::vector<std::int64_t> both;
  both.reserve(left.size() + right.size());
  std::ranges::set_union(left, right, std::back_inserter(both));
  left = std::move(both);
}

/// The numeric factor, missing ones too, where the level is `level`.
void write_slopes(const mr::RowGroup& group, const Product& product, std::size_t output,
                  mr::Outputs& outputs) {
  auto levels = codes_of(group, product.categorical());
  for (std::int32_t& code : levels) code = product.slope_level(code);
  const auto numbers = numbers_of(group, product.numeric());
  std::vector<double> column(numbers.size());
  for (std::int32_t level = product.first_level; level < product.level_count(); ++level) {
    for (std::size_t i = 0; i < column.size(); ++i) column[i] = levels[i] == level ? numbers[i] : 0;
    outputs.set_chunk(output++, frame::encode_doubles(column));
  }
}

void write_product(const mr::RowGroup& group, const Product& product, std::size_t output,
                   mr::Outputs& outputs) {
  if (product.kind == Product::Kind::slopes) return write_slopes(group, product, output, outputs);
  if (product.kind == Product::Kind::levels) {
    const auto a = codes_of(group, product.first);
    const auto b = codes_of(group, product.second);
    const auto out = outputs.codes(output);
    for (std::size_t i = 0; i < a.size(); ++i) out[i] = product.pair_level(a[i], b[i]);
    return;
  }
  const auto a = numbers_of(group, product.first);
  const auto b = numbers_of(group, product.second);
  const auto out = outputs.doubles(output);
  for (std::size_t i = 0; i < a.size(); ++i) out[i] = a[i] * b[i];
}

/// Names the pairs, by text as H2O-3 orders them.
void name_pairs(const frame::Domain& first, const frame::Domain& second, bool references,
                Product& product) {
  const auto is_reference = [&](std::int64_t pair) {
    return references && (pair < product.width || pair % product.width == 0);
  };
  std::map<std::string, std::vector<std::size_t>> by_name;
  for (std::size_t i = 0; i < product.pairs.size(); ++i) {
    const std::int64_t pair = product.pairs[i];
    if (is_reference(pair)) continue;
    by_name[first[static_cast<std::size_t>(pair / product.width)] + "_" +
            second[static_cast<std::size_t>(pair % product.width)]]
        .push_back(i);
  }
  product.level_of_pair.assign(product.pairs.size(), 0);
  product.first_level = references ? 1 : 0;
  if (references) product.levels.emplace_back("reference");
  for (const auto& [name, places] : by_name) {
    for (const std::size_t at : places) product.level_of_pair[at] = product.level_count();
    product.levels.push_back(name);
  }
}

}  // namespace

std::int32_t Product::pair_level(std::int32_t a, std::int32_t b) const {
  if (a < 0 || b < 0) return frame::kMissingCode;
  if (b >= width) return level_count();
  const std::int64_t pair = std::int64_t{a} * width + b;
  const auto at = std::ranges::lower_bound(pairs, pair);
  if (at != pairs.end() && *at == pair) {
    return level_of_pair[static_cast<std::size_t>(at - pairs.begin())];
  }
  // Pairs with a reference level are all alike, seen or not.
  return first_level == 1 && (a == 0 || b == 0) ? 0 : level_count();
}

PairsTask::Partial PairsTask::zero(const State& state) {
  Partial partial;
  partial.pairs.resize(state.products.size());
  partial.counts.resize(state.products.size());
  for (std::size_t p = 0; p < state.products.size(); ++p) {
    partial.counts[p].assign(state.products[p].levels.size(), 0);
  }
  return partial;
}

void PairsTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  for (std::size_t p = 0; p < state.products.size(); ++p) {
    const Product& product = state.products[p];
    if (product.kind == Product::Kind::levels) {
      unite(partial.pairs[p], seen_pairs(group, product));
    } else if (product.kind == Product::Kind::slopes) {
      for (const std::int32_t code : codes_of(group, product.categorical())) {
        if (code >= 0) ++partial.counts[p][static_cast<std::size_t>(code)];
      }
    }
  }
}

void PairsTask::merge(Partial& left, const Partial& right) {
  for (std::size_t p = 0; p < left.pairs.size(); ++p) {
    unite(left.pairs[p], right.pairs[p]);
    for (std::size_t l = 0; l < left.counts[p].size(); ++l) {
      left.counts[p][l] += right.counts[p][l];
    }
  }
}

void ProductsTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                       mr::Outputs& outputs) {
  std::size_t output = 0;
  for (const Product& product : state.products) {
    write_product(group, product, output, outputs);
    output += static_cast<std::size_t>(product.columns());
  }
}

void CompleteRowsTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                           mr::Outputs& outputs) {
  const auto out = outputs.doubles(0);
  const auto predictors = static_cast<std::size_t>(state.predictors);
  if (state.has_weights) {
    group.columns[predictors].decode(0, out);
  } else {
    std::ranges::fill(out, 1.0);
  }
  for (std::size_t c = 0; c < predictors; ++c) {
    if (group.columns[c].missing() == 0) continue;
    // Codes decode to numbers, too: NaN where missing.
    const auto values = numbers_of(group, static_cast<std::int32_t>(c));
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) out[i] = 0;
    }
  }
}

void learn_products(mr::Engine& engine, const mr::Inputs& inputs,
                    const std::vector<frame::DomainPtr>& domains, bool references,
                    const mr::RunOptions& options, std::vector<Product>& products) {
  const auto domain = [&](std::int32_t predictor) -> const frame::Domain& {
    return *domains[static_cast<std::size_t>(predictor)];
  };
  for (Product& product : products) {
    if (product.kind == Product::Kind::levels) {
      product.width = static_cast<std::int32_t>(domain(product.second).size());
    } else if (product.kind == Product::Kind::slopes) {
      product.levels = domain(product.categorical());
      product.first_level = references ? 1 : 0;
    }
  }
  auto seen = engine.run<PairsTask>(inputs, {products}, options);
  for (std::size_t p = 0; p < products.size(); ++p) {
    Product& product = products[p];
    if (product.kind == Product::Kind::levels) {
      product.pairs = std::move(seen.pairs[p]);
      name_pairs(domain(product.first), domain(product.second), references, product);
    } else if (product.kind == Product::Kind::slopes) {
      const auto& counts = seen.counts[p];
      product.fill = static_cast<std::int32_t>(std::ranges::max_element(counts) - counts.begin());
    }
  }
}

}  // namespace neve::algos::linear
