#include "algos/glm/expansion.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::glm {
namespace {

using linear::Product;

std::size_t as_size(std::int32_t value) { return static_cast<std::size_t>(value); }

bool is_sound(const Product& product, const model::ColumnRoles& roles) {
  const auto count = static_cast<std::int32_t>(roles.predictors.size());
  for (const std::int32_t factor : {product.first, product.second}) {
    if (factor < 0 || factor >= count) return false;
  }
  const auto& domains = roles.domains;
  const bool both[] = {domains[as_size(product.first)] != nullptr,
                       domains[as_size(product.second)] != nullptr};
  if (product.first_level < 0 || product.first_level > 1) return false;
  switch (product.kind) {
    case Product::Kind::numbers:
      return !both[0] && !both[1];
    case Product::Kind::slopes:
      return both[0] != both[1] && product.categorical_first == both[0] &&
             *domains[as_size(product.categorical())] == product.levels && product.fill >= 0 &&
             product.fill < std::max(1, product.level_count());
    case Product::Kind::levels:
      return both[0] && both[1] && std::ranges::is_sorted(product.pairs) &&
             product.width == static_cast<std::int32_t>(domains[as_size(product.second)]->size()) &&
             product.pairs.size() == product.level_of_pair.size() &&
             std::ranges::all_of(product.level_of_pair, [&](std::int32_t level) {
               return level >= 0 && level < product.level_count();
             });
  }
  return false;
}

/// Whether categorical terms have the levels of what they come from.
bool categoricals_are_sound(const Expansion& expansion, const linear::Design& design,
                            const model::ColumnRoles& roles) {
  for (std::size_t c = 0; c < design.categoricals.size(); ++c) {
    const std::int32_t source = expansion.categoricals[c];
    const linear::CategoricalTerm& term = design.categoricals[c];
    if (source >= 0) {
      const bool fits = as_size(source) < roles.predictors.size() &&
                        roles.domains[as_size(source)] &&
                        *roles.domains[as_size(source)] == term.levels;
      if (!fits) return false;
      continue;
    }
    if (as_size(~source) >= expansion.products.size()) return false;
    const Product& product = expansion.products[as_size(~source)];
    if (product.kind != Product::Kind::levels || product.levels != term.levels) return false;
  }
  return true;
}

}  // namespace

bool Expansion::is_sound(const linear::Design& design, const model::ColumnRoles& roles) const {
  const auto sound = [&](const Product& product) { return glm::is_sound(product, roles); };
  if (categoricals.size() != design.categoricals.size() ||
      numerics.size() != design.numerics.size() || !std::ranges::all_of(products, sound) ||
      !categoricals_are_sound(*this, design, roles)) {
    return false;
  }
  for (std::size_t j = 0; j < numerics.size();) {
    if (numerics[j] >= 0) {
      if (as_size(numerics[j]) >= roles.predictors.size() || roles.domains[as_size(numerics[j])])
        return false;
      ++j;
      continue;
    }
    if (as_size(~numerics[j]) >= products.size()) return false;
    const Product& product = products[as_size(~numerics[j])];
    const auto columns = as_size(product.columns());
    if (product.kind == Product::Kind::levels || columns == 0 || j + columns > numerics.size())
      return false;
    for (std::size_t k = 0; k < columns; ++k) {
      if (numerics[j + k] != numerics[j]) return false;
    }
    j += columns;
  }
  return true;
}

TermBlock::TermBlock(const Expansion& expansion, const linear::Design& design,
                     const model::ScoreBlock& block)
    : expansion_(expansion),
      block_(block),
      product_codes_(expansion.products.size()),
      product_numbers_(expansion.products.size()) {
  for (std::size_t p = 0; p < expansion.products.size(); ++p) fill_product(p);
  for (const std::int32_t source : expansion.categoricals) {
    codes_.push_back(source >= 0 ? block.codes[as_size(source)]
                                 : std::span<const std::int32_t>(product_codes_[as_size(~source)]));
  }
  std::int32_t level = -1;
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    const std::int32_t source = expansion.numerics[j];
    if (source >= 0) {
      numbers_.push_back(block.numbers[as_size(source)]);
      term_levels_.push_back(-1);
      continue;
    }
    const Product& product = expansion.products[as_size(~source)];
    if (product.kind == Product::Kind::numbers) {
      numbers_.emplace_back(product_numbers_[as_size(~source)]);
      term_levels_.push_back(-1);
      continue;
    }
    const bool begins = j == 0 || expansion.numerics[j - 1] != source;
    level = begins ? product.first_level : level + 1;
    numbers_.push_back(block.numbers[as_size(product.numeric())]);
    term_levels_.push_back(level);
  }
}

void TermBlock::fill_product(std::size_t at) {
  const Product& product = expansion_.products[at];
  const std::size_t rows = block_.rows;
  if (product.kind == Product::Kind::numbers) {
    const auto a = block_.numbers[as_size(product.first)];
    const auto b = block_.numbers[as_size(product.second)];
    product_numbers_[at].resize(rows);
    for (std::size_t i = 0; i < rows; ++i) product_numbers_[at][i] = a[i] * b[i];
    return;
  }
  product_codes_[at].resize(rows);
  if (product.kind == Product::Kind::slopes) {
    const auto codes = block_.codes[as_size(product.categorical())];
    for (std::size_t i = 0; i < rows; ++i) product_codes_[at][i] = product.slope_level(codes[i]);
    return;
  }
  const auto a = block_.codes[as_size(product.first)];
  const auto b = block_.codes[as_size(product.second)];
  for (std::size_t i = 0; i < rows; ++i) product_codes_[at][i] = product.pair_level(a[i], b[i]);
}

const Product* TermBlock::slopes(std::size_t numeric) const {
  if (term_levels_[numeric] < 0) return nullptr;
  return &expansion_.products[as_size(~expansion_.numerics[numeric])];
}

double TermBlock::number(std::size_t numeric, std::size_t row) const {
  if (term_levels_[numeric] >= 0 && slope_levels(numeric)[row] != term_levels_[numeric]) return 0;
  return numbers_[numeric][row];
}

}  // namespace neve::algos::glm
