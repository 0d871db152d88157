#include "munge/random_columns.hpp"

#include <utility>

#include <neve/base/rng.hpp>
#include <neve/munge/evaluate.hpp>

namespace neve::munge {

std::uint64_t seed_of(std::uint64_t seed, std::uint64_t stream, std::size_t column) {
  return CounterRng(seed, stream).bits(column);
}

ExpressionPtr whole(std::uint64_t seed, double first, double count) {
  const auto scaled = binary(Op::multiply, random_of(seed), constant_of(count));
  return binary(Op::add, unary(Op::floor, scaled), constant_of(first));
}

ExpressionPtr between(std::uint64_t seed, double low, double high) {
  const auto scaled = binary(Op::multiply, random_of(seed), constant_of(high - low));
  return binary(Op::add, scaled, constant_of(low));
}

ExpressionPtr categories(std::uint64_t seed, const std::string& prefix, std::int32_t count) {
  frame::Domain domain;
  for (std::int32_t level = 0; level < count; ++level) {
    domain.push_back(prefix + std::to_string(level));
  }
  return retyped(whole(seed, 0, count), frame::ColumnType::categorical,
                 std::make_shared<const frame::Domain>(std::move(domain)));
}

mr::RunOptions text_options(const frame::Column& like, const job::TokenPtr& token) {
  mr::RunOptions options;
  options.token = token;
  options.outputs = {{.kind = mr::OutputKind::text, .type = like.type}};
  return options;
}

frame::Column random_texts(mr::Engine& engine, const frame::LayoutPtr& layout,
                           const RandomTextTask::State& like, const job::TokenPtr& token) {
  frame::Column kind;
  kind.type = frame::ColumnType::string;
  const auto run =
      engine.run_with_outputs<RandomTextTask>({layout, {}}, like, text_options(kind, token));
  return run.columns[0];
}

void fill_gaps(mr::Engine& engine, const std::vector<ExpressionPtr>& expressions,
               const job::TokenPtr& token, frame::Frame& frame,
               const std::vector<std::size_t>& gaps) {
  const auto made = evaluate(engine, frame.layout, expressions, token);
  for (std::size_t i = 0; i < gaps.size(); ++i) frame.columns[gaps[i]] = made[i];
}

void RandomTextTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                         mr::Outputs& outputs) {
  constexpr std::size_t kLettersOfADraw = 8;
  constexpr std::uint64_t kAlphabet = 26;
  const CounterRng random(state.seed);
  std::string text(static_cast<std::size_t>(state.letters), 'A');
  const std::uint64_t draws = (text.size() + kLettersOfADraw - 1) / kLettersOfADraw;
  for (std::int64_t row = 0; row < group.rows; ++row) {
    const std::uint64_t first = static_cast<std::uint64_t>(group.first_row + row) * draws;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i % kLettersOfADraw == 0) bits = random.bits(first + i / kLettersOfADraw);
      text[i] = static_cast<char>('A' + bits % kAlphabet);
      bits /= kAlphabet;
    }
    outputs.text(0).append(text);
  }
}

}  // namespace neve::munge
