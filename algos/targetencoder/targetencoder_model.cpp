#include "algos/targetencoder/targetencoder_model.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

#include "algos/targetencoder/targetencoder_output.hpp"

namespace neve::algos::targetencoder {
namespace {

bool is_sound_group(const GroupEncoding& group, std::size_t width) {
  const Cells& cells = group.cells;
  if (group.columns.empty() || group.domains.size() != group.columns.size()) return false;
  if (group.outputs.size() != width || static_cast<std::size_t>(cells.width) != width) return false;
  if (std::ranges::any_of(group.domains, [](const auto& domain) { return domain == nullptr; }))
    return false;
  const std::size_t size = cells.size();
  return cells.folds.size() == size && cells.counts.size() == size &&
         cells.sums.size() == size * width;
}

}  // namespace

void TargetEncoderModel::score(const model::ScoreBlock& /*block*/,
                               std::span<const std::span<double>> /*out*/) const {
  throw InputError::unsupported(
      "A target encoder does not score rows one by one; use transform, or predict on a frame.",
      {{"model", header.key}});
}

bool TargetEncoderModel::is_sound() const {
  if (header.category != model::Category::target_encoder) return false;
  const auto width = static_cast<std::size_t>(std::max(1, header.roles.classes() - 1));
  return std::ranges::all_of(
      groups, [&](const GroupEncoding& group) { return is_sound_group(group, width); });
}

schema::AnyObject TargetEncoderModel::output() const {
  auto made = std::make_shared<TargetEncoderOutput>();
  model::fill_output(header, *made);
  for (const GroupEncoding& group : groups)
    made->input_to_output_columns.push_back({group.columns, group.outputs});
  return {&TargetEncoderOutput::schema(), std::move(made)};
}

wire::Bytes TargetEncoderModel::encode() const { return wire::encode(*this); }

wire::Bytes TargetEncoderModel::encode_learnt() const {
  wire::Writer writer;
  // learnt() only reads through a Writer; it is non-const so that one list serves both ways.
  const_cast<TargetEncoderModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::targetencoder
