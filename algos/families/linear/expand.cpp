#include "algos/families/linear/expand.hpp"

#include <cmath>

#include <neve/frame/chunk_builder.hpp>

namespace neve::algos::linear {

void ExpandTask::map(const mr::RowGroup& group, const State& design, Partial& /*partial*/,
                     mr::Outputs& outputs) {
  const auto rows = static_cast<std::size_t>(group.rows);
  std::vector<std::int32_t> codes(rows);
  std::vector<double> values(rows);
  std::size_t column = 0;
  std::size_t output = 0;
  for (const CategoricalTerm& term : design.categoricals) {
    group.columns[column++].decode_codes(0, codes);
    for (std::int32_t& code : codes) {
      if (code < 0 || code >= term.level_count()) code = term.fill;
    }
    for (std::int32_t level = term.first_level; level < term.level_count(); ++level) {
      for (std::size_t i = 0; i < rows; ++i) values[i] = codes[i] == level ? 1 : 0;
      outputs.set_chunk(output++, frame::encode_doubles(values));
    }
  }
  for (const NumericTerm& term : design.numerics) {
    group.columns[column++].decode(0, values);
    for (double& value : values) {
      value = ((std::isnan(value) ? term.fill : value) - term.center) / term.scale;
    }
    outputs.set_chunk(output++, frame::encode_doubles(values));
  }
}

}  // namespace neve::algos::linear
