#include "rapids/text_choice.hpp"

#include <neve/munge/rows.hpp>

namespace neve::rapids {

munge::ExpressionPtr choose_texts(Evaluation& evaluation, const TextChoice& choice) {
  using munge::Op;
  const std::vector<frame::Frame> both = {evaluation.materialise(choice.own),
                                          evaluation.materialise(choice.other)};
  const frame::LayoutPtr& layout = both[0].layout;
  const frame::Frame stacked = munge::bind_rows(evaluation.engine(), both);
  auto row = std::make_shared<munge::Expression>();
  row->op = Op::row_number;
  const auto below = munge::binary(Op::add, choice.replaced,
                                   munge::constant_of(static_cast<double>(choice.own.rows())));
  const auto none = munge::binary(Op::less, choice.replaced, munge::constant_of(0));
  const auto given = munge::choose(Op::pick, none, munge::constant_of(-1), below);
  const auto index =
      munge::choose(Op::pick, munge::unary(Op::is_missing, choice.replaced), row, given);
  const auto rows = munge::evaluate(evaluation.engine(), layout, {&index, 1}, evaluation.token());
  const frame::Frame picked =
      munge::gather(evaluation.engine(), stacked, {layout, rows[0]}, evaluation.token());
  return munge::column_of(picked.columns[0]);
}

}  // namespace neve::rapids
