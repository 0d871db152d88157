#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/mr/engine.hpp>
#include <neve/mr/task.hpp>
#include <neve/munge/expression.hpp>

/// Columns that are drawn, as expressions of their seeds.
namespace neve::munge {

/// Of one column each, apart from one another: its values, and which of them are missing.
inline constexpr std::uint64_t kValueStream = 0x76616C7565;
inline constexpr std::uint64_t kMissingStream = 0x6D697373;

/// A seed for one column.
std::uint64_t seed_of(std::uint64_t seed, std::uint64_t stream, std::size_t column);

/// ⌊random_of(seed) · count⌋ + first
ExpressionPtr whole(std::uint64_t seed, double first, double count);
ExpressionPtr between(std::uint64_t seed, double low, double high);
/// Levels `prefix`0, `prefix`1, …
ExpressionPtr categories(std::uint64_t seed, const std::string& prefix, std::int32_t count);

/// Writes texts of capital letters, drawn by seed and row.
struct RandomTextTask {
  static constexpr std::string_view name = "munge.random_text";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::uint64_t seed = 0;
    std::int32_t letters = 8;
    template <class Archive>
    void fields(Archive& archive) {
      archive(seed, letters);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// For a run that writes one column of texts or uuids.
mr::RunOptions text_options(const frame::Column& like, const job::TokenPtr& token);
frame::Column random_texts(mr::Engine& engine, const frame::LayoutPtr& layout,
                           const RandomTextTask::State& like, const job::TokenPtr& token);
/// Computes the expressions in one pass and puts the results where `columns` has gaps.
void fill_gaps(mr::Engine& engine, const std::vector<ExpressionPtr>& expressions,
               const job::TokenPtr& token, frame::Frame& frame,
               const std::vector<std::size_t>& gaps);

}  // namespace neve::munge
