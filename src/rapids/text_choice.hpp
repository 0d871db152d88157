#pragma once

#include "rapids/evaluation.hpp"

/// Strings of two columns put into one.
namespace neve::rapids {

/// The rows of a string column and those that replace them; both frames have one column.
struct TextChoice {
  const LazyFrame& own;
  const LazyFrame& other;
  /// On own's layout: a row of the other; -1 for no value; missing where own's row stays.
  munge::ExpressionPtr replaced;
};

/// On the layout of `own`.
munge::ExpressionPtr choose_texts(Evaluation& evaluation, const TextChoice& choice);

}  // namespace neve::rapids
