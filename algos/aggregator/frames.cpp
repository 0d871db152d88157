#include "algos/aggregator/frames.hpp"

#include <functional>
#include <numeric>
#include <vector>

#include <neve/frame/chunk_builder.hpp>
#include <neve/munge/rows.hpp>

namespace neve::algos::aggregator {
namespace {

using MakeChunk = std::function<frame::Chunk(std::int64_t first, std::int64_t rows)>;

void add_column(model::TrainContext& context, frame::Frame& frame, const std::string& stem,
                const MakeChunk& make) {
  mr::Engine& engine = context.engine;
  const ColumnId id = engine.new_column_id();
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    const GroupIndex group(g);
    context.job.token()->check();
    engine.put_chunk(*frame.layout, id, group,
                     make(frame.layout->first_row(group), frame.layout->rows_of(group)));
  }
  std::string name = stem;
  for (int number = 0; frame.find(name); ++number) name = stem + std::to_string(number);
  const mr::OutputColumn kind;
  frame.add(std::move(name), engine.adopt({&id, 1}, {&kind, 1})[0]);
}

}  // namespace

frame::Frame exemplar_frame(model::TrainContext& context, std::span<const std::int64_t> rows,
                            std::span<const std::int64_t> counts) {
  frame::Frame made =
      munge::gather(context.engine, context.training.frame, rows, context.job.token());
  add_column(context, made, "counts", [&](std::int64_t first, std::int64_t size) {
    return frame::encode_int64(
        counts.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(size)));
  });
  return made;
}

frame::Frame all_rows_frame(model::TrainContext& context) {
  frame::Frame made = context.training.frame;
  made.key.clear();
  add_column(context, made, "counts", [](std::int64_t /*first*/, std::int64_t size) {
    return frame::encode_constant(1, size);
  });
  return made;
}

frame::Frame all_rows_mapping(model::TrainContext& context) {
  frame::Frame made;
  made.layout = context.training.frame.layout;
  add_column(context, made, "exemplar_assignment", [](std::int64_t first, std::int64_t size) {
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(size));
    std::iota(numbers.begin(), numbers.end(), first);
    return frame::encode_int64(numbers);
  });
  return made;
}

}  // namespace neve::algos::aggregator
